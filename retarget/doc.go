// Package retarget rewrites finished programs so that they use WebAssembly's stack switching instead of what their
// compiler had to do without it.
//
//	out, report, err := retarget.Module(source, retarget.Options{Check: true})
//
// It knows programs and libraries of official Go for GOOS=wasip1, of the releases go1.24 to go1.27. Goroutines become
// continuations, and jumps become blocks, loops and branches; the result needs the features stack switching, exceptions
// and several memories. It is smaller and faster, and otherwise does what the program did: docs/retarget.md tells how,
// and what it gains.
//
// A module that another compiler has made is refused with [ErrUnknown]. One that differs anywhere from what is known of
// its compiler is refused with a [*Refusal], which names the function, the place and what was expected there. Modules
// that are no modules are refused with a [*wasm.Error].
package retarget
