// Package native runs machine code on the threads of the Go program, without cgo.
//
// # The border
//
// [Engine.Call] begins on a goroutine's stack. enter, in assembly, jumps to a stub that
// leaves Go's stack pointer in the store's [codegen.Context] and goes on with a stack
// of the store. Whatever code asks of Go (a host function, a builtin, a larger
// stack) it asks by jumping back: to the assembly function hostEntry, which stands on
// the goroutine's stack where enter was called and calls dispatch, an ordinary Go
// function. So Go never sees a foreign stack: traces, panics, Goexit, growing
// stacks and the collector work as they always do. When dispatch has done what was
// asked, hostEntry enters again; when the call is to end with an error it returns, to
// the caller of enter, and the foreign stacks are simply left behind.
//
//	Go            call ──► enter                hostEntry ──► dispatch
//	                         │                      ▲            │
//	stubs                  entry ──────┐         leave           │ entry
//	                                   ▼            │            ▼
//	machine code            adapter ─► function ─► host adapter, builtin, trap, ...
//
// # Signals
//
// Machine code is interrupted by signals in two cases, both of which end in a stub that
// leaves to Go (signal_linux.go): an access to memory faults, which is a trap; or Go asks the
// goroutine to yield, or somebody wants the call to end, which arrives as SIGURG.
// Code in stubs is never interrupted: the range of addresses tells.
//
// # What is where
//
//	engine.go        store.Engine: modules, calls; module.go, the code of a module and its tables
//	survey.go        what is looked up in bodies before they are compiled
//	compile.go       the stages; explain.go shows them, saved.go spares them
//	lazy.go          functions that are compiled when they are called; trampoline.go, until then
//	tier.go          functions that begin in the interpreter; interpreted.go, their frames; loop.go, their hot loops
//	target_*.go      the instruction set; mode.go, how code runs on this system
//	codememory*.go   executable memory; codespace.go, pieces of it; place.go, functions in them
//	publish_*.go     telling the processor that code was written
//	process.go       what a process has one of: the region for code, the handlers
//	signal_*.go      installing the handlers, which are in handlers_*.s; urgent_linux.go, keeping them
//	stubs.go         the code between Go and compiled functions; adapters.go and adapterset.go, that for function types
//	enter*           the assembly on Go's side; direct_amd64.go, without wrappers
//	machine.go       a call from the host; host.go, the resumption of a continuation
//	dispatch.go      what code asks of Go: builtin.go, atomic.go, object.go; callhost.go, host functions
//	watch.go         what other goroutines ask of a call
//	continuation.go  switching stacks; pool.go, quickly; clauses.go and barrier.go, where it may end
//	exception.go     throwing
//	trace.go         walking stacks by return addresses; callsite.go remembers some
package native
