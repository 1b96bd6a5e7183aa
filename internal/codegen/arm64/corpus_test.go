package arm64

import (
	"errors"
	"fmt"
	"testing"

	"weft/internal/codegen"
	"weft/internal/codegen/exectest"
	"weft/internal/ssa"
	"weft/wasm/binary/scripttest"
)

// TestCorpus compiles all functions of the corpus that the builder of SSA supports, and checks
// the allocation of registers.
func TestCorpus(t *testing.T) {
	var b ssa.Builder
	var o ssa.Optimizer
	allocator := codegen.NewAllocator(Machine())
	functions, bytes, failures := 0, 0, 0
	for _, target := range []Target{{}, {Features{LSE: true}}} {
		back := target.NewBackend()
		back.Configure(exectest.CorpusRuntime())
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
			cf, err := back.Select(f)
			if err != nil {
				return nil, fmt.Errorf("%w\n%v", err, f)
			}
			if err := allocator.Allocate(cf); err != nil {
				return nil, fmt.Errorf("%w\n%v", err, f)
			}
			if err := codegen.Check(cf, Machine()); err != nil {
				return nil, fmt.Errorf("%w\n%v\n%s", err, f, cf.Text(InstName))
			}
			return back.Emit(cf)
		}
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
				}
			}
		}
	}
	t.Logf("%d functions, %d bytes of code", functions, bytes)
}
