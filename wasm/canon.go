package wasm

import (
	"encoding/binary"
	"slices"
)

// groupKey builds the string that represents a group up to equivalence.
type groupKey struct {
	buf       []byte
	canonical bool // indices are TypeIDs; otherwise:
	ids       []TypeID
	start     int
}

func (k *groupKey) number(n int) { k.buf = binary.AppendUvarint(k.buf, uint64(n)) }

func (k *groupKey) heapType(h HeapType) {
	switch {
	case !h.IsIndex():
		k.buf = append(k.buf, 0, byte(h))
	case k.canonical:
		k.buf = append(k.buf, 2)
		k.number(int(h))
	case int(h) >= k.start:
		k.buf = append(k.buf, 1)
		k.number(int(h) - k.start)
	default:
		k.buf = append(k.buf, 2)
		k.number(int(k.ids[h]))
	}
}

// flags appends a byte with a bit for each condition that holds, the first one's the lowest.
func (k *groupKey) flags(conditions ...bool) {
	b := byte(0)
	for i, c := range conditions {
		if c {
			b |= 1 << i
		}
	}
	k.buf = append(k.buf, b)
}

func (k *groupKey) valType(t ValType) {
	k.buf = append(k.buf, byte(t.Kind))
	if t.IsRef() {
		k.flags(t.Nullable, t.Exact)
		k.heapType(t.Heap)
	}
}

func (k *groupKey) valTypes(ts []ValType) {
	k.number(len(ts))
	for _, t := range ts {
		k.valType(t)
	}
}

func (k *groupKey) subType(t *SubType) {
	describes, descriptor := t.Comp.Describes, t.Comp.Descriptor
	k.buf = append(k.buf, byte(t.Comp.Kind))
	k.flags(t.Final, describes.Given, descriptor.Given)
	if describes.Given {
		k.heapType(describes.Type)
	}
	if descriptor.Given {
		k.heapType(descriptor.Type)
	}
	k.number(len(t.Supers))
	for _, super := range t.Supers {
		k.heapType(HeapType(super))
	}
	switch t.Comp.Kind {
	case CompFunc, CompHandler:
		k.valTypes(t.Comp.Func.Params)
		k.valTypes(t.Comp.Func.Results)
	case CompCont, CompTag:
		k.heapType(t.Comp.Cont)
	default:
		k.number(len(t.Comp.Fields))
		for _, f := range t.Comp.Fields {
			k.flags(f.Mutable)
			k.valType(f.Type)
		}
	}
}

// canonicalComp replaces type indices by identities.
func canonicalComp(c *CompType, r resolver) CompType {
	val := func(t ValType) ValType {
		if t.IsRef() {
			t.Heap = r(t.Heap)
		}
		return t
	}
	list := func(ts []ValType) []ValType {
		out := make([]ValType, len(ts))
		for i, t := range ts {
			out[i] = val(t)
		}
		return out
	}
	clause := func(t TypeClause) TypeClause {
		if t.Given {
			t.Type = r(t.Type)
		}
		return t
	}
	out := CompType{Kind: c.Kind, Cont: c.Cont, Describes: clause(c.Describes), Descriptor: clause(c.Descriptor)}
	switch c.Kind {
	case CompFunc, CompHandler:
		out.Func = FuncType{Params: list(c.Func.Params), Results: list(c.Func.Results)}
	case CompCont, CompTag:
		out.Cont = r(c.Cont)
	}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, FieldType{val(f.Type), f.Mutable})
	}
	return out
}

func canonicalHeap(h HeapType, ids []TypeID) HeapType {
	if h.IsIndex() {
		return HeapType(ids[h])
	}
	return h
}

// CanonicalValType replaces a type index in t by the identity of its type, so
// that types of different modules can be compared.
func CanonicalValType(t ValType, ids []TypeID) ValType {
	if t.IsRef() {
		t.Heap = canonicalHeap(t.Heap, ids)
	}
	return t
}

// Comp returns the composite type of id; heap types in it that are indices
// are TypeIDs. It has no kind if there is no such type in the set.
func (s *TypeSet) Comp(id TypeID) *CompType {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &s.get(id).comp
}

// Has reports whether id is that of a type of the set.
func (s *TypeSet) Has(id TypeID) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.get(id) != &noType
}

// GroupLen returns the number of types in the recursion group of a type of the set.
func (s *TypeSet) GroupLen(id TypeID) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if g := s.get(id).group; g != nil {
		return len(g.ids)
	}
	return 0
}

// IsFinal reports whether the type may not be extended.
func (s *TypeSet) IsFinal(id TypeID) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.get(id).final
}

// Supers returns the proper supertypes, from the root of the hierarchy down to the parent.
// The caller must not change the list.
func (s *TypeSet) Supers(id TypeID) []TypeID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.get(id).supers
}

// Depth returns the number of proper supertypes.
func (s *TypeSet) Depth(id TypeID) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.get(id).supers)
}

// IsSubtype reports whether sub is super or was declared, perhaps over several
// steps, to extend it.
func (s *TypeSet) IsSubtype(sub, super TypeID) bool {
	if sub == super {
		return true
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	depth := len(s.get(super).supers)
	supers := s.get(sub).supers
	return depth < len(supers) && supers[depth] == super
}

// UndescribedFields returns how many of its fields a struct type with a descriptor has from the supertypes that have
// none: their objects are as if there were no descriptors, so it is behind those fields that an object may have its
// own.
func (s *TypeSet) UndescribedFields(id TypeID) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	supers := s.get(id).supers
	for i := len(supers) - 1; i >= 0; i-- {
		if super := &s.get(supers[i]).comp; !super.Descriptor.Given {
			return len(super.Fields)
		}
	}
	return 0
}

// IsHeapSubtype reports whether a <: b, neither of which is exact; indices are TypeIDs.
func (s *TypeSet) IsHeapSubtype(a, b HeapType) bool {
	if a == b || a == HeapBot {
		return true
	}
	if a.IsIndex() && b.IsIndex() {
		return s.IsSubtype(TypeID(a), TypeID(b))
	}
	if a.IsIndex() {
		switch s.Comp(TypeID(a)).Kind {
		case CompFunc:
			return b == HeapFunc
		case CompCont:
			return b == HeapCont
		case CompHandler:
			return b == HeapHandler
		case CompTag:
			return b == HeapTag
		case CompStruct:
			return b == HeapStruct || b == HeapEq || b == HeapAny
		case CompArray:
			return b == HeapArray || b == HeapEq || b == HeapAny
		}
		return false
	}
	switch a {
	case HeapEq:
		return b == HeapAny
	case HeapI31, HeapStruct, HeapArray:
		return b == HeapEq || b == HeapAny
	case HeapNone, HeapNoFunc, HeapNoExtern, HeapNoExn, HeapNoCont, HeapNoHandler, HeapNoTag:
		return s.Top(b) == s.Top(a)
	}
	return false
}

// Top returns the greatest type of the hierarchy that h is in; an index is a
// TypeID.
func (s *TypeSet) Top(h HeapType) HeapType {
	if h.IsIndex() {
		switch s.Comp(TypeID(h)).Kind {
		case CompFunc:
			return HeapFunc
		case CompCont:
			return HeapCont
		case CompHandler:
			return HeapHandler
		case CompTag:
			return HeapTag
		}
		return HeapAny
	}
	switch h {
	case HeapFunc, HeapNoFunc:
		return HeapFunc
	case HeapExtern, HeapNoExtern:
		return HeapExtern
	case HeapExn, HeapNoExn:
		return HeapExn
	case HeapCont, HeapNoCont:
		return HeapCont
	case HeapHandler, HeapNoHandler:
		return HeapHandler
	case HeapTag, HeapNoTag:
		return HeapTag
	}
	return HeapAny
}

// IsValSubtype reports whether a <: b; indices are TypeIDs.
func (s *TypeSet) IsValSubtype(a, b ValType) bool {
	if a == b || a.Kind == KindBot {
		return true
	}
	if a.Kind != KindRef || b.Kind != KindRef || a.Nullable && !b.Nullable {
		return false
	}
	if b.Exact && a.Heap.IsIndex() {
		return a.Exact && a.Heap == b.Heap
	}
	return s.IsHeapSubtype(a.Heap, b.Heap)
}

// IsFuncSubtype reports whether a <: b structurally: parameters contravariant,
// results covariant; indices are TypeIDs.
func (s *TypeSet) IsFuncSubtype(a, b FuncType) bool {
	return s.areSubtypes(b.Params, a.Params) && s.areSubtypes(a.Results, b.Results)
}

func (s *TypeSet) areSubtypes(as, bs []ValType) bool {
	return slices.EqualFunc(as, bs, s.IsValSubtype)
}
