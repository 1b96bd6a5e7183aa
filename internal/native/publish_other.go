//go:build !(arm64 && (linux || darwin || windows))

package native

// codePage is the granularity of the memory for code: a page, or a few.
const codePage = 4096

// publish makes code known that was written at an address, to be executed at others. Processors of this kind look by
// themselves.
func publish(uintptr, span) {}

// entrySynchronizes reports whether threads must synchronize where they enter native code.
func entrySynchronizes() bool { return false }

// codeIsCopied says that what executes code may have a copy of it that only a change of mappings ends.
const codeIsCopied = false
