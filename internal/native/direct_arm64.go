//go:build linux || darwin || windows

package native

// hostEntries returns the frames that stubs leave to: for requests, and for calls of host functions.
func hostEntries() (requests, calls uintptr) { return hostEntryPC(), hostCallEntryPC() }
