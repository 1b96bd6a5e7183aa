package store

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// mapNoReserve keeps reservations from counting against the commit limit.
const mapNoReserve = unix.MAP_NORESERVE

// WantLargePages asks for large pages from an offset on.
func (r *Region) WantLargePages(from uintptr) {
	// Without them it is only slower.
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(r.Base, from)), r.usable-from), unix.MADV_HUGEPAGE)
}
