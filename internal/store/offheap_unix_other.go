//go:build unix && !linux

package store

const mapNoReserve = 0

// WantLargePages asks for large pages from an offset on; here it cannot be asked for.
func (r *Region) WantLargePages(from uintptr) {}
