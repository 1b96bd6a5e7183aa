//go:build !linux

package pages

// Populate has pages ready for memory that is about to be written; here it cannot be asked for.
func Populate([]byte) {}
