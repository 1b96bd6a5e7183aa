//go:build unix

package native

import (
	"golang.org/x/sys/unix"

	"weft/internal/store"
)

// Pages in a region of their own, which is never writable and executable at once. (Darwin has a way for memory that
// is both, each for some threads; but that needs C, and what is written here is executed for long.)

// reservePages reserves addresses, which cannot be accessed yet.
func reservePages(size uintptr) (uintptr, error) {
	p, err := unix.MmapPtr(-1, 0, nil, size, unix.PROT_NONE, reserveFlags)
	return uintptr(p), err
}

// releasePages gives reserved addresses back.
func releasePages(pages span) { _ = unix.MunmapPtr(store.Pointer(pages.start), pages.size) }

func makeWritable(pages span) error {
	return unix.Mprotect(pages.bytes(), unix.PROT_READ|unix.PROT_WRITE)
}

func makeExecutable(pages span) error {
	return unix.Mprotect(pages.bytes(), unix.PROT_READ|unix.PROT_EXEC)
}

// forgetPages gives the memory of pages back, which stay reserved.
func forgetPages(pages span) error {
	_, err := unix.MmapPtr(-1, 0, store.Pointer(pages.start), pages.size, unix.PROT_NONE, reserveFlags|unix.MAP_FIXED)
	return err
}
