package exectest

import (
	"testing"
	"time"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm/binary/scripttest"
)

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
