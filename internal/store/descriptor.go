package store

import "weft/wasm"

// Descriptors of objects (proposal custom descriptors). The descriptor of an object is a word of it that no field is,
// written once, when the object is made.
//
// Invariants of the unsafe code here: a reference is to an object that is alive; an object has a word where the layout
// of its own type says that its descriptor is.

// NewDescribed allocates a struct of zeros and nulls with a descriptor; see [Store.NewStruct].
func (s *Store) NewDescribed(id wasm.TypeID, descriptor uint64) (uint64, wasm.TrapCode) {
	if descriptor == 0 {
		return 0, wasm.TrapNullDescriptor
	}
	ref, trap := s.NewStruct(id)
	if trap == wasm.TrapNone {
		*(*uint64)(Part(ref, uint64(s.Layout(id).Descriptor))) = descriptor
	}
	return ref, trap
}

// Descriptor returns the descriptor of what a reference of the hierarchy any is to; null if that has none.
func (s *Store) Descriptor(ref uint64) uint64 {
	if kind, id := s.Object(ref); kind == ObjectStruct {
		if at := s.Layout(id).Descriptor; at != 0 {
			return *(*uint64)(Part(ref, uint64(at)))
		}
	}
	return 0
}
