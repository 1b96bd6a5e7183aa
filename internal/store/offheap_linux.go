package store

import (
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mapNoReserve keeps reservations from counting against the commit limit.
const mapNoReserve = unix.MAP_NORESERVE

// WantLargePages asks for large pages from an offset on.
func (r *Region) WantLargePages(from uintptr) {
	if r.plot {
		return // it would become a mapping of its own
	}
	// Without them it is only slower.
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(r.Base, from)), r.usable-from), unix.MADV_HUGEPAGE)
}

// noLargePages asks for small pages only.
func noLargePages(pages []byte) {
	// Otherwise each part that is touched may take a large one.
	_ = unix.Madvise(pages, unix.MADV_NOHUGEPAGE)
}

// giveBack makes pages zero, by taking their memory away; false if the system refuses.
func giveBack(pages []byte) bool { return unix.Madvise(pages, unix.MADV_DONTNEED) == nil }

// defaultMappings is how many mappings Linux gives a process if it is not told otherwise.
const defaultMappings = 65530

// systemMappings returns how many mappings the process may have.
func systemMappings() int {
	text, err := os.ReadFile("/proc/sys/vm/max_map_count")
	if err != nil {
		return defaultMappings
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return defaultMappings
	}
	return n
}
