package explore

import (
	"fmt"
	"slices"
)

// To WebAssembly a null pointer is an address like any other: an access through it ends nothing, as it would elsewhere,
// and shows later or never. But the linker of LLVM leaves the first bytes of the memory free, so nothing but a null
// pointer leads there.

// nullPage is the length of what the linker leaves free before the first object, in bytes.
const nullPage = 1024

// A nullError ends a schedule in which the program itself uses a null pointer.
type nullError struct{ address uint64 }

func (e *nullError) Error() string {
	return fmt.Sprintf("access through a null pointer, at address %#x", e.address)
}

// errNullWritten says so of a schedule that has ended well, when nobody has seen the access.
var errNullWritten = &nullError{}

// linkerSigns are functions that the linker of LLVM makes in programs with threads.
var linkerSigns = []string{"__wasm_init_memory", "__wasm_init_tls"}

// leavesNull reports whether a program that is about to start has left the null page free.
func (w *world) leavesNull() bool {
	linked := slices.ContainsFunc(linkerSigns, w.program.names.has)
	return linked && !w.nullWritten()
}

// nullWritten reports whether there is anything in the null page.
func (w *world) nullWritten() bool {
	var page [nullPage]byte
	memory := w.instance.Memory("memory")
	return memory == nil || !memory.Read(0, page[:]) || page != [nullPage]byte{}
}

// throughNull reports whether a thread is about to access the null page. What the C library does is not looked at, but
// what it is told to lock.
func (s *site) throughNull(a access) (address uint64, is bool) {
	switch {
	case a.size == 0 || s.system || s.class == fences || s.class.isHeap() || s.class == exits || s.class == copierCalls:
		return 0, false
	case s.class == locks && s.lock != acquires && s.lock != releases:
		return 0, false
	case a.address < nullPage:
		return a.address, true
	}
	return a.from, s.class == copies && a.from < nullPage
}
