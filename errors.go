package weft

import (
	"fmt"

	"weft/internal/store"
)

// The errors with which a call can end.
type (
	// A Trap ends a call because the guest did something that has no result.
	Trap = store.Trap
	// An Exception ends a call by an exception that nothing in Wasm caught. A host
	// function that returns one throws it into the guest.
	Exception = store.Exception
	// An UnhandledSuspension ends a call whose guest suspended with a tag that no
	// resume handles.
	UnhandledSuspension = store.UnhandledSuspension
	// An Interrupt ends a call whose context has ended. It unwraps to the cause.
	Interrupt = store.Interrupt
	// A HostError ends a call because a host function failed. It unwraps to what
	// the function returned.
	HostError = store.HostError
	// A LinkError says which import nothing provides, or which is given with another
	// type than the module wants, and both types.
	LinkError = store.LinkError
	// A StackTrace lists the active calls of the guest, across continuations.
	StackTrace = store.StackTrace
	// A Frame is a call in a stack trace.
	Frame = store.Frame
)

// An ExitError ends a call because the program asked to exit, as it does with
// WASI's proc_exit. A call returns it inside of a [*HostError] or, in a thread that
// another one has ended, of an [*Interrupt].
type ExitError struct{ Code uint32 }

func (e *ExitError) Error() string { return fmt.Sprintf("the program exited with code %d", e.Code) }

var (
	// ErrClosed is returned for uses of a store after its Close.
	ErrClosed = store.ErrClosed
	// ErrConcurrentUse is returned for uses of a store while another goroutine uses
	// it; see [Store].
	ErrConcurrentUse = store.ErrConcurrentUse
)
