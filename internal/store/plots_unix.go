//go:build unix

package store

import (
	"math/bits"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A process may have 65,530 mappings, and making one takes microseconds. So what stores need of a size that is known,
// and usable as a whole, has no mapping of its own: it is a plot, one of many in a large mapping. A store of which
// little is used costs a few pages and no mapping, and so a process can have a hundred thousand.
//
// The size of a plot is a power of two, and it lies at a multiple of it. Whatever is not touched takes addresses
// only. So nobody saves bytes here: descriptors of continuations get addresses for all that there may be.
//
// What is given back is zero again, and stays with the process for the next one who wants such a plot: some with
// their pages, the others as addresses.

// Plots are from pageRound to maxPlot bytes large.
const (
	minPlotLog2 = 16
	maxPlotLog2 = 28
)

var _ = [1]byte{}[maxPlot-1<<maxPlotLog2]

// The first mapping for a size has room for firstPlots, each next one for twice as many as the one before, up to
// mostPlots, or as many as are mostBytes. Where addresses have 32 bits, no mapping has more than mostBytes, unless it
// has one plot.
const (
	firstPlots = 16
	mostPlots  = 64
	mostBytes  = 1 << (bits.UintSize/8 + 22) // 1 GiB or 64 MiB
)

// warmPlots is how many of a size keep their pages.
const warmPlots = 64

// A plotPool has the plots of a process.
type plotPool struct {
	mu    sync.Mutex
	sizes [maxPlotLog2 - minPlotLog2 + 1]plotList
}

// A plotList has the plots of a size that nobody uses. All are zero.
type plotList struct {
	warm, cold []unsafe.Pointer // with their pages, and without
	next       unsafe.Pointer   // of the last mapping, behind those that have been used
	left       uintptr          // bytes from there on
	mapped     uintptr          // bytes of the last mapping
}

var plots plotPool

// plotLog2 returns the logarithm of the size of the plots for so many bytes.
func plotLog2(size uintptr) int { return max(bits.Len64(uint64(size-1)), minPlotLog2) }

// takePlot returns a plot of at least size bytes as a region of so many; false if they are none for a plot, or if there
// is no room.
func takePlot(size uintptr) (Region, bool) {
	size = roundUp(size, pageRound)
	if size == 0 || size > maxPlot {
		return Region{}, false
	}
	p, ok := plots.take(plotLog2(size))
	return Region{Base: p, reserved: size, usable: size, plot: true}, ok
}

func (p *plotPool) take(log2 int) (unsafe.Pointer, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &p.sizes[log2-minPlotLog2]
	for _, list := range []*[]unsafe.Pointer{&l.warm, &l.cold} {
		if n := len(*list); n > 0 {
			plot := (*list)[n-1]
			*list = (*list)[:n-1]
			return plot, true
		}
	}
	size := uintptr(1) << log2
	if l.left < size && !l.extend(size) && !(p.dropUnused() && l.extend(size)) {
		return nil, false
	}
	plot := l.next
	l.left -= size
	if l.left > 0 {
		l.next = unsafe.Add(plot, size)
	}
	return plot, true
}

// extend maps more plots. Where there is not so much room, it maps one.
func (l *plotList) extend(size uintptr) bool {
	most := max(uint64(mostBytes), mostPlots*uint64(size))
	if bits.UintSize == 32 {
		most = max(mostBytes, uint64(size))
	}
	wanted := uintptr(min(max(2*uint64(l.mapped), firstPlots*uint64(size)), most))
	for _, bytes := range []uintptr{wanted, size} {
		if start, ok := mapPlots(bytes, size); ok {
			l.next, l.left, l.mapped = start, bytes, bytes
			return true
		}
	}
	return false
}

// mapPlots maps so many bytes, at a multiple of the size of a plot.
func mapPlots(bytes, size uintptr) (unsafe.Pointer, bool) {
	if regions.count(1) != nil {
		return nil, false
	}
	all := bytes + size
	base, err := unix.MmapPtr(-1, 0, nil, all, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|mapNoReserve)
	if err != nil {
		regions.uncount(1)
		return nil, false
	}
	before := -uintptr(base) & (size - 1)
	for _, edge := range []struct{ at, size uintptr }{{0, before}, {before + bytes, size - before}} {
		if edge.size > 0 {
			_ = unix.MunmapPtr(unsafe.Add(base, edge.at), edge.size) // which leaves one mapping
		}
	}
	start := unsafe.Add(base, before)
	noLargePages(unsafe.Slice((*byte)(start), bytes)) // of most plots little is used
	return start, true
}

// put gives a plot back of which only the first dirty bytes may be other than zero.
func (p *plotPool) put(r Region, dirty uintptr) {
	l := &p.sizes[plotLog2(r.reserved)-minPlotLog2]
	dirty = min(dirty, r.reserved)
	if dirty <= fewDirty && p.isWarm(l) {
		clear(r.bytes(0, dirty))
		p.mu.Lock()
		l.warm = append(l.warm, r.Base)
		p.mu.Unlock()
		return
	}
	if !r.zero() {
		return // nobody knows what it holds
	}
	p.mu.Lock()
	l.cold = append(l.cold, r.Base)
	p.mu.Unlock()
}

// drop gives the plots that nobody uses back to the system, and reports whether there were any. That is of use where
// addresses have 32 bits, so that those of one size can become another's; elsewhere there are enough, and what would be
// left of a mapping are several.
func (p *plotPool) drop() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropUnused()
}

// dropUnused is drop for who has the lock.
func (p *plotPool) dropUnused() (found bool) {
	if bits.UintSize != 32 {
		return false
	}
	for i := range p.sizes {
		l := &p.sizes[i]
		for _, plot := range slices.Concat(l.warm, l.cold) {
			_ = unix.MunmapPtr(plot, 1<<(i+minPlotLog2)) // a part of a mapping of ours
			found = true
		}
		if l.left > 0 {
			_ = unix.MunmapPtr(l.next, l.left)
			found = true
		}
		*l = plotList{mapped: l.mapped}
	}
	return found
}

// isWarm reports whether another plot may keep its pages.
func (p *plotPool) isWarm(l *plotList) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(l.warm) < warmPlots
}
