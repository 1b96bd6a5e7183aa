package exectest_test

import (
	"testing"
	"time"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/codegen/arm64"
	"weft/internal/codegen/exectest"
	"weft/internal/ssa"
	"weft/wasm/binary/scripttest"
)

// BenchmarkTargets compiles the functions of the corpus from bytes to code, each for one instruction set after the
// other, and reports the times for a megabyte of bodies and their ratio. A function counts with the least of its
// times, so that the ratio hardly depends on what else the machine does; give it some rounds (-benchtime 10x).
func BenchmarkTargets(b *testing.B) {
	targets := [...]*timedCompiler{
		newTimedCompiler(amd64.Target{Features: amd64.Detect()}),
		newTimedCompiler(arm64.Target{Features: arm64.Features{LSE: true}}),
	}
	modules := scripttest.Valid(b, "../../..")
	for b.Loop() {
		n := 0
		for _, m := range modules {
			env := exectest.CorpusEnv(m, true)
			for i := range m.Funcs {
				for _, c := range targets {
					c.compile(b, env, i, n)
				}
				n++
			}
		}
	}
	bytes := 0
	for _, m := range modules {
		for _, f := range m.Funcs {
			bytes += len(f.Body)
		}
	}
	x, y := targets[0].total(), targets[1].total()
	b.ReportMetric(x.Seconds()*1e9/float64(bytes), "ms/MB-amd64")
	b.ReportMetric(y.Seconds()*1e9/float64(bytes), "ms/MB-arm64")
	b.ReportMetric(float64(y)/float64(x), "arm64/amd64")
}

// A timedCompiler compiles one function after the other, and keeps the least time of each.
type timedCompiler struct {
	builder   ssa.Builder
	optimizer ssa.Optimizer
	compiler  *codegen.Compiler
	least     []time.Duration
}

func newTimedCompiler(t codegen.Target) *timedCompiler {
	c := codegen.NewCompiler(t)
	c.Configure(exectest.CorpusRuntime())
	return &timedCompiler{compiler: c}
}

// compile compiles function i of a module, the one with a number among all.
func (c *timedCompiler) compile(b *testing.B, env *ssa.Env, i, number int) {
	start := time.Now()
	if f, err := c.builder.Build(env, i); err == nil { // it does not support all that is in the corpus
		c.optimizer.Run(f)
		if _, err := c.compiler.Compile(f, false); err != nil {
			b.Fatalf("%v\n%v", err, f)
		}
	}
	took := time.Since(start)
	if number == len(c.least) {
		c.least = append(c.least, took)
	}
	c.least[number] = min(c.least[number], took)
}

func (c *timedCompiler) total() (sum time.Duration) {
	for _, t := range c.least {
		sum += t
	}
	return sum
}
