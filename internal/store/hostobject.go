package store

import (
	"unsafe"

	"weft/wasm"
)

// What Go does with structs and arrays. References are to such an object that is alive, and indices are below its
// length.

// UseObjects lets the store have objects of a struct or array type, which it holds.
func (s *Store) UseObjects(id wasm.TypeID) error { return s.addTypes([]wasm.TypeID{id}) }

// ObjectLen returns the number of a struct's fields, or of an array's elements.
func (s *Store) ObjectLen(ref uint64) uint32 {
	l := s.Layout(ObjectType(ref))
	if l.Kind == wasm.CompArray {
		return ArrayLen(ref)
	}
	return uint32(len(l.Fields))
}

// ObjectPart returns a field of a struct, or an element of an array: its type, with identities, and where it is.
func (s *Store) ObjectPart(ref uint64, i uint32) (*Field, unsafe.Pointer) {
	l := s.Layout(ObjectType(ref))
	if l.Kind == wasm.CompArray {
		return &l.Fields[0], Element(ref, &l.Fields[0], i)
	}
	return &l.Fields[i], Part(ref, uint64(l.Fields[i].Offset))
}

// LoadPart returns the slots of a part of an object; a packed one is zero-extended.
func (s *Store) LoadPart(ref uint64, i uint32) (v [2]uint64) {
	f, p := s.ObjectPart(ref, i)
	switch f.Width {
	case 1:
		v[0] = uint64(*(*uint8)(p))
	case 2:
		v[0] = uint64(*(*uint16)(p))
	case 4:
		v[0] = uint64(*(*uint32)(p))
	case 8:
		v[0] = *(*uint64)(p)
	default:
		v = *(*[2]uint64)(p)
	}
	return v
}

// StorePart sets a part of an object.
func (s *Store) StorePart(ref uint64, i uint32, v [2]uint64) {
	f, p := s.ObjectPart(ref, i)
	f.Store(p, v)
}

// A Number is what an array without references may have as elements.
type Number interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64 | ~float32 | ~float64
}

// ArrayNumbers returns n elements of an array of numbers as wide as T, from one on, themselves: until the next
// collection, at which the array may go.
func ArrayNumbers[T Number](s *Store, ref uint64, at, n uint32) []T {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(Element(ref, &s.Layout(ObjectType(ref)).Fields[0], at)), n)
}
