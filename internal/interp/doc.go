// Package interp is the portable engine: it executes WebAssembly on every
// platform that Go runs on, and is the oracle for the compilers.
//
// # From bytes to code
//
// The first call of a function lowers its validated body, once per module, to
// register code (lower*.go): fixed-size instructions (instr.go) whose operands
// are slots of the frame. Operand-stack positions become slots, reads of locals
// and constants melt into their users, a comparison melts into the branch that
// follows. A function's code, like everything else the loop touches, lies
// outside the Go heap, so that a return address is one word.
//
// # Frames and stacks
//
// A frame lies in the stack of a continuation:
//
//	parameters | link | other locals | operand stack
//	^ fp         3 words               ^ arguments of a call: the callee's fp
//
// Arguments are where the callee wants its parameters, and results replace
// them. The link has the caller's return address, how far its frame lies below,
// and its function. A frame holds no address of a stack: growing one is copying
// it, and a suspended one can be moved.
//
// The function at the bottom of a stack returns to a stub: one that ends the
// call from the host, or one that ends the continuation.
//
// # Execution
//
// run.go is the loop. Its state is a handful of local variables; whatever is
// not frequent stores them in the machine, calls a method and loads them again.
// No call, resume or suspension in Wasm makes a call in Go. Calls from the host
// nest machines.
package interp
