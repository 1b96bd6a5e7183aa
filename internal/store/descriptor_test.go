package store

import (
	"testing"

	"weft/wasm"
)

// TestCollectionOfDescriptors has objects to which nothing but what they describe refers, in small structs and in one
// whose descriptor the bits of a type record do not reach, and others that go with what they described.
func TestCollectionOfDescriptors(t *testing.T) {
	s := newStore(t, nil)
	clause := func(index wasm.HeapType) wasm.TypeClause { return wasm.TypeClause{Given: true, Type: index} }
	structOf := func(fields int, comp wasm.CompType) wasm.SubType {
		comp.Kind = wasm.CompStruct
		for range fields {
			comp.Fields = append(comp.Fields, wasm.FieldType{Type: wasm.I64, Mutable: true})
		}
		return wasm.SubType{Comp: comp}
	}
	const many = 100 // words, of which a type record shows 64
	wide := structOf(many, wasm.CompType{Descriptor: clause(5)})
	wide.Supers = []uint32{3}
	ids := s.Types.Add([]wasm.SubType{
		structOf(1, wasm.CompType{Descriptor: clause(1)}),
		structOf(1, wasm.CompType{Describes: clause(0), Descriptor: clause(2)}),
		structOf(1, wasm.CompType{Describes: clause(1)}),
		structOf(many, wasm.CompType{}),
		wide,
		structOf(1, wasm.CompType{Describes: clause(4)}),
	}, []wasm.RecGroup{{Start: 0, End: 6}})
	if err := s.addTypes(ids); err != nil {
		t.Fatal(err)
	}
	if at := s.Layout(ids[4]).Descriptor; at != HeaderSize+8*many {
		t.Fatalf("the descriptor of the wide type is at %d", at)
	}
	got := func(ref uint64, trap wasm.TrapCode) uint64 {
		if trap != wasm.TrapNone {
			t.Fatal(trap)
		}
		return ref
	}
	// chain makes an object of a type, with what describes it, down to what nothing describes. Its fields are numbers.
	var chain func(typ int, number uint64) uint64
	chain = func(typ int, number uint64) uint64 {
		var ref uint64
		if d := s.Types.Comp(ids[typ]).Descriptor; d.Given {
			for i, id := range ids {
				if id == wasm.TypeID(d.Type) {
					ref = got(s.NewDescribed(ids[typ], chain(i, number+1)))
				}
			}
		} else {
			ref = got(s.NewStruct(ids[typ]))
		}
		s.StorePart(ref, 0, [2]uint64{number})
		return ref
	}
	if _, trap := s.NewDescribed(ids[0], 0); trap != wasm.TrapNullDescriptor {
		t.Errorf("an object without its descriptor: %v", trap)
	}

	var live []uint64
	for i := range uint64(2000) {
		kept, _ := chain(0, 10*i), chain(0, 1)
		live = append(live, kept, chain(4, 10*i))
	}
	refs := arrayOf(t, s, wasm.RefNull(wasm.HeapAny))
	root := got(s.NewArray(refs, uint32(len(live))))
	copy(s.elements(root), live)
	if _, err := s.NewGlobal(wasm.GlobalType{Type: wasm.RefNull(wasm.HeapAny)}, [2]uint64{root}); err != nil {
		t.Fatal(err)
	}
	if trap := s.Collect(); trap != wasm.TrapNone {
		t.Fatal(trap)
	}
	want := uint64(0)
	count := func(ref uint64) { want += uint64(cellSizes[classOf[(s.Layout(ObjectType(ref)).Size+7)/8]]) }
	for i, ref := range live {
		for number := uint64(10 * (i / 2)); ref != 0; number++ {
			if !isSet(s.heap.taken, uintptr(ref)-s.heap.base) || s.LoadPart(ref, 0)[0] != number {
				t.Fatalf("object %d is not alive, or has %d, want %d", i, s.LoadPart(ref, 0)[0], number)
			}
			count(ref)
			ref = s.Descriptor(ref)
		}
	}
	size := HeaderSize + 8*uint64(len(live))
	if size > maxCell {
		want += (size + blockSize - 1) &^ (blockSize - 1)
	} else {
		want += uint64(cellSizes[classOf[size/8]])
	}
	if s.HeapLive() != want {
		t.Errorf("%d bytes are alive, want %d", s.HeapLive(), want)
	}
}
