package ssa

import (
	"os"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/validate"
)

// benchmarkModule returns the module that the environment variable WEFT_SSA_WASM names.
func benchmarkModule(tb testing.TB) *wasm.Module {
	tb.Helper()
	path := os.Getenv("WEFT_SSA_WASM")
	if path == "" {
		tb.Skip("WEFT_SSA_WASM names no module")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	m, err := binary.Decode(data, wasm.AllFeatures)
	if err == nil {
		err = validate.Module(m, wasm.AllFeatures)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func codeSize(m *wasm.Module) (n int64) {
	for i := range m.Funcs {
		n += int64(len(m.Funcs[i].Body))
	}
	return n
}

func BenchmarkBuild(b *testing.B) {
	m := benchmarkModule(b)
	env := testEnv(m, true)
	var builder Builder
	b.SetBytes(codeSize(m))
	b.ReportAllocs()
	for b.Loop() {
		for i := range m.Funcs {
			builder.Build(env, i)
		}
	}
}

func BenchmarkPasses(b *testing.B) {
	m := benchmarkModule(b)
	env := testEnv(m, true)
	var builder Builder
	o := Optimizer{Reenter: true}
	b.SetBytes(codeSize(m))
	b.ReportAllocs()
	for b.Loop() {
		for i := range m.Funcs {
			if f, err := builder.Build(env, i); err == nil {
				o.Run(f)
			}
		}
	}
}

// TestModule checks the passes on all functions of a large module.
func TestModule(t *testing.T) {
	m := benchmarkModule(t)
	var builder Builder
	var o Optimizer
	for _, guarded := range []bool{true, false} {
		env := testEnv(m, guarded)
		for i := range m.Funcs {
			if f, err := builder.Build(env, i); err == nil {
				checkPasses(t, &o, f)
				checkEdges(t, f)
				checkOrder(t, f)
			}
		}
	}
}
