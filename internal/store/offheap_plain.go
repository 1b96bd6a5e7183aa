//go:build !unix

package store

import "unsafe"

// What systems without mmap have in common: small ranges lie on Go's heap; there are no plots, images or large pages.

// A Region is a range of memory whose beginning is usable.
type Region struct {
	Base     unsafe.Pointer
	reserved uintptr
	usable   uintptr
	keep     []byte // for Go's collector; nil for reserved address space
}

// spareForViews is not needed: who has a slice of Go's heap keeps it.
const spareForViews = 0

// reserveLike takes memory of which nothing is usable.
func reserveLike(size, usable uintptr) (Region, error) { return reserveSpare(size, usable, 0) }

// giveBack cannot give pages back.
func giveBack([]byte) bool { return false }

// takePlot has none.
func takePlot(size uintptr) (Region, bool) { return Region{}, false }

// admitStore has nothing to refuse.
func admitStore() error { return nil }

// WantLargePages asks for large pages from an offset on; here it cannot be asked for.
func (r *Region) WantLargePages(from uintptr) {}

// Recycle gives the memory back.
func (r *Region) Recycle(dirty uintptr) { r.Release() }

// makeAnonymous has nothing to do: no image backs memory here.
func (r *Region) makeAnonymous() error { return nil }
