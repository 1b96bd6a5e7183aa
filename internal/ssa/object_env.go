package ssa

import "weft/wasm"

// An ObjectEnv is what the builder must know of the collected heap. An object begins with
// its type (the identity, 32 bits) and, if it is an array, its length (32 bits); a struct may
// have fields there.
type ObjectEnv struct {
	// Layouts are those of structs and arrays, by type index.
	Layouts []ObjectLayout
	// Identities tell which types of the module are the same: those with equal ones.
	Identities []wasm.TypeID
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
