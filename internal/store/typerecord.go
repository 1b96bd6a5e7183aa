package store

import (
	"math/bits"
	"unsafe"

	"weft/wasm"
)

// A TypeRecord is what machine code and the collector look up about the type of a struct or
// array. The records of a store are an array, outside of Go's heap, by wasm.TypeID. It moves
// when it grows; an object's type has had its record before the object was made.
type TypeRecord struct {
	// Supers are the supertypes, from the root of the hierarchy down to the type itself: an
	// object is of a type at depth d exactly if Supers[d] is that type. Deeper ones are not here.
	Supers [TypeDepths]wasm.TypeID
	// refs has a bit for each word of a struct, from its header on, that refers to an object.
	refs uint64
	Kind ObjectKind // ObjectStruct, ObjectArray; ObjectNull where there is no record
	scan scanKind
	_    [2]uint8
	// layout is the number of the type's layout in the store. So what a store has in Go's heap depends on its own
	// types only, and not on how many others the engine knows; of this array nothing takes memory but what is used.
	layout uint32
}

// TypeDepths is how many levels of a hierarchy a TypeRecord shows, and TypeRecordLog2 the
// binary logarithm of its size.
const (
	TypeDepths     = 12
	TypeRecordLog2 = 6
)

var _ [1 << TypeRecordLog2]byte = [unsafe.Sizeof(TypeRecord{})]byte{}

// scanKind says how the collector finds the references in an object.
type scanKind uint8

const (
	scanNothing scanKind = iota // there are none; also for what has no record
	scanWords                   // of a struct, by TypeRecord.refs
	scanArray                   // all elements refer to objects
	scanLayout                  // by the Layout
)

// typeRecords are the records of a store's types.
type typeRecords struct {
	first *TypeRecord
	n     uint32
}

// noTypes are the records of the objects that are neither structs nor arrays, for stores without types of those.
var noTypes [wasm.FirstTypeID]TypeRecord

// at returns a record; the type has one if objects of it exist.
func (t *typeRecords) at(id uint32) *TypeRecord { return at(t.first, id) }

// initTypes makes the records be those of the objects that are neither structs nor arrays, which there always are.
func (s *Store) initTypes() { s.setTypes(&noTypes[0], uint32(len(noTypes))) }

func (s *Store) setTypes(first *TypeRecord, n uint32) {
	s.records = typeRecords{first, n}
	s.heap.shared.Types = uintptr(unsafe.Pointer(first))
}

// addTypes makes records for struct and array types.
func (s *Store) addTypes(ids []wasm.TypeID) error {
	for i, id := range ids {
		if err := s.Look(i); err != nil {
			return err
		}
		if id < wasm.TypeID(s.records.n) && s.records.at(uint32(id)).Kind != ObjectNull {
			continue
		}
		if err := s.growTypes(uint32(id) + 1); err != nil {
			return err
		}
		l := s.newLayout(id)
		fields := len(l.Fields) + len(l.refs)
		if err := s.useRecords(uint64(unsafe.Sizeof(*l)) + uint64(fields)*uint64(unsafe.Sizeof(Field{}))); err != nil {
			return err
		}
		*s.records.at(uint32(id)) = s.typeRecord(id, l)
	}
	return nil
}

// growTypes makes room for the records of n identities.
func (s *Store) growTypes(n uint32) error {
	if n <= s.records.n {
		return nil
	}
	n = max(64, uint32(1)<<bits.Len32(n-1))
	first, err := allocArray[TypeRecord](&s.arena, int(n))
	if err != nil {
		return err
	}
	copy(unsafe.Slice(first, n), unsafe.Slice(s.records.first, s.records.n))
	s.setTypes(first, n)
	return nil
}

func (s *Store) typeRecord(id wasm.TypeID, l *Layout) TypeRecord {
	r := TypeRecord{Kind: ObjectStruct, layout: uint32(len(s.layouts))}
	s.layouts = append(s.layouts, l)
	if l.Kind == wasm.CompArray {
		r.Kind = ObjectArray
	}
	supers := s.Types.Supers(id)
	if copy(r.Supers[:], supers) < TypeDepths {
		r.Supers[len(supers)] = id
	}
	if len(l.refs) == 0 {
		return r
	}
	r.scan = scanWords
	for _, f := range l.refs {
		if f.Trace != TraceObject || f.Offset >= 64*8 {
			r.scan = scanLayout
		}
		r.refs |= 1 << (f.Offset / 8)
	}
	if r.Kind == ObjectArray && r.scan == scanWords {
		r.scan = scanArray
	}
	return r
}
