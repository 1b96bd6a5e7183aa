package amd64

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/arch/x86/x86asm"

	"weft/internal/codegen"
	"weft/internal/codegen/exectest"
	"weft/internal/ssa"
	"weft/wasm"
	"weft/wasm/binary/scripttest"
)

// TestCorpus compiles all functions of the corpus that the builder of SSA supports, and checks
// the allocation of registers and the tables beside the code.
func TestCorpus(t *testing.T) {
	var b ssa.Builder
	var o ssa.Optimizer
	allocator := codegen.NewAllocator(Machine())
	config := Config{Features: Detect(), Runtime: *exectest.CorpusRuntime()}
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
			env := exectest.CorpusEnv(m, guarded)
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
