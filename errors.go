package weft

import "weft/internal/store"

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
	// A LinkError says which import nothing provides, or with another type.
	LinkError = store.LinkError
	// A StackTrace lists the active calls of the guest, across continuations.
	StackTrace = store.StackTrace
	// A Frame is a call in a stack trace.
	Frame = store.Frame
)

// ErrClosed is returned for uses of a store after its Close.
var ErrClosed = store.ErrClosed
