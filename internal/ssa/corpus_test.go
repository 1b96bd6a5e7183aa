package ssa_test

import (
	"errors"
	"testing"

	"weft/internal/ssa"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/binary/scripttest"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// corpusModules returns the valid modules of the conformance corpus.
func corpusModules(t testing.TB) []*wasm.Module {
	t.Helper()
	var modules []*wasm.Module
	for _, m := range scripttest.Corpus(t, "../..", ".") {
		if m.Assert != "" {
			continue
		}
		var mod *wasm.Module
		var err error
		switch m.Form {
		case scripttest.Binary:
			mod, err = binary.Decode([]byte(m.Source), wasm.AllFeatures)
		case scripttest.Text:
			mod, err = text.Parse([]byte(m.Source), wasm.AllFeatures)
		default:
			continue
		}
		if err == nil {
			err = validate.Module(mod, wasm.AllFeatures)
		}
		if err == nil {
			modules = append(modules, mod)
		}
	}
	return modules
}

// testEnv returns an environment with a layout of its own.
func testEnv(m *wasm.Module, guarded bool) *ssa.Env {
	array := func(start int64) func(uint32) int64 {
		return func(i uint32) int64 { return start + 8*int64(i) }
	}
	space := m.AddressSpace()
	return &ssa.Env{Module: m, Space: space, Features: wasm.AllFeatures,
		MemoryPtr: array(0x1000), GlobalPtr: array(0x2000), TablePtr: array(0x10000), FuncPtr: array(0x20000), TagPtr: array(0x40000), TypeID: array(0x50000),
		MemoryBase: 0, MemoryLen: 8, TableBase: 0, TableLen: 8, GlobalValue: 0, FuncType: 20, Args: 0x300,
		Guarded: func(i uint32) bool {
			t := space.Memories[i]
			return guarded && !t.Limits.Is64 && t.PageLog2 == wasm.DefaultPageLog2
		}, Poll: !guarded}
}

// TestBuildCorpus builds all functions of the corpus that the compiler supports, with and
// without guarded memories.
func TestBuildCorpus(t *testing.T) {
	var b ssa.Builder
	built, refused := 0, map[string]int{}
	for _, m := range corpusModules(t) {
		for _, guarded := range []bool{true, false} {
			env := testEnv(m, guarded)
			for i := range m.Funcs {
				f, err := b.Build(env, i)
				var unsupported *ssa.Unsupported
				if errors.As(err, &unsupported) {
					refused[unsupported.What]++
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				built++
				if err := ssa.Verify(f); err != nil {
					t.Fatalf("%v\n%v", err, f)
				}
			}
		}
	}
	t.Logf("%d functions built, refused: %v", built, refused)
	if built < 1000 {
		t.Error("few functions were built")
	}
}
