package store

import "context"

// Two tiers. An engine of machine code may let the interpreter execute functions until they have shown that
// compiling them pays. The interpreter counts calls and turns of loops, and asks it then.

// A FirstTier is an interpreter that executes functions for an engine of machine code.
type FirstTier interface {
	Engine
	// HotAfter sets after how many calls and turns of loops each function is hot; 0 lets it depend on the size. It is called
	// before modules are prepared.
	HotAfter(turns int)
	// Begins reports whether a call of a function is still to be interpreted, and counts it. It is not if the interpreter could
	// not hand over the function in each of its loops.
	Begins(s *Store, f *FuncRecord) bool
	// CallFirst is Call. What gets hot is handed to the second tier.
	CallFirst(ctx context.Context, s *Store, f *FuncRecord, slots []uint64, second SecondTier) error
}

// A SecondTier is an engine of machine code.
type SecondTier interface {
	// Interprets reports whether a function that is called is to be interpreted.
	Interprets(s *Store, f *FuncRecord) bool
	// Compile reports whether there is machine code of a function now, so that Call of the store's engine executes that.
	Compile(s *Store, f *FuncRecord) bool
	// CallLoop executes the rest of a function from a turn of a loop on, whose instruction is at an offset of the body. Slots
	// have the values of the locals and then the results. Done is false if nothing has been executed,
	// because the loop cannot be compiled.
	CallLoop(ctx context.Context, s *Store, f *FuncRecord, offset int, slots []uint64) (done bool, err error)
}
