package weft_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"weft/wasm"
)

// TestModule asks a module for its imports, exports and custom sections.
func TestModule(t *testing.T) {
	engine := engineWith(t, wasm.DefaultFeatures)
	m := compileWith(t, engine, encodeText(t, `(module $m
	  (import "a" "f" (func (param i32) (result i64 f32)))
	  (import "a" "m" (memory 1 2))
	  (import "b" "g" (func))
	  (import "b" "t" (table 1 funcref))
	  (import "b" "v" (global (mut i64)))
	  (import "b" "e" (tag (param externref)))
	  (func (export "") (param f64))
	  (global (export "own") i32 (i32.const 1))
	  (export "again" (global 0)) (export "memory" (memory 0)) (export "e" (tag 0)) (export "t" (table 0))
	  (@custom "notes" "first") (@custom "other" "x") (@custom "notes" (after last) "second"))`))
	var got []string
	for _, im := range m.Imports() {
		got = append(got, fmt.Sprintf("%s.%s %s", im.Module, im.Name, im.Type))
	}
	for _, e := range m.Exports() {
		got = append(got, fmt.Sprintf("%q %s", e.Name, e.Type))
	}
	want := []string{
		"a.f func [i32] -> [i64 f32]", "a.m memory 1 2", "b.g func [] -> []", "b.t table 1 funcref", "b.v global (mut i64)",
		"b.e tag [externref] -> []",
		`"" func [f64] -> []`, `"own" global i32`, `"again" global (mut i64)`, `"memory" memory 1 2`, `"e" tag [externref] -> []`,
		`"t" table 1 funcref`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("imports and exports:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := fmt.Sprintf("%s", m.CustomSections("notes")); got != "[first second]" || m.CustomSections("none") != nil {
		t.Errorf("custom sections: %s", got)
	}
	if m.Name() != "m" || m.Engine() != engine {
		t.Errorf("name %q", m.Name())
	}
}
