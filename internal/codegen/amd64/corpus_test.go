package amd64

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/arch/x86/x86asm"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
	"weft/wasm/binary/scripttest"
)

// corpusEnv has a layout of records that nobody uses.
func corpusEnv(m *wasm.Module, guarded bool) *ssa.Env {
	array := func(start int64) func(uint32) int64 {
		return func(i uint32) int64 { return start + 8*int64(i) }
	}
	space := m.AddressSpace()
	return &ssa.Env{Module: m, Space: space, Features: wasm.AllFeatures,
		MemoryPtr: array(0x1000), GlobalPtr: array(0x2000), TablePtr: array(0x10000), FuncPtr: array(0x20000), TagPtr: array(0x40000), TypeID: array(0x50000), Objects: corpusObjects(m),
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
	config := Config{Features: Detect(), Runtime: codegen.Runtime{FuncInstance: 8, InstanceHome: true, CellSize: func(class int) uint32 { return 16 * uint32(class) }}}
	s, e := Selector{Config: config}, Emitter{Config: config}
	compile := func(env *ssa.Env, i int, plain bool) (*codegen.Code, error) {
		b.Plain = plain
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
			return nil, fmt.Errorf("%w\n%v\n%s", err, f, cf.Text(InstName))
		}
		return e.Emit(cf)
	}
	functions, bytes, failures := 0, 0, 0
	for _, m := range scripttest.Valid(t, "../../..") {
		for _, guarded := range []bool{true, false} {
			env := corpusEnv(m, guarded)
			for i := range 2 * len(m.Funcs) {
				code, err := compile(env, i/2, i%2 == 1) // in both forms
				if err != nil {
					t.Errorf("function %d: %v", i/2, err)
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

// checkSites checks that sites are sorted, and that each of them follows a call, or is at an
// instruction that accesses memory and may fault.
func checkSites(t *testing.T, code *codegen.Code) {
	t.Helper()
	sites := code.Sites
	called := false
	for at := 0; len(sites) > 0; {
		if called && len(sites) == 1 && int(sites[0].Offset) == at {
			return // behind a call that does not come back, data may follow
		}
		inst, err := x86asm.Decode(code.Bytes[at:], 64)
		if err != nil {
			t.Fatalf("%v at %d, before the site at %d", err, at, sites[0].Offset)
		}
		for len(sites) > 0 && int(sites[0].Offset) <= at {
			faults := sites[0].Trap == wasm.TrapMemoryOutOfBounds && slices.ContainsFunc(inst.Args[:], func(a x86asm.Arg) bool {
				m, ok := a.(x86asm.Mem)
				return ok && m.Base != x86asm.RIP && m.Base != x86asm.R15
			})
			if int(sites[0].Offset) < at || !called && !faults {
				t.Fatalf("the site at %d is neither behind a call nor at an access: %v at %d", sites[0].Offset, inst, at)
			}
			sites = sites[1:]
		}
		called = inst.Op == x86asm.CALL
		at += inst.Len
	}
}

// corpusObjects lays objects out like the run time does.
func corpusObjects(m *wasm.Module) ssa.ObjectEnv {
	env := ssa.ObjectEnv{Layouts: make([]ssa.ObjectLayout, len(m.Types)), Types: 0x280, LogRecord: 6, Depths: 12, Kind: 56, StructKind: 2, ArrayKind: 3,
		Class: func(size uint64) (int, bool) { return int(size+15) / 16 % 39, size <= 1024 }}
	for i, t := range m.Types {
		at := int64(8)
		for range t.Comp.Fields {
			env.Layouts[i].Offsets = append(env.Layouts[i].Offsets, at)
			at += 8
		}
		env.Layouts[i].Size = uint64(at)
	}
	return env
}
