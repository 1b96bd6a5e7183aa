package native

import (
	"os"
	"testing"

	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/validate"
)

// benchmarkModule returns the module that the environment variable WEFT_SSA_WASM names, with an
// engine that does not compile it by itself.
func benchmarkModule(b *testing.B) (*Engine, *store.Module) {
	b.Helper()
	path := os.Getenv("WEFT_SSA_WASM")
	if path == "" {
		b.Skip("WEFT_SSA_WASM names no module")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	m, err := binary.Decode(data, wasm.AllFeatures)
	if err == nil {
		err = validate.Module(m, wasm.AllFeatures)
	}
	if err != nil {
		b.Fatal(err)
	}
	e, err := newEngine(nil, Config{})
	if err != nil {
		b.Fatal(err)
	}
	return e, store.NewModule(m, wasm.NewTypeSet(), wasm.AllFeatures, unprepared{e}, nil)
}

// BenchmarkCompile compiles the functions of a module, on one core.
func BenchmarkCompile(b *testing.B) {
	e, module := benchmarkModule(b)
	size := int64(0)
	for i := range module.Wasm.Funcs {
		size += int64(len(module.Wasm.Funcs[i].Body))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		c, env := newCompiler(e.target), e.environment(module, false)
		c.begin(env, runtimeOf(module, env), nil, 0)
		for i := range module.Wasm.Funcs {
			if _, err := c.function(i); err != nil {
				b.Fatal(err)
			}
		}
	}
}
