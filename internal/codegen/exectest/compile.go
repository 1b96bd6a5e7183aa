package exectest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm/binary/scripttest"
)

// TestCorpus compiles all functions of the corpus that the builder of SSA supports, in both forms, and checks the
// allocation of registers. It hands the code on to check.
func TestCorpus(t *testing.T, back codegen.Backend, check func(t *testing.T, code *codegen.Code)) {
	t.Helper()
	back.Configure(CorpusRuntime())
	c := checkedCompiler{back: back, allocator: codegen.NewAllocator(back.Machine())}
	functions, bytes, failures := 0, 0, 0
	for _, m := range scripttest.Valid(t, "../../..") {
		for _, guarded := range []bool{true, false} {
			env := CorpusEnv(m, guarded)
			for i := range 2 * len(m.Funcs) {
				code, err := c.compile(env, i/2, i%2 == 1)
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
				check(t, code)
			}
		}
	}
	t.Logf("%d functions, %d bytes of code", functions, bytes)
}

// A checkedCompiler compiles one function after the other.
type checkedCompiler struct {
	back      codegen.Backend
	builder   ssa.Builder
	optimizer ssa.Optimizer
	allocator *codegen.Allocator
}

// compile returns nil for what the builder does not support.
func (c *checkedCompiler) compile(env *ssa.Env, i int, plain bool) (*codegen.Code, error) {
	c.builder.Plain = plain
	f, err := c.builder.Build(env, i)
	var unsupported *ssa.Unsupported
	if errors.As(err, &unsupported) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	c.optimizer.Run(f)
	cf, err := c.back.Select(f)
	if err != nil {
		return nil, fmt.Errorf("%w\n%v", err, f)
	}
	if err := c.allocator.Allocate(cf); err != nil {
		return nil, fmt.Errorf("%w\n%v", err, f)
	}
	if err := codegen.Check(cf, c.back.Machine()); err != nil {
		return nil, fmt.Errorf("%w\n%v\n%s", err, f, cf.Text(c.back.InstName))
	}
	return c.back.Emit(cf)
}

// BenchmarkCompile selects and emits the functions of the corpus. The time of the allocator of
// registers lies between and is not reported.
func BenchmarkCompile(b *testing.B, back codegen.Backend) {
	var funcs []*ssa.Func
	for _, m := range scripttest.Valid(b, "../../..") {
		env := CorpusEnv(m, true)
		for i := range m.Funcs {
			f, err := new(ssa.Builder).Build(env, i)
			if err == nil {
				new(ssa.Optimizer).Run(f)
				funcs = append(funcs, f)
			}
		}
	}
	back.Configure(CorpusRuntime())
	allocator := codegen.NewAllocator(back.Machine())
	var selecting, emitting time.Duration
	selected, emitted := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range funcs {
			start := time.Now()
			cf, err := back.Select(f)
			selecting += time.Since(start)
			if err != nil {
				b.Fatal(err)
			}
			selected += len(cf.Insts)
			if err := allocator.Allocate(cf); err != nil {
				b.Fatal(err)
			}
			emitted += len(cf.Insts)
			start = time.Now()
			if _, err := back.Emit(cf); err != nil {
				b.Fatal(err)
			}
			emitting += time.Since(start)
		}
	}
	b.ReportMetric(float64(selecting.Nanoseconds())/float64(selected), "ns/selected")
	b.ReportMetric(float64(emitting.Nanoseconds())/float64(emitted), "ns/emitted")
	b.ReportMetric(float64(emitted)/float64(b.N), "insts/op")
}
