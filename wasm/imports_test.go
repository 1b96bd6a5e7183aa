package wasm_test

import (
	"slices"
	"strings"
	"testing"

	"weft/wasm"
)

// imports makes imports from words like "env:gg", a letter for the type of each.
func imports(words string) *wasm.Module {
	m := &wasm.Module{}
	for _, word := range strings.Fields(words) {
		module, types, _ := strings.Cut(word, ":")
		for _, c := range types {
			m.Imports = append(m.Imports, wasm.Import{Module: module, Name: "x", Kind: wasm.ExternFunc, Type: uint32(c)})
		}
	}
	return m
}

// TestCompactImports checks which imports share a list, and that what a module has
// been changed to is not written as the list that it was.
func TestCompactImports(t *testing.T) {
	for _, test := range []struct {
		imports string
		lists   []int
		forms   string // of the lists: alone, items, shared type
	}{
		{"a:f b:f a:f", []int{1, 1, 1}, "aaa"},
		{"a:fg b:ff", []int{2, 2}, "is"},
		{"a:fgg b:f", []int{3, 1}, "ia"},
		{"a:fggggggf", []int{8}, "i"},
		{"a:fgggggggf", []int{1, 7, 1}, "isi"},
		{"module:fgggggggf", []int{9}, "i"},
	} {
		m := imports(test.imports)
		m.CompactImports()
		lists := m.ImportLists()
		forms, next := "", 0
		for _, n := range lists {
			forms += "ais"[m.Imports[next].Form:][:1]
			next += n
		}
		if !slices.Equal(lists, test.lists) || forms != test.forms {
			t.Errorf("%s: lists of %v, %s; want %v, %s", test.imports, lists, forms, test.lists, test.forms)
		}
	}

	m := imports("a:ffff")
	m.CompactImports()
	m.Imports[2].Type++
	if got := m.ImportLists(); !slices.Equal(got, []int{2, 1, 1}) {
		t.Errorf("with another type in the middle: lists of %v", got)
	}
	m.Imports = m.Imports[1:]
	if got := m.ImportLists(); !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("without the first: lists of %v", got)
	}
}
