package native

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"weft/internal/store"
)

// Invariants of the unsafe code here: no address is ever writable and executable at once; a
// range is written by who has taken it from a codeSpace, and not while it is executed.

// A codeMemory is the memory of the region for code. It is mapped twice, at addresses that can
// be executed and at others that can be written: so functions are added to pages of which others
// are being executed, and all code together takes two mappings. Where the system does not
// allow for that, pages are made writable and then executable.
type codeMemory struct {
	start, size uintptr // what is executed
	// fd is the memory, and writable where it can be written; -1 and 0 if there is one
	// mapping only.
	fd       int
	writable uintptr
}

// newCodeMemory reserves the region.
func newCodeMemory(size uintptr) (*codeMemory, error) {
	if m := mapTwice(size); m != nil {
		return m, nil
	}
	return mapOnce(size)
}

func mapOnce(size uintptr) (*codeMemory, error) {
	p, err := unix.MmapPtr(-1, 0, nil, size, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("weft: reserve %d bytes of address space for machine code: %w", size, err)
	}
	return &codeMemory{start: uintptr(p), size: size, fd: -1}, nil
}

// mapTwice returns nil if the system refuses any of what it needs.
func mapTwice(size uintptr) *codeMemory {
	fd, err := unix.MemfdCreate("weft code", unix.MFD_CLOEXEC)
	if err != nil {
		return nil
	}
	if unix.Ftruncate(fd, int64(size)) == nil {
		code, err := unix.MmapPtr(fd, 0, nil, size, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_SHARED|unix.MAP_NORESERVE)
		if err == nil {
			data, err := unix.MmapPtr(fd, 0, nil, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_NORESERVE)
			if err == nil {
				return &codeMemory{start: uintptr(code), size: size, fd: fd, writable: uintptr(data)}
			}
			_ = unix.MunmapPtr(code, size) // nothing of it is in use
		}
	}
	_ = unix.Close(fd)
	return nil
}

// release gives back the region, of which nothing is in use.
func (m *codeMemory) release() {
	_ = unix.MunmapPtr(store.Pointer(m.start), m.size)
	if m.fd >= 0 {
		_ = unix.MunmapPtr(store.Pointer(m.writable), m.size)
		_ = unix.Close(m.fd)
	}
}

// appends reports whether code can be written to a page in which other code is.
func (m *codeMemory) appends() bool { return m.fd >= 0 }

// write copies code to its address, which must be the beginning of a page unless the memory
// appends.
func (m *codeMemory) write(address uintptr, code []byte) error {
	if m.appends() {
		copy(unsafe.Slice((*byte)(store.Pointer(m.writable+address-m.start)), len(code)), code)
		return nil
	}
	pages := span{address, (uintptr(len(code)) + codePage - 1) &^ (codePage - 1)}
	if err := unix.Mprotect(pages.bytes(), unix.PROT_READ|unix.PROT_WRITE); err != nil {
		return fmt.Errorf("weft: memory for machine code: %w", err)
	}
	copy(pages.bytes(), code)
	if err := unix.Mprotect(pages.bytes(), unix.PROT_READ|unix.PROT_EXEC); err != nil {
		return fmt.Errorf("weft: making machine code executable: %w", err)
	}
	return nil
}

// discard gives back the memory of a range of pages.
func (m *codeMemory) discard(pages span) error {
	if m.appends() {
		return unix.Fallocate(m.fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, int64(pages.start-m.start), int64(pages.size))
	}
	if err := unix.Madvise(pages.bytes(), unix.MADV_DONTNEED); err != nil {
		return err
	}
	return unix.Mprotect(pages.bytes(), unix.PROT_NONE)
}
