package ssa

import (
	"fmt"

	"weft/wasm"
)

// An Env is what the builder must know of the run time and of a module.
type Env struct {
	Module   *wasm.Module
	Space    *wasm.AddressSpace
	Features wasm.Features

	// Where the records of memories, globals and tables are.
	Memory, Global, Table func(index uint32) RecordPlace
	// Offsets in an instance's record of the pointers to the records of functions and tags, and of the identity (32
	// bits) of a type.
	FuncPtr, TagPtr, TypeID func(index uint32) int64

	// Offsets in the records.
	MemoryBase, MemoryLen int64
	TableBase, TableLen   int64
	GlobalValue           int64
	FuncType              int64

	Objects ObjectEnv

	// Args is the offset in the context of its argument slots.
	Args int64

	// Guarded says of a memory that accesses out of bounds fault by themselves, and that
	// it never moves.
	Guarded func(index uint32) bool
	// Poll wants an OpPoll in each loop and at the beginning, Fuel an OpFuel.
	Poll, Fuel bool
	// Steps wants an OpFuel before each atomic access, too.
	Steps bool
	// Hints has the branch hints of the functions that the module defines; nil if there are none.
	Hints [][]wasm.BranchHint
	// Watched has the offsets of the instructions before which the builtin Watch is called, in order.
	Watched []uint32
}

// An Unsupported error says what the compiler does not know yet.
type Unsupported struct {
	What    string        // an instruction, or a kind of values
	Feature wasm.Features // its proposal
}

// A TooLarge error is that of a function which would take gigabytes to compile: a limit, and not one of what the
// compiler knows.
type TooLarge struct{ Bytes int }

func (e *TooLarge) Error() string {
	return fmt.Sprintf("its body of %d bytes is too large to be compiled", e.Bytes)
}

func (e *Unsupported) Error() string {
	if e.Feature == wasm.MVP {
		return "the compiler does not support " + e.What
	}
	return fmt.Sprintf("the compiler does not support %s (%v)", e.What, e.Feature)
}
