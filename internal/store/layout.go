package store

import (
	"weft/wasm"
)

// A Layout says where the parts of an object lie. An object begins with its
// header, of which a struct needs only the first half. The elements of an array
// follow the header.
type Layout struct {
	Kind   wasm.CompKind
	Size   uint32  // of a struct, in bytes with the header
	Fields []Field // of a struct; of an array one, that of the first element
	// Descriptor is where a struct has its descriptor, which is no field; 0 if it has none.
	Descriptor uint32
	refs       []Field // what the collector follows
}

// A Field is a part of an object.
type Field struct {
	Offset uint32
	Width  uint32 // in bytes
	Type   wasm.ValType
	Trace  Trace
}

// Trace says how the collector treats a slot.
type Trace uint8

const (
	TraceNothing Trace = iota // a number, or a reference to a function
	TraceObject               // a reference into the heap, an i31, or null
	TraceCont                 // a reference to a continuation
)

// HeaderSize is the size of what stands before the elements of an array: its type
// and its length.
const HeaderSize = 8

// fieldWidth returns the bytes that a value takes in an object.
func fieldWidth(t wasm.ValType) uint32 {
	switch t.Kind {
	case wasm.KindI8:
		return 1
	case wasm.KindI16:
		return 2
	case wasm.KindI32, wasm.KindF32:
		return 4
	case wasm.KindV128:
		return 16
	}
	return 8
}

// LayoutOf lays out the fields of a struct, or the first element of an array.
// Heap types that are indices are resolved by comp, which gives the form of a
// defined type. If the type has a descriptor, that stands behind the first fields, of
// which undescribed says how many there are (see [wasm.TypeSet.UndescribedFields]).
func LayoutOf(t *wasm.CompType, undescribed int, comp func(wasm.HeapType) wasm.CompKind) *Layout {
	l := &Layout{Kind: t.Kind, Fields: make([]Field, len(t.Fields))}
	r := newRoom(t.Kind)
	for i, f := range t.Fields {
		if i == undescribed {
			l.describe(&r, t)
		}
		width := fieldWidth(f.Type)
		l.Fields[i] = Field{Offset: r.take(width), Width: width, Type: f.Type, Trace: traceOf(f.Type, comp)}
		if l.Fields[i].Trace != TraceNothing {
			l.refs = append(l.refs, l.Fields[i])
		}
	}
	if undescribed == len(t.Fields) {
		l.describe(&r, t)
	}
	l.Size = r.end
	return l
}

// describe takes the place of the descriptor of a type that has one.
func (l *Layout) describe(r *room, t *wasm.CompType) {
	if t.Descriptor.Given {
		l.Descriptor = r.take(8)
		l.refs = append(l.refs, Field{Offset: l.Descriptor, Width: 8, Type: wasm.Ref(t.Descriptor.Type),
			Trace: TraceObject})
	}
}

// A room gives places to fields, in their order: each is aligned to its width, and narrow ones
// lie together in words, the first of which is the header's. Where a field lies does not
// depend on those behind it, so that a subtype's layout begins with that of its supertype.
type room struct {
	end uint32 // what follows is free
	// holes are the places that are free before, at most one of each width, a power of 2: 0
	// if there is none.
	holes [8]uint32
}

func newRoom(kind wasm.CompKind) room {
	r := room{end: HeaderSize}
	if kind == wasm.CompStruct {
		r.holes[4] = 4 // where arrays have their length
	}
	return r
}

// take returns the offset of a place.
func (r *room) take(width uint32) uint32 {
	if width >= 8 {
		at := r.end
		r.end += width
		return at
	}
	at := r.holes[width]
	if at != 0 {
		r.holes[width] = 0
		return at
	}
	// The first half of a wider place; there was no hole as wide as the other half.
	at = r.take(2 * width)
	r.holes[width] = at + width
	return at
}

func traceOf(t wasm.ValType, comp func(wasm.HeapType) wasm.CompKind) Trace {
	if !t.IsRef() {
		return TraceNothing
	}
	h := t.Heap
	if h.IsIndex() {
		switch comp(h) {
		case wasm.CompFunc, wasm.CompHandler, wasm.CompTag: // names and tags are numbers
			return TraceNothing
		case wasm.CompCont:
			return TraceCont
		}
		return TraceObject
	}
	switch h {
	case wasm.HeapFunc, wasm.HeapNoFunc, wasm.HeapHandler, wasm.HeapNoHandler, wasm.HeapTag, wasm.HeapNoTag:
		return TraceNothing
	case wasm.HeapCont, wasm.HeapNoCont:
		return TraceCont
	}
	return TraceObject
}

// trace returns how the collector treats a value of a canonical type.
func (s *Store) trace(t wasm.ValType) Trace {
	return traceOf(t, func(h wasm.HeapType) wasm.CompKind { return s.Types.Comp(wasm.TypeID(h)).Kind })
}

// Layout returns the layout of the objects of a struct or array type of an instance.
func (s *Store) Layout(id wasm.TypeID) *Layout { return s.layouts[s.records.at(uint32(id)).layout] }

// newLayout makes the layout of a type.
func (s *Store) newLayout(id wasm.TypeID) *Layout {
	return LayoutOf(s.Types.Comp(id), s.Types.UndescribedFields(id),
		func(h wasm.HeapType) wasm.CompKind { return s.Types.Comp(wasm.TypeID(h)).Kind })
}
