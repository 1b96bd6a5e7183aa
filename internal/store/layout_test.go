package store

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"weft/wasm"
)

func noComp(wasm.HeapType) wasm.CompKind { return wasm.CompStruct }

func layoutOf(kind wasm.CompKind, types ...wasm.ValType) ([]Field, uint32) {
	t := wasm.CompType{Kind: kind}
	for _, f := range types {
		t.Fields = append(t.Fields, wasm.FieldType{Type: f})
	}
	l := LayoutOf(&t, 0, noComp)
	return l.Fields, l.Size
}

func TestLayout(t *testing.T) {
	anyref := wasm.RefNull(wasm.HeapAny)
	i8, i16 := wasm.I8, wasm.I16
	for _, test := range []struct {
		kind   wasm.CompKind
		fields []wasm.ValType
		want   string // offsets, and the size
	}{
		{wasm.CompStruct, nil, "[] 8"},
		{wasm.CompStruct, []wasm.ValType{wasm.I32}, "[4] 8"},
		{wasm.CompStruct, []wasm.ValType{wasm.I32, anyref, anyref}, "[4 8 16] 24"},
		{wasm.CompStruct, []wasm.ValType{anyref, wasm.F32}, "[8 4] 16"},
		{wasm.CompStruct, []wasm.ValType{i8, wasm.I32, i16, i8, wasm.I64, i8}, "[4 8 6 5 16 12] 24"},
		{wasm.CompStruct, []wasm.ValType{wasm.V128, i16}, "[8 4] 24"},
		{wasm.CompArray, []wasm.ValType{i8}, "[8] 16"},
		{wasm.CompArray, []wasm.ValType{wasm.V128}, "[8] 24"},
	} {
		fields, size := layoutOf(test.kind, test.fields...)
		offsets := []uint32{}
		for _, f := range fields {
			offsets = append(offsets, f.Offset)
		}
		if got := fmt.Sprint(offsets, size); got != test.want {
			t.Errorf("%v: %s, want %s", test.fields, got, test.want)
		}
	}
}

// Fields do not overlap, are aligned, and fields that are added change nothing.
func TestLayoutOfRandomStructs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	kinds := []wasm.Kind{wasm.KindI8, wasm.KindI16, wasm.KindI32, wasm.KindF32, wasm.KindI64, wasm.KindV128}
	for range 1000 {
		var types []wasm.ValType
		var before []Field
		for range 20 {
			types = append(types, wasm.ValType{Kind: kinds[rng.IntN(len(kinds))]})
			fields, size := layoutOf(wasm.CompStruct, types...)
			taken := make([]bool, size)
			for i, f := range fields {
				if i < len(before) && f != before[i] {
					t.Fatalf("%v: field %d moves from %d to %d", types, i, before[i].Offset, f.Offset)
				}
				if f.Offset < 4 || f.Offset%min(f.Width, 8) != 0 {
					t.Fatalf("%v: field %d is at %d", types, i, f.Offset)
				}
				for at := range f.Width {
					if taken[f.Offset+at] {
						t.Fatalf("%v: field %d overlaps with another", types, i)
					}
					taken[f.Offset+at] = true
				}
			}
			before = fields
		}
	}
}

// TestLayoutOfDescribed has descriptors behind the fields of supertypes without: their layout begins with that of
// these, and the collector follows the word.
func TestLayoutOfDescribed(t *testing.T) {
	field := func(v wasm.ValType) wasm.FieldType { return wasm.FieldType{Type: v} }
	described := wasm.CompType{Kind: wasm.CompStruct, Descriptor: wasm.TypeClause{Given: true, Type: 1},
		Fields: []wasm.FieldType{field(wasm.I8), field(wasm.I64), field(wasm.RefNull(wasm.HeapAny)), field(wasm.I16)}}
	plain := described
	plain.Descriptor = wasm.TypeClause{}
	for undescribed, want := range []string{
		"descriptor 8, fields [4 16 24 6], size 32, refs [8 24]",
		"descriptor 8, fields [4 16 24 6], size 32, refs [8 24]",
		"descriptor 16, fields [4 8 24 6], size 32, refs [16 24]",
		"descriptor 24, fields [4 8 16 6], size 32, refs [16 24]",
		"descriptor 24, fields [4 8 16 6], size 32, refs [16 24]",
	} {
		l := LayoutOf(&described, undescribed, noComp)
		before := plain
		before.Fields = plain.Fields[:undescribed]
		for i, f := range LayoutOf(&before, 0, noComp).Fields {
			if l.Fields[i] != f {
				t.Errorf("%d undescribed fields: field %d has moved", undescribed, i)
			}
		}
		offsets := func(fields []Field) (list []uint32) {
			for _, f := range fields {
				list = append(list, f.Offset)
			}
			return list
		}
		got := fmt.Sprintf("descriptor %d, fields %d, size %d, refs %d",
			l.Descriptor, offsets(l.Fields), l.Size, offsets(l.refs))
		if got != want {
			t.Errorf("%d undescribed fields: %s, want %s", undescribed, got, want)
		}
	}
}
