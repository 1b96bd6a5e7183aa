// Package store holds what exists at run time, whichever engine executes it:
// instances, functions, memories, tables, globals, tags, exceptions,
// continuations and their stacks, traps and stack traces (core specification,
// section "Runtime Structure").
//
// # Two halves
//
// Every run-time object has up to two halves. Its record (records.go) lies
// outside the Go heap and has a fixed layout without Go pointers: that is what
// engines and machine code read. Its Go half has what only Go code
// needs: types, names, limits, the way back to the store. A record names its Go
// half by a number, never by a pointer, so the Go collector never has to look
// into Wasm's world and that world can be moved through by machine code.
//
// # Values
//
// A value is one 64-bit slot, a v128 two. i32 and f32 are zero-extended. A
// reference is one slot and 0 is null:
//
//	func                 address of a FuncRecord
//	struct, array, exn   address of an object in the store's heap (heap.go)
//	extern               the same, of a cell that names a Go value (extern.go)
//	i31                  the integer shifted left by one, plus 1
//	cont                 revision<<32 | descriptor (continuation.go)
//
// # Files that use unsafe
//
// offheap*.go obtain memory; records.go, heap.go, object.go, continuation.go,
// stack.go, memory*.go and table.go lay objects out in it. Their invariants stand
// at the top of each.
package store
