package amd64

import (
	"testing"
	"time"

	"weft/internal/codegen"
	"weft/internal/codegen/exectest"
	"weft/internal/ssa"
	"weft/wasm/binary/scripttest"
)

// BenchmarkCompile selects and emits the functions of the corpus. The time of the allocator of
// registers lies between and is not reported.
func BenchmarkCompile(b *testing.B) {
	var funcs []*ssa.Func
	for _, m := range scripttest.Valid(b, "../../..") {
		env := exectest.CorpusEnv(m, true)
		for i := range m.Funcs {
			f, err := new(ssa.Builder).Build(env, i)
			if err == nil {
				new(ssa.Optimizer).Run(f)
				funcs = append(funcs, f)
			}
		}
	}
	config := Config{Features: Detect(), Runtime: codegen.Runtime{FuncInstance: 8, InstanceHome: true}}
	s, e := Selector{Config: config}, Emitter{Config: config}
	allocator := codegen.NewAllocator(Machine())
	var selecting, emitting time.Duration
	selected, emitted := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range funcs {
			start := time.Now()
			cf, err := s.Select(f)
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
			if _, err := e.Emit(cf); err != nil {
				b.Fatal(err)
			}
			emitting += time.Since(start)
		}
	}
	b.ReportMetric(float64(selecting.Nanoseconds())/float64(selected), "ns/selected")
	b.ReportMetric(float64(emitting.Nanoseconds())/float64(emitted), "ns/emitted")
	b.ReportMetric(float64(emitted)/float64(b.N), "insts/op")
}
