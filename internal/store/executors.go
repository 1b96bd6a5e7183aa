package store

import (
	"context"

	"weft/wasm"
)

// Two executors may work in one store: an engine of machine code, and the interpreter for it. This is what they owe
// each other. Whoever changes what one leaves and the other reads finds the rest here.
//
// Who executes a function. In a store of the engine of machine code that is machine code, whatever the size of the
// function: what is too large to be compiled in the usual way is compiled in a plainer one. There are three exceptions,
// and the first two are decided for a call as a whole:
//
//   - A store counts fuel, and the engine's code does not: the interpreter executes everything, from the next call on.
//     It cannot go on with what machine code has begun before (see Continuations).
//   - Functions begin in the interpreter until they are hot (FirstTier): only on the stack of a call from Go, from
//     which no suspension leads anywhere, and only those of modules without types of continuations. Neither executor
//     ever meets a suspension, or a continuation, of the other.
//   - A fault of the compiler. The function is interpreted, and what it calls cannot suspend through it.
//
// Calls between the executors go through Go, as calls of host functions do: arguments and results are slots
// ([FuncRecord.Params] says how many), the inner call is a use of the store of its own ([Store.Enter]), and its
// handlers are none. It counts for [Limits.HostDepth]. The slots are where a collection sees them: in a frame, or in
// what [Roots.ScanStacks] scans. An error comes back as a value that owns its trace, which [Store.CallFailed] joins
// with that of the calls around; an exception as an [*Exception], which keeps its payload alive; a SuspendRequest is
// for the nearest executor.
//
// Continuations. One that is fresh and has no stack belongs to nobody ([ContRecord.IsUnprepared]): New has reset all
// that the engine before has left in the descriptor. A stack makes it the engine's that has prepared it. Its size, what
// lies where in it, PC and Frame mean something to that engine only, bound values or not. [ContRecord.IsNative] tells
// which it is. An engine that gets another's continuation traps as at a barrier. What host functions do as the
// functions of continuations does not depend on the engine.
//
// Records of functions have an entry for each: Code is the interpreter's, and set when it has executed the function;
// Native is never 0 in a store of machine code, and leads to the function's code, to what compiles it, or to an adapter
// that goes to Go.
//
// Beside that both read and write the same: memories, tables, globals, objects, references, exceptions' objects, and
// the bits of NaNs.

// Two tiers. An engine of machine code may let the interpreter execute functions until they have shown that
// compiling them pays. The interpreter counts calls and turns of loops, and asks it then.

// A FirstTier is an interpreter that executes functions for an engine of machine code.
type FirstTier interface {
	Engine
	// HotAfter sets after how many calls and turns of loops each function is hot; 0 lets it depend on the size. It is
	// called before modules are prepared.
	HotAfter(turns int)
	// Begins reports whether a call of a function is still to be interpreted, and counts it. It is not if the
	// interpreter could not hand over the function in each of its loops.
	Begins(s *Store, f *FuncRecord) bool
	// CallFirst is Call. What gets hot is handed to the second tier.
	CallFirst(ctx context.Context, s *Store, f *FuncRecord, slots []uint64, second SecondTier) error
	// BeginsInFrame is Begins for a frame that the second tier makes, and returns its size in bytes.
	BeginsInFrame(s *Store, f *FuncRecord) (frame uintptr, ok bool)
	// Interpret executes a stretch of a function in a frame: from its beginning, if next is 0, with the arguments at the
	// beginning of the frame, or from there on where another stretch has ended.
	Interpret(ctx context.Context, s *Store, f *FuncRecord, frame, next uintptr) Stretch
	// StaysInLoops lets the loops of a function not end stretches any more.
	StaysInLoops(f *FuncRecord)
	// Position returns where in the body the instruction is before the one that is next.
	Position(s *Store, f *FuncRecord, next uintptr) int
}

// A Stretch is how the execution of a function by [FirstTier.Interpret] has ended.
type Stretch struct {
	End  StretchEnd
	Next uintptr // where to go on
	// Callee is called, with the arguments at the offset Slots of the frame, where its results go.
	Callee *FuncRecord
	Slots  uintptr
	// Loop is the offset in the body of the loop whose next turn is to be executed as machine code, with the Values of
	// the locals, which are there until the next stretch.
	Loop   int
	Values []uint64
	Trap   wasm.TrapCode
	Detail string // of the trap
	Err    error
}

// A StretchEnd says why a stretch has ended.
type StretchEnd uint8

const (
	StretchReturns StretchEnd = iota // with the results at the beginning of the frame
	StretchCalls
	StretchTurns
	StretchTraps
	StretchFails
)

// A SecondTier is an engine of machine code.
type SecondTier interface {
	// Interprets reports whether a function that is called is to be interpreted.
	Interprets(s *Store, f *FuncRecord) bool
	// Compile reports whether there is machine code of a function now, so that Call of the store's engine executes
	// that.
	Compile(s *Store, f *FuncRecord) bool
	// CallLoop executes the rest of a function from a turn of a loop on, whose instruction is at an offset of the body.
	// Slots have the values of the locals and then the results. Done is false if nothing has been executed, because the
	// loop cannot be compiled.
	CallLoop(ctx context.Context, s *Store, f *FuncRecord, offset int, slots []uint64) (done bool, err error)
}
