//go:build unix

package store

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Region is a range of reserved address space whose beginning is usable.
type Region struct {
	Base     unsafe.Pointer
	reserved uintptr
	usable   uintptr
}

// ReserveRegion reserves address space; nothing of it is usable yet.
func ReserveRegion(size uintptr) (Region, error) {
	size = roundUp(size, pageRound)
	p, err := unix.MmapPtr(-1, 0, nil, size, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE|mapNoReserve)
	if err != nil {
		return Region{}, fmt.Errorf("reserve %d bytes of address space: %w", size, err)
	}
	return Region{Base: p, reserved: size}, nil
}

// Commit makes the first size bytes usable.
func (r *Region) Commit(size uintptr) error {
	size = roundUp(size, pageRound)
	if size <= r.usable {
		return nil
	}
	if size > r.reserved {
		return fmt.Errorf("commit %d bytes: only %d are reserved", size, r.reserved)
	}
	fresh := unsafe.Slice((*byte)(unsafe.Add(r.Base, r.usable)), size-r.usable)
	if err := unix.Mprotect(fresh, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		return fmt.Errorf("commit %d bytes of memory: %w", size, err)
	}
	r.usable = size
	return nil
}

// Release gives the address space back.
func (r *Region) Release() {
	if r.Base != nil {
		// It cannot fail for a range that was mapped as a whole.
		_ = unix.MunmapPtr(r.Base, r.reserved)
		*r = Region{}
	}
}
