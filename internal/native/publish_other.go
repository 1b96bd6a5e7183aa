//go:build !arm64

package native

// codePage is the granularity of the memory for code: a page, or a few.
const codePage = 4096

// publish makes threads execute what was written to code, at the addresses where it was written and at those where it
// is executed. This processor looks by itself.
func publish(uintptr, span) {}
