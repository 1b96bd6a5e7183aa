package store

// A Listener hears of the calls of functions of the guest, from engines that were told to listen. It must not use the
// store but to look.
type Listener interface {
	// Before is called at the beginning of a call, with the slots of its arguments.
	Before(c ListenedCall, args []uint64)
	// After is called when the function returns, with the slots of its results. It is not if the function ends in
	// another way: by a tail call, a trap, an exception, or never.
	After(c ListenedCall, results []uint64)
}

// A ListenedCall is a call that a Listener hears of.
type ListenedCall struct {
	Func         *FuncRecord
	Continuation uint32            // that runs it; 0 for none
	Trace        func() StackTrace // the calls that are active
}
