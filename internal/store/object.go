package store

import (
	"math"
	"unsafe"

	"weft/wasm"
)

// Invariants of the unsafe code here: a reference is to an object that is alive,
// of the kind that the function says; offsets and widths are those of its layout,
// and indices are less than its length. Validated code and the checks of the
// engine see to that.

// NewStruct allocates a struct of zeros and nulls. It may collect; what the
// caller alone knows must be on a stack that the collector sees.
func (s *Store) NewStruct(id wasm.TypeID) (uint64, wasm.TrapCode) {
	return s.allocate(uint64(s.Layout(id).Size), uint32(id), 0)
}

// NewArray allocates an array of n zeros or nulls; see NewStruct.
func (s *Store) NewArray(id wasm.TypeID, n uint32) (uint64, wasm.TrapCode) {
	size := HeaderSize + uint64(s.Layout(id).Fields[0].Width)*uint64(n)
	return s.allocate(size, uint32(id), n)
}

// allocate returns a zeroed object with its header, after a collection if it must.
func (s *Store) allocate(size uint64, typ, length uint32) (uint64, wasm.TrapCode) {
	var obj uintptr
	trap := s.withRoom(func() bool {
		obj = s.heap.alloc(size)
		return obj != 0
	})
	if trap != wasm.TrapNone {
		return 0, trap
	}
	if trap = zero(s, unsafe.Slice((*byte)(Pointer(obj)), (size+7)&^7)); trap != wasm.TrapNone {
		s.heap.releaseLarge(obj) // only these take so long
		return 0, trap
	}
	*headerOf(uint64(obj)) = header{typ: typ, len: length}
	return uint64(obj), wasm.TrapNone
}

// NextRun provides a run of a class whose last one has been used up, after a collection if it
// must.
func (s *Store) NextRun(class int) wasm.TrapCode {
	return s.withRoom(func() bool { return s.heap.nextRun(class) })
}

// withRoom lets take find room in the heap, after a collection if it must.
func (s *Store) withRoom(take func() bool) wasm.TrapCode {
	if s.CollectAlways {
		if trap := s.Collect(); trap != wasm.TrapNone {
			return trap
		}
	}
	if take() {
		return wasm.TrapNone
	}
	if trap := s.Collect(); trap != wasm.TrapNone {
		return trap
	}
	if s.heap.full() {
		return wasm.TrapOutOfMemory
	}
	// The collection may have left room that only its trigger refuses.
	trap := wasm.TrapNone
	s.heap.trigger = math.MaxUint64
	if !take() {
		trap = wasm.TrapOutOfMemory
	}
	s.heap.setTrigger()
	return trap
}

// ObjectKind says what a reference of the hierarchies any and extern is to.
type ObjectKind uint8

const (
	ObjectNull ObjectKind = iota
	ObjectI31
	ObjectStruct
	ObjectArray
	ObjectExtern
	ObjectException
)

// Object returns what a reference is to, and the type of a struct or array.
func (s *Store) Object(ref uint64) (ObjectKind, wasm.TypeID) {
	switch {
	case ref == 0:
		return ObjectNull, 0
	case ref&1 != 0:
		return ObjectI31, 0
	}
	switch t := headerOf(ref).typ; t {
	case typeExtern:
		return ObjectExtern, 0
	case typeException:
		return ObjectException, 0
	default:
		if s.Layout(wasm.TypeID(t)).Kind == wasm.CompArray {
			return ObjectArray, wasm.TypeID(t)
		}
		return ObjectStruct, wasm.TypeID(t)
	}
}

// RefI31 returns an i31 reference. It is odd, unlike every address.
func RefI31(v uint32) uint64 { return uint64(v)&0x7FFFFFFF<<1 | 1 }

// I31 returns the value of an i31 reference, sign-extended from bit 30.
func I31(ref uint64) int32 { return int32(uint32(ref)) >> 1 }

// ArrayLen returns the length of an array.
func ArrayLen(ref uint64) uint32 { return headerOf(ref).len }

// ObjectType returns the type of a struct or array.
func ObjectType(ref uint64) wasm.TypeID { return wasm.TypeID(headerOf(ref).typ) }

// Part returns the address of a byte of an object.
func Part(ref uint64, offset uint64) unsafe.Pointer { return Pointer(uintptr(ref + offset)) }

// Matches reports whether a reference is of a canonical reference type of the
// same hierarchy (core specification, "ref.test").
func (s *Store) Matches(ref uint64, t wasm.ValType) bool {
	top := s.Types.Top(t.Heap)
	if top == wasm.HeapFunc && ref != 0 {
		return s.Types.IsValSubtype(wasm.ExactRef(wasm.HeapType(FuncFromRef(ref).Type)), t)
	}
	kind, id := s.Object(ref)
	have := wasm.Ref(wasm.HeapAny)
	switch kind {
	case ObjectNull:
		return t.Nullable
	case ObjectI31:
		have = wasm.Ref(wasm.HeapI31)
	case ObjectStruct, ObjectArray:
		have = wasm.ExactRef(wasm.HeapType(id))
	case ObjectException:
		have = wasm.Ref(wasm.HeapExn)
	}
	if top == wasm.HeapExtern {
		return t.Heap == wasm.HeapExtern
	}
	return s.Types.IsValSubtype(have, t)
}

// Store writes a slot pair to a part of an object.
func (f *Field) Store(p unsafe.Pointer, v [2]uint64) {
	switch f.Width {
	case 1:
		*(*uint8)(p) = uint8(v[0])
	case 2:
		*(*uint16)(p) = uint16(v[0])
	case 4:
		*(*uint32)(p) = uint32(v[0])
	case 8:
		*(*uint64)(p) = v[0]
	default:
		*(*[2]uint64)(p) = v
	}
}

// Element returns the address of an element of an array, of which f is the first.
func Element(ref uint64, f *Field, i uint32) unsafe.Pointer {
	return Part(ref, uint64(f.Offset)+uint64(i)*uint64(f.Width))
}
