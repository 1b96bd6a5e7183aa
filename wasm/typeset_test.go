package wasm_test

import (
	"slices"
	"sync"
	"testing"

	"weft/wasm"
)

// structs makes n struct types, each with a reference to the one before; names make them differ from others.
func structs(n int, kinds ...wasm.Kind) ([]wasm.SubType, []wasm.RecGroup) {
	types, groups := make([]wasm.SubType, n), make([]wasm.RecGroup, n)
	for i := range types {
		var fields []wasm.FieldType
		for _, k := range kinds {
			fields = append(fields, wasm.FieldType{Type: wasm.ValType{Kind: k}})
		}
		if i > 0 {
			fields = append(fields, wasm.FieldType{Type: wasm.RefNull(wasm.HeapType(i - 1))})
		}
		types[i].Comp = wasm.CompType{Kind: wasm.CompStruct, Fields: fields}
		groups[i] = wasm.RecGroup{Start: i, End: i + 1}
	}
	return types, groups
}

// TestTypeSetRelease releases types: they leave the set when nobody has them, and their identities are used again.
func TestTypeSetRelease(t *testing.T) {
	set := wasm.NewTypeSet()
	var forgotten []wasm.TypeID
	set.OnForget(func(id wasm.TypeID) { forgotten = append(forgotten, id) })

	types, groups := structs(10, wasm.KindI32)
	first, second := set.Add(types, groups), set.Add(types, groups)
	set.Release(first...)
	if set.Len() != 10 || len(forgotten) > 0 {
		t.Fatalf("%d types are left of 10 that are still there; %v are forgotten", set.Len(), forgotten)
	}
	// A type that refers to one in the middle, which refers to those before.
	cell := set.AddCanonical(wasm.SubType{Comp: wasm.CompType{Kind: wasm.CompArray,
		Fields: []wasm.FieldType{{Type: wasm.RefNull(wasm.HeapType(second[4]))}}}})
	set.Release(second...)
	if set.Len() != 6 || len(forgotten) != 5 {
		t.Errorf("%d types are left, of which one refers to the fifth; %v are forgotten", set.Len(), forgotten)
	}
	if again := set.Add(types, groups); !slices.Equal(again[:5], second[:5]) {
		t.Errorf("types that were still there have other identities: %v, then %v", second, again)
	} else {
		set.Release(again...)
	}
	set.Release(cell)
	if set.Len() != 0 || set.Comp(cell).Kind != 0 {
		t.Errorf("%d types are left of none; the last one is %v", set.Len(), set.Comp(cell))
	}
	others, groups := structs(10, wasm.KindF64)
	if ids := set.Add(others, groups); slices.Max(ids) >= wasm.FirstTypeID+10 {
		t.Errorf("the identities of 10 types are %v, where there are no others", ids)
	}
}

// TestTypeSetGroups releases a group whose types refer to each other, and to their supertype outside of it.
func TestTypeSetGroups(t *testing.T) {
	self := func(i int, supers ...uint32) wasm.SubType {
		return wasm.SubType{Supers: supers, Comp: wasm.CompType{Kind: wasm.CompStruct,
			Fields: []wasm.FieldType{{Type: wasm.RefNull(wasm.HeapType(i))}}}}
	}
	set := wasm.NewTypeSet()
	root, rootGroups := []wasm.SubType{self(0)}, []wasm.RecGroup{{Start: 0, End: 1}}
	ids := set.Add(append(root, self(2, 0), self(1, 0)), append(rootGroups, wasm.RecGroup{Start: 1, End: 3}))
	set.Release(ids[0])
	if set.Len() != 3 || !set.IsSubtype(ids[1], ids[0]) {
		t.Errorf("%d types are left of 3, one of which is the supertype of the others", set.Len())
	}
	set.Release(ids[1:]...)
	if set.Len() != 0 {
		t.Errorf("%d types are left of none", set.Len())
	}
}

// TestTypeSetRetain adds a type once more by its identity, which keeps its whole group.
func TestTypeSetRetain(t *testing.T) {
	set := wasm.NewTypeSet()
	types, _ := structs(3, wasm.KindI32)
	ids := set.Add(types, []wasm.RecGroup{{Start: 0, End: 3}})
	if !set.Retain(ids[1]) || set.GroupLen(ids[1]) != 3 {
		t.Fatal("the type is not in the set, or its group is not of 3")
	}
	set.Release(ids...)
	if set.Len() != 3 || !set.Has(ids[0]) {
		t.Errorf("%d types are left of a group of 3", set.Len())
	}
	set.Release(ids[1])
	for _, id := range append(ids, 0, 1<<31) {
		if set.Has(id) || set.Retain(id) || set.GroupLen(id) != 0 {
			t.Errorf("%d is the identity of a type that nobody has", id)
		}
	}
}

// TestTypeSetShrinks has many types for a while: what comes then gets small identities, also beside others that stay.
func TestTypeSetShrinks(t *testing.T) {
	set := wasm.NewTypeSet()
	few, fewGroups := structs(3, wasm.KindI32)
	many, manyGroups := structs(20000, wasm.KindI64)
	for range 3 {
		ids := set.Add(many, manyGroups)
		stays := set.Add(few, fewGroups)
		set.Release(ids...)
		if set.Len() != 3 || set.Comp(stays[2]).Kind != wasm.CompStruct {
			t.Fatalf("%d types are left of 3", set.Len())
		}
		others, groups := structs(4, wasm.KindF32)
		ids = set.Add(others, groups)
		if slices.Max(ids) >= wasm.FirstTypeID+10 {
			t.Errorf("the identities of 4 types are %v, beside %v", ids, stays)
		}
		set.Release(append(ids, stays...)...)
	}
}

// TestTypeSetTogether adds and releases the same and other types on several goroutines: who has a type finds it as
// it is.
func TestTypeSetTogether(t *testing.T) {
	set := wasm.NewTypeSet()
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for round := range 500 {
				kinds := []wasm.Kind{wasm.KindI32, wasm.KindI64, wasm.KindF32, wasm.KindF64}
				types, groups := structs(1+(worker+round)%7, kinds[:1+round%4]...)
				ids := set.Add(types, groups)
				array := set.AddCanonical(wasm.SubType{Comp: wasm.CompType{Kind: wasm.CompArray,
					Fields: []wasm.FieldType{{Type: wasm.RefNull(wasm.HeapType(ids[len(ids)-1]))}}}})
				set.Release(ids...)
				element := wasm.TypeID(set.Comp(array).Fields[0].Type.Heap)
				if got, want := len(set.Comp(element).Fields), len(types[len(types)-1].Comp.Fields); got != want {
					t.Errorf("a type has %d fields instead of %d", got, want)
				}
				set.Release(array)
			}
		})
	}
	group.Wait()
	if n := set.Len(); n != 0 {
		t.Errorf("%d types are left that nobody has", n)
	}
}

// TestTypeSetOfDescriptors enters pairs of types that differ in their clauses, or in what is exact in them.
func TestTypeSetOfDescriptors(t *testing.T) {
	clause := func(index wasm.HeapType) wasm.TypeClause { return wasm.TypeClause{Given: true, Type: index} }
	pair := func(exact, describes, descriptor bool) []wasm.SubType {
		field := wasm.RefNull(0)
		field.Exact = exact
		types := []wasm.SubType{
			{Comp: wasm.CompType{Kind: wasm.CompStruct}},
			{Comp: wasm.CompType{Kind: wasm.CompStruct, Fields: []wasm.FieldType{{Type: field}}}},
		}
		if descriptor {
			types[0].Comp.Descriptor = clause(1)
		}
		if describes {
			types[1].Comp.Describes = clause(0)
		}
		return types
	}
	groups := []wasm.RecGroup{{Start: 0, End: 2}}
	set, seen := wasm.NewTypeSet(), map[wasm.TypeID][3]bool{}
	for i := range 8 {
		form := [3]bool{i&1 != 0, i&2 != 0, i&4 != 0}
		ids := set.Add(pair(form[0], form[1], form[2]), groups)
		if other, ok := seen[ids[0]]; ok {
			t.Errorf("%v is the same as %v", form, other)
		}
		seen[ids[0]] = form
		if again := set.Add(pair(form[0], form[1], form[2]), groups); again[0] != ids[0] || again[1] != ids[1] {
			t.Errorf("%v is another one when it is added again", form)
		}
		comp := set.Comp(ids[0])
		if comp.Descriptor.Given != form[2] || form[2] && comp.Descriptor.Type != wasm.HeapType(ids[1]) {
			t.Errorf("%v: the descriptor is %+v", form, comp.Descriptor)
		}
	}
	for i := range 8 { // each was added twice
		ids := set.Add(pair(i&1 != 0, i&2 != 0, i&4 != 0), groups)
		set.Release(slices.Concat(ids, ids, ids)...)
	}
	if set.Len() != 0 {
		t.Errorf("%d types are left", set.Len())
	}
}

// TestUndescribedFields has a hierarchy in which descriptors begin in the middle.
func TestUndescribedFields(t *testing.T) {
	clause := func(index wasm.HeapType) wasm.TypeClause { return wasm.TypeClause{Given: true, Type: index} }
	fields := func(n int) []wasm.FieldType { return slices.Repeat([]wasm.FieldType{{Type: wasm.I32}}, n) }
	types := []wasm.SubType{
		{Comp: wasm.CompType{Kind: wasm.CompStruct, Fields: fields(2)}},
		{Supers: []uint32{0}, Comp: wasm.CompType{Kind: wasm.CompStruct, Fields: fields(3), Descriptor: clause(3)}},
		{Supers: []uint32{1}, Comp: wasm.CompType{Kind: wasm.CompStruct, Fields: fields(5), Descriptor: clause(4)}},
		{Comp: wasm.CompType{Kind: wasm.CompStruct, Describes: clause(1)}},
		{Supers: []uint32{3}, Comp: wasm.CompType{Kind: wasm.CompStruct, Describes: clause(2)}},
	}
	groups := []wasm.RecGroup{{Start: 0, End: 5}}
	set := wasm.NewTypeSet()
	ids := set.Add(types, groups)
	m := &wasm.Module{Types: types, RecGroups: groups}
	for i, want := range []int{0, 2, 2, 0, 0} {
		if got := set.UndescribedFields(ids[i]); got != want {
			t.Errorf("type %d: %d in the set, want %d", i, got, want)
		}
		if got := m.UndescribedFields(uint32(i)); got != want {
			t.Errorf("type %d: %d in the module, want %d", i, got, want)
		}
	}
}
