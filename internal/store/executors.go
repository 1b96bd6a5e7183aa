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
// of which the first is decided for a call as a whole:
//
//   - A store counts fuel, and the engine's code does not: the interpreter executes everything, from the next call on.
//     It cannot go on with what machine code has begun before (see Continuations).
//   - Functions begin in the interpreter until they are hot (FirstTier), in frames on the stacks of machine code. To
//     all others these are frames like those of machine code.
//   - A fault of the compiler. The function is interpreted, and what it calls cannot suspend through it.
//
// All other calls between the executors go through Go, as calls of host functions do: arguments and results are slots
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
// compiling them pays. The interpreter counts calls and turns of loops, and says when.

// A FirstTier is an interpreter that executes functions for an engine of machine code, in frames on its stacks.
type FirstTier interface {
	Engine
	// HotAfter sets after how many calls and turns of loops each function is hot; 0 lets it depend on the size. It is
	// called before modules are prepared.
	HotAfter(turns int)
	// Begins reports whether a call of a function is still to be interpreted, and counts so many turns for it beside
	// that with which it begins. It is not if the interpreter could not hand over the function in each of its loops, or
	// it does what no Stretch can. Frame is the size of its frame in bytes.
	Begins(s *Store, f *FuncRecord, turns int) (frame uintptr, ok bool)
	// Interpret executes a stretch of a function in a frame: from its beginning, if next is 0, with the arguments at
	// the beginning of the frame, or from there on where another stretch has ended. If it stays, it hands no turn
	// over. It fills end.
	Interpret(ctx context.Context, s *Store, f *FuncRecord, frame, next uintptr, stays bool, end *Stretch)
	// Catch lets a function catch the exception of a stretch that throws, behind the instruction before next. Then the
	// stretch catches.
	Catch(s *Store, f *FuncRecord, frame, next uintptr, thrown *Stretch)
	// Position returns where in the body the instruction is before the one that is next.
	Position(s *Store, f *FuncRecord, next uintptr) int
}

// A Stretch is how the execution of a function by a [FirstTier] has ended.
type Stretch struct {
	End  StretchEnd
	Next uintptr // where to go on
	// Callee is called, with the arguments at the offset Slots of the frame, where its results go.
	Callee *FuncRecord
	Slots  uintptr
	Loop   int // the offset in the body of the loop whose next turn is the second tier's
	// Values are those of the locals then, or the payload of the exception that is thrown. They are there until the
	// next stretch.
	Values []uint64
	Tag    *TagRecord
	Ref    uint64 // the exception's object in the heap; 0 if it has none yet
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
	StretchLooks // whether the call is to be interrupted
	StretchThrows
	StretchCatches
	StretchTraps
	StretchFails
)
