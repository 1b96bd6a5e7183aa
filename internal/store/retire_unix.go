//go:build unix

package store

import (
	"math/bits"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Go code that has got a slice of a memory may keep it when the memory is gone, and nothing tells whether it does.
// So the addresses of such slices are never used again in the process: what is read there later is zero, and what
// is written is seen by nobody else. They stay mapped, and take memory only if they are written.
//
// Address space is what that costs. A memory takes 8 GiB of it, for its guard, of which 47 bits hold 16,000. So the
// region of a memory has some to spare behind. When it has been used, it becomes a region as large that begins
// behind the addresses of the slices, and the next memory lies there. Only when nothing is left to spare, another
// region is reserved. So 2 GiB of such memories, whoever had them, cost 10 GiB of addresses and one mapping.
//
// On systems of 32 bits there is no address space for that: there, slices must not be kept.

// spareForViews is what a memory's region has to spare: a quarter of the rest.
const spareForViews = 2 << 30 * (bits.UintSize / 64)

// retires reports whether addresses are not used again.
const retires = bits.UintSize == 64

// Retire gives back a region of whose first n bytes Go code may have slices.
func (r *Region) Retire(n uintptr) {
	n = min(roundUp(n, pageRound), r.usable)
	if n == 0 || !retires {
		r.Recycle(r.usable)
		return
	}
	if !r.retired {
		r.retired = true
		regions.mustCount(1)
	}
	zero := r.zero()
	if n > r.spare || !zero {
		_ = unix.MunmapPtr(unsafe.Add(r.Base, n), r.reserved+r.spare-n) // of a range that was mapped as a whole
		regions.uncount(r.mappings(r.usable))
	} else {
		before := r.mappings(r.usable)
		r.Base, r.usable, r.spare = unsafe.Add(r.Base, n), r.usable-n, r.spare-n
		regions.uncount(before - r.mappings(r.usable))
		regions.put(*r)
	}
	*r = Region{}
}

// zero makes all that is usable zero, and gives its memory back.
func (r *Region) zero() bool {
	if giveBack(r.bytes(0, r.usable)) {
		return true
	}
	_, err := unix.MmapPtr(-1, 0, r.Base, r.usable, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_FIXED|mapNoReserve)
	return err == nil
}
