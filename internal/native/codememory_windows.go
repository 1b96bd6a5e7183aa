package native

import "golang.org/x/sys/windows"

// reservePages reserves addresses, which cannot be accessed yet.
func reservePages(size uintptr) (uintptr, error) {
	return windows.VirtualAlloc(0, size, windows.MEM_RESERVE, windows.PAGE_NOACCESS)
}

// releasePages gives reserved addresses back.
func releasePages(pages span) { _ = windows.VirtualFree(pages.start, 0, windows.MEM_RELEASE) }

// makeWritable takes memory for pages that have none, and leaves that of others.
func makeWritable(pages span) error {
	_, err := windows.VirtualAlloc(pages.start, pages.size, windows.MEM_COMMIT, windows.PAGE_READWRITE)
	return err
}

func makeExecutable(pages span) error {
	var before uint32
	return windows.VirtualProtect(pages.start, pages.size, windows.PAGE_EXECUTE_READ, &before)
}

// forgetPages gives the memory of pages back, which stay reserved.
func forgetPages(pages span) error {
	return windows.VirtualFree(pages.start, pages.size, windows.MEM_DECOMMIT)
}
