//go:build unix

package store

import (
	"fmt"
	"sync"
)

// Mappings of memory belong to the process, which has a limited number of them: Linux kills nobody
// who reaches the limit, but then neither Go's runtime nor anybody else gets memory. So the
// mappings of regions are counted here, for the whole process, and refused before.
//
// Making and removing a mapping costs several microseconds and a lock of the process's memory. So
// some regions are kept for the next that wants one of the same size. They hold zeros.

// idleLimit is how many regions of a size are kept, and keptLimit how many of all: when there are more, most are
// probably of sizes that nobody wants any more.
const (
	idleLimit = 64
	keptLimit = 16 * idleLimit
)

// A regionPool is what the process keeps.
type regionPool struct {
	mu   sync.Mutex
	idle map[uintptr][]Region // by the size that is reserved; the last one was used last
	kept int                  // how many these are
	// retired are those that lie behind addresses which are not used again (see Region.Retire). They
	// are all kept, because giving them back would leave these as a mapping.
	retired map[uintptr][]Region
	// resting are the addresses of those of which nothing was left, the oldest first (see regionPool.rest).
	resting      []restingPart
	restingBytes uint64

	mappings int
	limit    func() int
	ahead    aheadSpace
	// addresses are the bytes of the regions, but for plots and for what rests. There are mostAddresses at most.
	addresses, mostAddresses uint64
}

var regions = regionPool{
	idle:    map[uintptr][]Region{},
	retired: map[uintptr][]Region{},

	mostAddresses: maxAddresses,
	// An eighth is for everything else in the process.
	limit: sync.OnceValue(func() int { return systemMappings() / 8 * 7 }),
}

// take returns a region of a size that is kept.
func (p *regionPool) take(size, usable uintptr) (Region, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if list := p.retired[size]; len(list) > 0 {
		r := list[len(list)-1]
		p.retired[size] = list[:len(list)-1]
		return r, true
	}
	list := p.idle[size]
	if len(list) == 0 {
		return Region{}, false
	}
	last := len(list) - 1
	at := last
	for i := last; i >= 0; i-- {
		if list[i].usable == usable {
			at = i
			break
		}
	}
	r := list[at]
	list[at] = list[last]
	p.idle[size] = list[:last]
	p.kept--
	return r, true
}

// put keeps a region, unless there are enough of its size.
func (p *regionPool) put(r Region) bool {
	p.mu.Lock()
	if r.retired > 0 {
		p.retired[r.reserved] = append(p.retired[r.reserved], r)
		p.mu.Unlock()
		return true
	}
	list := p.idle[r.reserved]
	wanted := len(list) < idleLimit
	if wanted {
		p.idle[r.reserved] = append(list, r)
		p.kept++
	}
	tooMany := p.kept > keptLimit
	p.mu.Unlock()
	if tooMany {
		p.drop()
	}
	return wanted
}

// drop gives all regions back that are kept, and reports whether there were any.
func (p *regionPool) drop() bool {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.kept = map[uintptr][]Region{}, 0
	p.mu.Unlock()
	found := false
	for _, list := range idle {
		for i := range list {
			list[i].Release()
			found = true
		}
	}
	return found
}

// count counts mappings that are to be made. It refuses those that the process should not have.
func (p *regionPool) count(n int) error {
	if p.tryCount(n) || p.drop() && p.tryCount(n) {
		return nil
	}
	return errMappings()
}

// admit refuses another store where the stores that there are have little left: a sixteenth is for them alone.
func (p *regionPool) admit() error {
	n := p.limit() / 16
	if err := p.count(n); err != nil {
		return err
	}
	p.uncount(n)
	return nil
}

// maxAddresses bounds the bytes of address space of regions: half of what a process has. Most is behind memories, as
// their guards. Memories that come later have none (see Memory.Guarded).
const maxAddresses uint64 = 64 << 40

// countAddresses counts address space that is to be reserved. It refuses what the process should not have.
func (p *regionPool) countAddresses(bytes uintptr) error {
	if p.tryAddresses(uint64(bytes)) || p.drop() && p.tryAddresses(uint64(bytes)) {
		return nil
	}
	return fmt.Errorf("reserve %d bytes of address space: stores have %d already", bytes, p.addresses)
}

func (p *regionPool) tryAddresses(bytes uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.addresses+bytes > p.mostAddresses {
		return false
	}
	p.addresses += bytes
	return true
}

func (p *regionPool) uncountAddresses(bytes uintptr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addresses -= uint64(bytes)
}

func errMappings() error {
	return fmt.Errorf("out of memory mappings: stores use nearly all of the %d that the system allows a process; close some, or raise vm.max_map_count", systemMappings())
}

func (p *regionPool) tryCount(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mappings+n > p.limit() {
		return false
	}
	p.mappings += n
	return true
}

// mustCount counts mappings that are there already.
func (p *regionPool) mustCount(n int) { p.uncount(-n) }

func (p *regionPool) uncount(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mappings -= n
}
