// Package retarget rewrites finished programs so that they use WebAssembly's stack switching instead of what their
// compiler had to do without it.
//
//	out, report, err := retarget.Module(source, retarget.Options{Check: true})
//
// It knows two kinds of programs, and tells them apart by their content.
//
// Programs and libraries of official Go for GOOS=wasip1, of the releases go1.24 to go1.27: goroutines become
// continuations, and jumps become blocks, loops and branches. Programs that drive Binaryen's Asyncify by imports,
// before it has run, such as TinyGo's, and fibers in C: what unwound suspends. The result needs the features stack
// switching and several memories, that of official Go exceptions too. It is smaller, and otherwise does what the
// program did: docs/retarget.md tells how, and what it gains.
//
// Any other module is refused with [ErrUnknown]. One that differs anywhere from what is known is refused with a
// [*Refusal], which names the function, the place and what was expected there. Modules that are no modules are refused
// with a [*wasm.Error].
package retarget
