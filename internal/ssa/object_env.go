package ssa

import "weft/wasm"

// An ObjectEnv is what the builder must know of the collected heap. An object begins with
// its type (the identity, 32 bits) and, if it is an array, its length (32 bits); a struct may
// have fields there.
type ObjectEnv struct {
	// Layouts are those of structs and arrays, by type index.
	Layouts []ObjectLayout
	// Class returns the size class for objects of a size; false if they are too large to have one.
	Class func(size uint64) (class int, ok bool)

	// Types is the offset in the context of the address of the records of types. Each is
	// 1<<LogRecord bytes long and begins with the supertypes from the root of the hierarchy down
	// to the type itself, as far as they are at depths below Depths; at Kind it has a byte
	// that tells structs from arrays, and is 0 for types that are neither.
	Types                 int64
	LogRecord             uint8
	Depths                int
	Kind                  int64
	StructKind, ArrayKind uint8
}

// An ObjectLayout says where the parts of an object are: the fields of a struct, or the
// first element of an array.
type ObjectLayout struct {
	Offsets    []int64
	Size       uint64 // of a struct
	Descriptor int64  // where a struct has its descriptor; 0 if it has none
}

// Offsets in objects.
const (
	objectType = 0
	objectLen  = 4
	// objectParts is where a struct has fields behind the word of its type.
	objectParts = 8
)

// RefFacts are what is known of a reference.
type RefFacts uint8

const (
	NotNull RefFacts = 1 << iota
	NotI31           // only for references that are in the hierarchy of any
)

// factsOf returns what a type says about its values.
func (b *Builder) factsOf(t wasm.ValType) (facts RefFacts) {
	if !t.IsRef() {
		return 0
	}
	if !t.Nullable {
		facts = NotNull
	}
	if h := t.Heap; h.IsIndex() || h == wasm.HeapStruct || h == wasm.HeapArray {
		facts |= NotI31
	}
	return facts
}

// pushTyped pushes a value that has just been made, of a type.
func (b *Builder) pushTyped(v *Value, t wasm.ValType) {
	v.Ref |= b.factsOf(t)
	b.push(v)
}

// typeTop notes the types of the topmost values, which have just been made.
func (b *Builder) typeTop(types []wasm.ValType) {
	for i, t := range types {
		b.stack[len(b.stack)-len(types)+i].Ref |= b.factsOf(t)
	}
}
