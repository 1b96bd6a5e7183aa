//go:build !unix && !windows

package store

import (
	"fmt"
	"unsafe"
)

// maxReserve bounds what is taken from the Go heap at once, because here a
// reservation is an allocation.
const maxReserve = 256 << 20

// reserveSpare takes memory from the Go heap, of which nothing is usable.
func reserveSpare(size, _, _ uintptr) (Region, error) {
	size = roundUp(size, pageRound)
	if size > maxReserve {
		return Region{}, fmt.Errorf("reserve %d bytes: more than %d are not supported on this system", size, maxReserve)
	}
	keep := make([]byte, size)
	return Region{Base: unsafe.Pointer(unsafe.SliceData(keep)), reserved: size, keep: keep}, nil
}

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

// Retire forgets the memory, which lives as long as slices of it.
func (r *Region) Retire(n uintptr) { r.Release() }

// trim makes what is behind the first size bytes unusable.
func (r *Region) trim(size uintptr) error {
	r.usable = min(r.usable, roundUp(size, pageRound))
	return nil
}

func (r *Region) bytes(from, to uintptr) []byte { return r.keep[from:to] }
