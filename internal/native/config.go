package native

// A Config says how code is made. The zero value relies on signals.
type Config struct {
	// BoundsChecks compares addresses with the length of memory, instead of letting
	// accesses fault.
	BoundsChecks bool
	// Polls lets loops look whether they are to yield or to end, instead of
	// interrupting them by signals.
	Polls bool
	// NoSignals leaves the handlers of the process alone. It implies the other two.
	NoSignals bool
	// Baseline makes code for every processor that the compiler supports, even if this one has more: for tests.
	Baseline bool
	// Eager compiles all functions of a module when the module is prepared, instead of each when
	// it is first called.
	Eager bool
	// Fuel makes code that counts, for stores whose fuel is bounded: a unit for each call and each
	// turn of a loop. Otherwise the interpreter executes what they call.
	Fuel bool
	// Steps makes code that counts atomic accesses, too.
	Steps bool
	// InterpretFirst lets the interpreter execute functions until compiling them pays (see tier.go).
	InterpretFirst bool
	// HotAfter is after how many calls and turns of loops it pays: for tests. If it is 0, that depends on the
	// function's size.
	HotAfter int
	// Plain chooses functions that are compiled in the plain form (internal/ssa/plain.go) although they are not too
	// large for the other one: those whose number, modulo 32, is a bit that is set. For tests.
	Plain uint32
	// SmallStacks lets all stacks begin with 512 bytes, so that they grow often: for tests.
	SmallStacks bool
}
