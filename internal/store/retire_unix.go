//go:build unix

package store

import (
	"math/bits"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Go code that has got a slice of a memory may keep it when the memory is gone, and nothing tells whether it does.
// So the addresses of such slices are not used again, but see below: what is read there later is zero, and what
// is written is seen by nobody else. They stay mapped, and take memory only if they are written.
//
// Address space is what that costs. A memory takes 8 GiB of it, for its guard, of which 47 bits hold 16,000. So the
// region of a memory has some to spare behind. When it has been used, it becomes a region as large that begins behind
// the addresses of the slices, and the next memory lies there. When nothing is left to spare, the addresses that were
// used rest, and another region is reserved. So 2 GiB of such memories, whoever had them, cost 10 GiB of addresses and
// one mapping.
//
// A guest can have a memory of 4 GiB at no cost, and let a host function look at its end, once for each of its stores.
// So that it cannot use up the addresses of the process, without which Go cannot live either, no more than maxResting
// bytes rest. Those that have rested longest go back to the system, and so do all where it has no others left. A slice
// from so long before must not be used.
//
// On systems of 32 bits there is no address space for that: there, slices must not be kept.

// spareForViews is what a memory's region has to spare: a quarter of the rest.
const spareForViews = 2 << 30 * (bits.UintSize / 64)

// maxResting bounds the bytes that rest. The parts are larger than spareForViews, so these are few, and what lies
// between them and is smaller than a region is less than half of the address space.
const maxResting uint64 = 8 << 40

// maxRestingParts bounds their number: memories without guards are small.
const maxRestingParts = 1 << 18

// retires reports whether addresses are not used again.
const retires = bits.UintSize == 64

// Retire gives back a region of whose first n bytes Go code may have slices.
func (r *Region) Retire(n uintptr) {
	n = min(roundUp(n, pageRound), r.usable)
	if n == 0 || !retires {
		r.Recycle(r.usable)
		return
	}
	zero := r.zero()
	if r.plot {
		if zero {
			regions.restPart(restingPart{r.Base, r.reserved, true})
		}
		*r = Region{}
		return
	}
	if r.retired == 0 {
		regions.mustCount(1)
	}
	if n > r.spare || !zero {
		_ = unix.MunmapPtr(unsafe.Add(r.Base, n), r.reserved+r.spare-n) // of a range that was mapped as a whole
		regions.uncount(r.mappings(r.usable))
		regions.uncountAddresses(r.retired + r.reserved + r.spare)
		regions.rest(unsafe.Add(r.Base, -int(r.retired)), r.retired+n)
	} else {
		before := r.mappings(r.usable)
		r.Base, r.usable, r.spare, r.retired = unsafe.Add(r.Base, n), r.usable-n, r.spare-n, r.retired+n
		regions.uncount(before - r.mappings(r.usable))
		regions.put(*r)
	}
	*r = Region{}
}

// A restingPart is a range of addresses that are not used again for long.
type restingPart struct {
	base unsafe.Pointer
	size uintptr
	plot bool // it is one
}

// rest lets addresses rest.
func (p *regionPool) rest(base unsafe.Pointer, size uintptr) {
	_ = renew(base, size) // it is zero already, but the system has tables for its pages, which go by that
	p.restPart(restingPart{base, size, false})
}

func (p *regionPool) restPart(part restingPart) {
	p.mu.Lock()
	p.resting = append(p.resting, part)
	p.restingBytes += uint64(part.size)
	n := 0
	if len(p.resting) > maxRestingParts {
		for _, old := range p.resting[:maxRestingParts/4] {
			p.restingBytes -= uint64(old.size)
		}
		n = maxRestingParts / 4
	}
	for ; p.restingBytes > maxResting; n++ {
		p.restingBytes -= uint64(p.resting[n].size)
	}
	old := slices.Clone(p.resting[:n])
	p.resting = slices.Delete(p.resting, 0, n)
	p.mu.Unlock()
	p.unmap(old)
}

// endRest gives back all addresses that rest, and reports whether there were any.
func (p *regionPool) endRest() bool {
	p.mu.Lock()
	old := p.resting
	p.resting, p.restingBytes = nil, 0
	p.mu.Unlock()
	p.unmap(old)
	return len(old) > 0
}

// unmap gives addresses that have rested to the system, and plots to whoever wants one.
func (p *regionPool) unmap(parts []restingPart) {
	for _, part := range parts {
		if part.plot {
			plots.put(Region{Base: part.base, reserved: part.size, usable: part.size, plot: true}, part.size)
			continue
		}
		_ = unix.MunmapPtr(part.base, part.size)
		p.uncount(1)
	}
}

// renew makes usable addresses zero, and gives back all that the system has for them.
func renew(base unsafe.Pointer, size uintptr) error {
	_, err := unix.MmapPtr(-1, 0, base, size, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_FIXED|mapNoReserve)
	return err
}

// zero makes all that is usable zero and anonymous, and gives its memory back.
func (r *Region) zero() bool {
	if r.backed != 0 {
		if renew(r.Base, r.usable) != nil {
			return false
		}
		before := r.mappings(r.usable)
		r.backed, r.image = 0, nil
		regions.uncount(before - r.mappings(r.usable))
		return true
	}
	return giveBack(r.bytes(0, r.usable)) || renew(r.Base, r.usable) == nil
}
