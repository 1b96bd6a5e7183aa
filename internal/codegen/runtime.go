package codegen

import "weft/internal/ssa"

// A Runtime says for what code is made: where the records of the run time have what code reads. It is the same for all
// instruction sets.
type Runtime struct {
	// FuncCode and FuncInstance are the offsets in a function record of the address of
	// its code and of the instance record of its module.
	FuncCode, FuncInstance int32
	// InstanceHome asks that the frames of functions that call others hold their
	// instance at offset 0.
	InstanceHome bool
	// OwnFunc, unless it is nil, returns the offset in an instance of where the address of the
	// code of one of the module's own functions is: calls of them go through that.
	OwnFunc func(own uint32) int32
	// Switch is for switching stacks inline.
	Switch SwitchLayout
	// CellSize returns the size of the cells of a size class of the heap.
	CellSize func(class int) uint32
}

// A SwitchLayout says where in a continuation's descriptor its fields are. Link is the word behind Ref, and PC that
// behind Frame.
type SwitchLayout struct {
	Ref, Link, Limit, Frame, PC, Func, Type int32
	// Status is a word, and Begun what it is for a continuation that has begun in machine code, and has not ended.
	Status, Begun int32
	// Chain is what the word Ref has beyond the reference if others were captured with the continuation.
	Chain int32
	// NoClauses is the offset in an instance of a word that is 0: of clauses, if there are none.
	NoClauses int32
	// Exception is what is where in an exception's object.
	Exception ExceptionLayout
	// TagPtr returns the offset in an instance of the pointer to a tag's record.
	TagPtr func(index uint32) int64
	// Params returns what a continuation of a type takes.
	Params func(index uint32) []ssa.Type
	// TypeID returns the offset in an instance of the identity of a type.
	TypeID func(index uint32) int64
}

// An ExceptionLayout has offsets in an exception's object: of its tag's record, the number of slots of
// its payload, and the payload.
type ExceptionLayout struct{ Tag, Len, Payload int32 }
