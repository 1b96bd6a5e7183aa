package weft_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// TestLinkErrors checks what is said about imports that are missing or have
// another type: all of them, with the types wanted and given.
func TestLinkErrors(t *testing.T) {
	engine := engineWith(t, wasm.DefaultFeatures)
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	linker := weft.NewLinker(store)
	define := func(name string, e weft.Extern, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		linker.Define("env", name, e)
	}
	f, err := store.NewFunc("f", wasm.FuncType{Params: []wasm.ValType{wasm.I32}}, func(context.Context, []uint64) error { return nil })
	define("func", f, err)
	m, err := store.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 1, Max: 4, HasMax: true}, PageLog2: 16})
	define("memory", m, err)
	for _, elem := range []wasm.ValType{wasm.Ref(wasm.HeapFunc), wasm.I32} {
		if _, err := store.NewTable(wasm.TableType{Elem: elem, Limits: wasm.Limits{Min: 2}}); err == nil {
			t.Errorf("a table of %s is filled with null", elem)
		}
	}
	table, err := store.NewTable(wasm.TableType{Elem: wasm.FuncRef, Limits: wasm.Limits{Min: 2}})
	define("table", table, err)
	g, err := store.NewGlobal(wasm.GlobalType{Type: wasm.I64}, weft.I64(1))
	define("global", g, err)
	tag, err := store.NewTag("tag", wasm.FuncType{})
	define("tag", tag, err)

	for _, c := range []struct {
		imports string
		want    []string
	}{
		{`(import "env" "nothing" (func (param i64) (result f32)))`, []string{`unknown import: nothing provides the func [i64] -> [f32]: "env" "nothing"`}},
		{`(import "none" "func" (func))`, []string{`unknown import: nothing provides the func [] -> []: "none" "func"`}},
		{`(import "env" "func" (func (param i64)))`, []string{`incompatible import type: func [i64] -> [] wanted, func [i32] -> [] given: "env" "func"`}},
		{`(import "env" "func" (memory 1))`, []string{`memory 1 wanted, func [i32] -> [] given`}},
		{`(import "env" "memory" (memory 2 4))`, []string{`memory 2 4 wanted, memory 1 4 given`}},
		{`(import "env" "memory" (memory 1 3))`, []string{`memory 1 3 wanted, memory 1 4 given`}},
		{`(import "env" "table" (table 2 externref))`, []string{`table 2 externref wanted, table 2 funcref given`}},
		{`(import "env" "global" (global (mut i64)))`, []string{`global (mut i64) wanted, global i64 given`}},
		{`(import "env" "tag" (tag (param i32)))`, []string{`tag [i32] -> [] wanted, tag [] -> [] given`}},
		{`(import "env" "a" (func)) (import "env" "func" (func (param i32))) (import "env" "b" (global i32)) (import "env" "tag" (func))`,
			[]string{`func [] -> []: "env" "a"`, `global i32: "env" "b"`, `func [] -> [] wanted, tag [] -> [] given: "env" "tag"`}},
	} {
		module, err := engine.Compile([]byte("(module " + c.imports + ")"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = linker.Instantiate(context.Background(), module)
		var link *weft.LinkError
		if !errors.As(err, &link) {
			t.Errorf("%s: %v", c.imports, err)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(c.want) {
			t.Errorf("%s: %d lines: %v", c.imports, len(lines), err)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(lines[i], want) {
				t.Errorf("%s:\n%s\nwant %s", c.imports, lines[i], want)
			}
		}
	}
}

// TestLinkErrorsComeFirst asks for a memory that no store has, and for an import that does not match: that is what is
// wrong.
func TestLinkErrorsComeFirst(t *testing.T) {
	engine := engineWith(t, wasm.DefaultFeatures)
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	module := compileWith(t, engine, []byte(`(module (import "m" "f" (func)) (memory i64 0xffffffffffff))`))
	var link *weft.LinkError
	if _, err := weft.NewLinker(store).Instantiate(context.Background(), module); !errors.As(err, &link) {
		t.Error(err)
	}
}
