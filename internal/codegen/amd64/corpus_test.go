package amd64

import (
	"errors"
	"fmt"
	"testing"

	"weft/internal/codegen"
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
	for _, m := range scripttest.Corpus(t, "../../..", ".") {
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

// corpusEnv has a layout of records that nobody uses.
func corpusEnv(m *wasm.Module, guarded bool) *ssa.Env {
	array := func(start int64) func(uint32) int64 {
		return func(i uint32) int64 { return start + 8*int64(i) }
	}
	space := m.AddressSpace()
	return &ssa.Env{Module: m, Space: space, Features: wasm.AllFeatures,
		MemoryPtr: array(0x1000), GlobalPtr: array(0x2000), TablePtr: array(0x10000), FuncPtr: array(0x20000), TagPtr: array(0x40000), TypeID: array(0x50000),
		MemoryLen: 8, TableLen: 8, FuncType: 20, Args: int64(codegen.OffArgs),
		Guarded: func(i uint32) bool {
			t := space.Memories[i]
			return guarded && !t.Limits.Is64 && t.PageLog2 == wasm.DefaultPageLog2
		}, Poll: !guarded}
}

// TestCorpus compiles all functions of the corpus that the builder of SSA supports, and checks
// the allocation of registers and the tables beside the code.
func TestCorpus(t *testing.T) {
	var b ssa.Builder
	var o ssa.Optimizer
	allocator := codegen.NewAllocator(Machine())
	config := Config{Features: Detect(), FuncInstance: 8, InstanceHome: true}
	s, e := Selector{Config: config}, Emitter{Config: config}
	compile := func(env *ssa.Env, i int) (*codegen.Code, error) {
		f, err := b.Build(env, i)
		var unsupported *ssa.Unsupported
		if errors.As(err, &unsupported) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		o.Run(f)
		cf, err := s.Select(f)
		if err != nil {
			return nil, fmt.Errorf("%w\n%v", err, f)
		}
		if err := allocator.Allocate(cf); err != nil {
			return nil, fmt.Errorf("%w\n%v", err, f)
		}
		if err := codegen.Check(cf, Machine()); err != nil {
			return nil, fmt.Errorf("%w\n%v", err, f)
		}
		return e.Emit(cf)
	}
	functions, bytes, failures := 0, 0, 0
	for _, m := range corpusModules(t) {
		for _, guarded := range []bool{true, false} {
			env := corpusEnv(m, guarded)
			for i := range m.Funcs {
				code, err := compile(env, i)
				if err != nil {
					t.Errorf("function %d: %v", i, err)
					if failures++; failures > 10 {
						t.FailNow()
					}
				}
				if code == nil {
					continue
				}
				functions++
				bytes += len(code.Bytes)
				checkSites(t, code)
			}
		}
	}
	t.Logf("%d functions, %d bytes of code", functions, bytes)
}

// checkSites checks that sites are sorted and lie in the code.
func checkSites(t *testing.T, code *codegen.Code) {
	t.Helper()
	last := uint32(0)
	for _, s := range code.Sites {
		if s.Offset < last || int(s.Offset) > len(code.Bytes) {
			t.Fatalf("a site at %d, behind one at %d, in %d bytes", s.Offset, last, len(code.Bytes))
		}
		last = s.Offset
	}
}
