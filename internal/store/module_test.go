package store

import (
	"strings"
	"testing"

	"weft/wasm"
)

// TestFuncNames names functions by the name section, and others by the first of their exports.
func TestFuncNames(t *testing.T) {
	m := &wasm.Module{Types: []wasm.SubType{{Final: true}}, RecGroups: []wasm.RecGroup{{Start: 0, End: 1}}, Funcs: make([]wasm.Func, 3)}
	m.Names.Funcs = map[uint32]string{0: "zero"}
	m.Exports = []wasm.Export{
		{Name: "memory", Kind: wasm.ExternMemory, Index: 2}, {Name: "first", Kind: wasm.ExternFunc, Index: 1},
		{Name: "second", Kind: wasm.ExternFunc, Index: 1}, {Name: "other", Kind: wasm.ExternFunc, Index: 0},
	}
	c := NewModule(m, wasm.NewTypeSet(), wasm.DefaultFeatures, noEngine{}, nil)
	for i, want := range []string{"zero", "first", ""} {
		if got := c.FuncName(uint32(i)); got != want {
			t.Errorf("function %d is %q, want %q", i, got, want)
		}
	}
}

// noEngine executes nothing.
type noEngine struct{ Engine }

func (noEngine) Prepare(*Module) {}

// TestLinkErrorsAreBounded leaves a million imports without values.
func TestLinkErrorsAreBounded(t *testing.T) {
	s := newStore(t, nil)
	m := &wasm.Module{Imports: make([]wasm.Import, 1_000_000)}
	for i := range m.Imports {
		m.Imports[i] = wasm.Import{Module: "m", Name: "n", Kind: wasm.ExternMemory}
	}
	err := s.matchImports(&Module{Wasm: m}, make([]Extern, len(m.Imports)))
	if err == nil || strings.Count(err.Error(), "\n") != maxLinkErrors || !strings.Contains(err.Error(), "others were not looked at") {
		t.Errorf("the error has %d lines", strings.Count(err.Error(), "\n"))
	}
}
