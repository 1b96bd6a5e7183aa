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

// populate has pages ready for memory that is about to be written. Without it the first write to a page would make the
// goroutine wait for the kernel, for milliseconds if the page is large and the machine a virtual one, and Go would
// wait for the goroutine whenever it wants the world to stand still. In a system call it waits for nobody. Systems
// before Linux 5.14 refuse it: then it is as it would be without.
func populate(b []byte) {
	page := uintptr(os.Getpagesize())
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	from := -start & (page - 1)
	to := uintptr(len(b)) - (start+uintptr(len(b)))&(page-1)
	if from < to && to <= uintptr(len(b)) {
		_ = unix.Madvise(b[from:to], unix.MADV_POPULATE_WRITE)
	}
}

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
