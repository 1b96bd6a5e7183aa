package weft

import (
	"fmt"

	"weft/internal/store"
)

// The errors with which a call can end.
type (
	// A Trap ends a call because the guest did something that has no result. Its
	// Code is a [wasm.TrapCode]; Detail says more, if there is more to say; Stack is
	// where it happened.
	Trap = store.Trap
	// An Exception ends a call by an exception that nothing in Wasm caught. A host
	// function that returns one throws it into the guest. [Tag.Match] tells whether
	// it has some tag, and what its values are; Stack is where it was thrown.
	Exception = store.Exception
	// An UnhandledSuspension ends a call whose guest suspended with a tag that no
	// resume handles. Stack is where.
	UnhandledSuspension = store.UnhandledSuspension
	// An Interrupt ends a call whose context has ended. Its Cause is that of the
	// context's end, to which it unwraps; Stack is where the guest was.
	Interrupt = store.Interrupt
	// A HostError ends a call because a host function failed. Func is its name, Err
	// what it returned, to which it unwraps; Stack is where it was called.
	HostError = store.HostError
)

// A LinkError says which import, Module and Name, nothing provides, or which is
// given with another type than the module wants; Msg has the types.
type LinkError = store.LinkError

// A StackTrace lists the active calls of the guest in Frames, innermost first and
// across continuations. Of a very deep stack it has both ends, and Omitted is how
// many frames are missing between them. The method String formats it.
type StackTrace = store.StackTrace

// A Frame is a call in a stack trace. Module and FuncName are names from the
// module, if it has them; FuncIndex is the function's index; Offset the
// instruction's in the binary, and Position its place in a text; Continuation is the
// number of the continuation that runs the call, 0 for none.
type Frame = store.Frame

// An ExitError ends a call because the program asked to exit, as it does with
// WASI's proc_exit. A call returns it inside of a [*HostError] or, in a thread that
// another one has ended, of an [*Interrupt].
type ExitError struct {
	Code uint32 // 0 for success
}

// Error says with which code.
func (e *ExitError) Error() string { return fmt.Sprintf("the program exited with code %d", e.Code) }

var (
	// ErrClosed is returned for uses of a store after its Close.
	ErrClosed = store.ErrClosed
	// ErrConcurrentUse is returned for uses of a store while another goroutine uses
	// it; see [Store].
	ErrConcurrentUse = store.ErrConcurrentUse
)
