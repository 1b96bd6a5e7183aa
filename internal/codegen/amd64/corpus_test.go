package amd64

import (
	"slices"
	"testing"

	"golang.org/x/arch/x86/x86asm"

	"weft/internal/codegen"
	"weft/internal/codegen/exectest"
	"weft/wasm"
)

// TestCorpus compiles all functions of the corpus that the builder of SSA supports, and checks
// the allocation of registers and the tables beside the code.
func TestCorpus(t *testing.T) {
	exectest.TestCorpus(t, Target{Features: Detect()}.NewBackend(), checkSites)
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
