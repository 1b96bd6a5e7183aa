//go:build !unix && !windows

package store

import (
	"fmt"
	"unsafe"
)

// maxReserve bounds what is taken from the Go heap at once, because here a
// reservation is an allocation.
const maxReserve = 256 << 20

// A Region is a range of memory whose beginning is usable.
type Region struct {
	Base     unsafe.Pointer
	reserved uintptr
	usable   uintptr
	keep     []byte // for Go's collector
}

// spareForViews is not needed: who has a slice of Go's heap keeps it.
const spareForViews = 0

// reserveLike takes memory from the Go heap, of which nothing is usable.
func reserveLike(size, usable uintptr) (Region, error) { return reserveSpare(size, usable, 0) }

func reserveSpare(size, _, _ uintptr) (Region, error) {
	size = roundUp(size, pageRound)
	if size > maxReserve {
		return Region{}, fmt.Errorf("reserve %d bytes: more than %d are not supported on this system", size, maxReserve)
	}
	keep := make([]byte, size)
	return Region{Base: unsafe.Pointer(unsafe.SliceData(keep)), reserved: size, keep: keep}, nil
}

// giveBack cannot give pages back.
func giveBack([]byte) bool { return false }

// takePlot has none.
func takePlot(size uintptr) (Region, bool) { return Region{}, false }

// admitStore has nothing to refuse.
func admitStore() error { return nil }

// Commit makes the first size bytes usable.
func (r *Region) Commit(size uintptr) error {
	size = roundUp(size, pageRound)
	if size > r.reserved {
		return fmt.Errorf("commit %d bytes: only %d are reserved", size, r.reserved)
	}
	r.usable = max(r.usable, size)
	return nil
}

// Release forgets the memory.
func (r *Region) Release() { *r = Region{} }

// WantLargePages asks for large pages from an offset on; here it cannot be asked for.
func (r *Region) WantLargePages(from uintptr) {}

// Recycle forgets the memory.
func (r *Region) Recycle(dirty uintptr) { r.Release() }

// Retire forgets the memory, which lives as long as slices of it.
func (r *Region) Retire(n uintptr) { r.Release() }

// trim makes what is behind the first size bytes unusable.
func (r *Region) trim(size uintptr) error {
	r.usable = min(r.usable, roundUp(size, pageRound))
	return nil
}

// makeAnonymous has nothing to do: no image backs memory here.
func (r *Region) makeAnonymous() error { return nil }

func (r *Region) bytes(from, to uintptr) []byte { return r.keep[from:to] }

// populate has pages ready for memory that is about to be written; here it cannot be asked for.
func populate([]byte) {}
