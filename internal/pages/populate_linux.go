package pages

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Populate has pages ready for memory that is about to be written. Without it the first write to a page would make the
// goroutine wait for the kernel, for milliseconds if the page is large and the machine a virtual one, and Go would
// wait for the goroutine whenever it wants the world to stand still. In a system call it waits for nobody. Systems
// before Linux 5.14 refuse it: then it is as it would be without.
func Populate(b []byte) {
	page := uintptr(os.Getpagesize())
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	from := -start & (page - 1)
	to := uintptr(len(b)) - (start+uintptr(len(b)))&(page-1)
	if from < to && to <= uintptr(len(b)) {
		_ = unix.Madvise(b[from:to], unix.MADV_POPULATE_WRITE)
	}
}
