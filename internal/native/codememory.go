package native

import (
	"fmt"
	"unsafe"

	"weft/internal/store"
)

// Invariants of the unsafe code here: no address is ever writable and executable at once; a
// range is written by who has taken it from a codeSpace, and not while it is executed.

// A codeMemory is the memory of the region for code. Where the system allows for it, it is mapped twice, at addresses
// that can be executed and at others that can be written: so functions are added to pages of which others
// are being executed, and all code together takes two mappings. Elsewhere pages are made writable and then executable.
type codeMemory struct {
	start, size uintptr // what is executed, from a multiple of codePage on, which the system's pages may be smaller than
	reserved    span    // the addresses of which that is a part
	// file is the memory, and writable where it can be written; -1 and 0 if there is one
	// mapping only.
	file     int
	writable uintptr
	// published, unless it is nil, is told what was published: for tests.
	published func(executed span)
}

// newCodeMemory reserves the region.
func newCodeMemory(size uintptr) (*codeMemory, error) {
	m, err := mapOnce(size)
	if err == nil {
		m.mapTwice()
	}
	return m, err
}

// mapOnce reserves a region whose pages are made writable and then executable.
func mapOnce(size uintptr) (*codeMemory, error) {
	reserved := span{size: size + codePage}
	start, err := reservePages(reserved.size)
	if err != nil {
		return nil, fmt.Errorf("weft: reserve %d bytes of address space for machine code: %w", size, err)
	}
	reserved.start = start
	return &codeMemory{start: (start + codePage - 1) &^ (codePage - 1), size: size, reserved: reserved, file: -1}, nil
}

// release gives back the region, of which nothing is in use.
func (m *codeMemory) release() {
	releasePages(m.reserved)
	if m.appends() {
		m.releaseTwice()
	}
}

// appends reports whether code can be written to a page in which other code is.
func (m *codeMemory) appends() bool { return m.file >= 0 }

// write copies code to its address, which must be the beginning of a page unless the memory
// appends.
func (m *codeMemory) write(address uintptr, code []byte) error {
	if m.appends() {
		at := m.writable + address - m.start
		copy(unsafe.Slice((*byte)(store.Pointer(at)), len(code)), code)
		m.publish(at, span{address, uintptr(len(code))})
		return nil
	}
	pages := span{address, (uintptr(len(code)) + codePage - 1) &^ (codePage - 1)}
	if err := makeWritable(pages); err != nil {
		return fmt.Errorf("weft: memory for machine code: %w", err)
	}
	copy(pages.bytes(), code)
	if err := makeExecutable(pages); err != nil {
		return fmt.Errorf("weft: making machine code executable: %w", err)
	}
	m.publish(address, span{address, uintptr(len(code))})
	return nil
}

func (m *codeMemory) publish(written uintptr, executed span) {
	publish(written, executed)
	if m.published != nil {
		m.published(executed)
	}
}

// discard gives back the memory of a range of pages.
func (m *codeMemory) discard(pages span) error {
	if m.appends() {
		return m.discardTwice(pages)
	}
	return forgetPages(pages)
}
