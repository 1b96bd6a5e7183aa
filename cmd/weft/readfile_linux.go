package main

import (
	"io"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// largeFile is from which size on a file is read into large pages.
	largeFile = 4 << 20
	largePage = 2 << 20
)

// readFile is [os.ReadFile]. A large file is read into large pages, outside of Go's heap, where it stays: with small
// ones the kernel would have to find five thousand for the 20 MB of a program of Go, which takes longer than to read
// it. It is not mapped: whoever changes the file later must not change what has been validated.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() < largeFile {
		return os.ReadFile(name)
	}
	// Large pages are aligned, and what is less than one consists of small ones.
	size := (int(info.Size()) + largePage - 1) &^ (largePage - 1)
	b, err := unix.Mmap(-1, 0, size+largePage, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return os.ReadFile(name)
	}
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // without them it only takes longer
	at := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) & (largePage - 1)
	b = b[at:][:info.Size()]
	n, err := io.ReadFull(f, b)
	if err == io.ErrUnexpectedEOF || err == io.EOF { // the file has become shorter
		err = nil
	}
	return b[:n:n], err
}
