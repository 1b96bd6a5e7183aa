package store

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// maxOnHeap is up to how many bytes are taken from the Go heap, where slices of them live as long as they are used.
// What is larger, such as room for stacks and the collected heap, is reserved address space.
const maxOnHeap = 64 << 20

// reserveSpare takes memory of which nothing is usable.
func reserveSpare(size, _, _ uintptr) (Region, error) {
	size = roundUp(size, pageRound)
	if size <= maxOnHeap {
		keep := make([]byte, size)
		return Region{Base: unsafe.Pointer(unsafe.SliceData(keep)), reserved: size, keep: keep}, nil
	}
	at, err := windows.VirtualAlloc(0, size, windows.MEM_RESERVE, windows.PAGE_NOACCESS)
	if err != nil {
		return Region{}, fmt.Errorf("reserve %d bytes of address space: %w", size, err)
	}
	return Region{Base: Pointer(at), reserved: size}, nil
}

// Commit makes the first size bytes usable.
func (r *Region) Commit(size uintptr) error {
	size = roundUp(size, pageRound)
	switch {
	case size > r.reserved:
		return fmt.Errorf("commit %d bytes: only %d are reserved", size, r.reserved)
	case size <= r.usable:
		return nil
	case r.keep == nil:
		at, more := uintptr(r.Base)+r.usable, size-r.usable
		if _, err := windows.VirtualAlloc(at, more, windows.MEM_COMMIT, windows.PAGE_READWRITE); err != nil {
			return fmt.Errorf("commit %d bytes of memory: %w", more, err)
		}
	}
	r.usable = size
	return nil
}

// Release gives address space back, and forgets what is on Go's heap.
func (r *Region) Release() {
	if r.keep == nil && r.Base != nil {
		_ = windows.VirtualFree(uintptr(r.Base), 0, windows.MEM_RELEASE) // it cannot fail for what was reserved as a whole
	}
	*r = Region{}
}

// Retire gives back memory of whose first n bytes Go code may have slices. On Go's heap it lives as long as these. Of
// reserved address space nobody knows how long that is, so the n bytes stay.
func (r *Region) Retire(n uintptr) {
	if r.keep != nil || n == 0 || r.trim(n) != nil {
		r.Release()
	}
	*r = Region{}
}

// trim makes what is behind the first size bytes unusable.
func (r *Region) trim(size uintptr) error {
	size = roundUp(size, pageRound)
	if r.keep == nil && size < r.usable {
		if err := windows.VirtualFree(uintptr(r.Base)+size, r.usable-size, windows.MEM_DECOMMIT); err != nil {
			return fmt.Errorf("take %d bytes of memory back: %w", r.usable-size, err)
		}
	}
	r.usable = min(r.usable, size)
	return nil
}

func (r *Region) bytes(from, to uintptr) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(r.Base, from)), to-from)
}
