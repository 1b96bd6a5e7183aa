package wasm_test

import (
	"reflect"
	"strings"
	"testing"

	"weft/wasm"
)

var someHints = []wasm.FuncHints{
	{Func: 1, Hints: []wasm.BranchHint{{Offset: 3}, {Offset: 300, Likely: true}}},
	{Func: 4, Hints: []wasm.BranchHint{{Offset: 7, Likely: true}}},
	{Func: 9},
}

// TestBranchHints decodes what was encoded, and gives each function of a module its hints.
func TestBranchHints(t *testing.T) {
	data := wasm.AppendBranchHints(nil, someHints)
	got, err := wasm.DecodeBranchHints(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || !reflect.DeepEqual(got[:2], someHints[:2]) || got[2].Func != 9 || len(got[2].Hints) != 0 {
		t.Errorf("%v", got)
	}
	// Function 1 is imported, and there is no function 9.
	m := &wasm.Module{Imports: make([]wasm.Import, 2), Funcs: make([]wasm.Func, 3),
		Customs: []wasm.Custom{{Name: "other"}, {Name: wasm.BranchHintSection, Data: data}}}
	want := [][]wasm.BranchHint{nil, nil, someHints[1].Hints}
	if hints := m.BranchHints(); !reflect.DeepEqual(hints, want) {
		t.Errorf("of the module: %v", hints)
	}
	m.Customs = m.Customs[:1]
	if hints := m.BranchHints(); hints != nil {
		t.Errorf("without a section: %v", hints)
	}
}

// TestBadBranchHints decodes sections that are wrong; a module that has one has no hints.
func TestBadBranchHints(t *testing.T) {
	good := wasm.AppendBranchHints(nil, someHints)
	for want, data := range map[string]string{
		"bytes behind the hints":                  string(good) + "\x00",
		"function 1 stand behind those for":       "\x02\x01\x00\x01\x00",
		"offset 5 stands behind offset 5":         "\x01\x01\x02\x05\x01\x00\x05\x01\x01",
		"hint at offset 5 is not the byte 0 or 1": "\x01\x01\x01\x05\x01\x02",
		"hint at offset 6 is not the byte 0 or 1": "\x01\x01\x01\x06\x02\x01",
		"hints for function 1: ":                  "\x01\x01\x7f",
		"functions":                               "\x7f",
	} {
		_, err := wasm.DecodeBranchHints([]byte(data))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", data, err, want)
		}
		m := &wasm.Module{Funcs: make([]wasm.Func, 9)}
		m.Customs = []wasm.Custom{{Name: wasm.BranchHintSection, Data: []byte(data)}}
		if hints := m.BranchHints(); hints != nil {
			t.Errorf("%q: %v", data, hints)
		}
	}
	for n := range len(good) {
		if _, err := wasm.DecodeBranchHints(good[:n]); err == nil {
			t.Errorf("%d of %d bytes are no error", n, len(good))
		}
	}
}
