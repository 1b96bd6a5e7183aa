package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"weft"
	"weft/internal/generate"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// Weft's executors are compared with other engines, on generated modules that use what
// both support: results, the kinds of traps, globals and memory. Of the bits of a NaN,
// which the specification leaves open, nothing is compared.

var (
	modules = flag.Int("modules", 100, "how many generated modules TestOthers runs")
	seed    = flag.Uint64("seed", 1, "the seed of the first of them; the others follow")
)

// A subject runs a module: it calls the exports "run0", "run1"... of it, and describes
// each call and what the module exports after it.
type subject struct {
	name     string
	features wasm.Features
	run      func(t *testing.T, code []byte) []string
}

const wasm2 = wasm.MutableGlobals | wasm.SignExtension | wasm.SaturatingTruncation | wasm.MultiValue | wasm.BulkMemory | wasm.ReferenceTypes

// TestOthers compares. Many more modules:
//
//	cd bench && go test . -run TestOthers -v -modules 100000 -seed 1000 -timeout 2h
func TestOthers(t *testing.T) {
	for _, other := range others() {
		t.Run(other.name, func(t *testing.T) {
			ended := 0
			for s := *seed; s < *seed+uint64(*modules); s++ {
				random := rand.New(rand.NewPCG(s, 2))
				choices := make([]byte, 200+random.IntN(3000))
				for i := range choices {
					choices[i] = byte(random.Uint32())
				}
				source := generate.Module(choices, other.features)
				m, err := text.Parse([]byte(source), other.features)
				if err != nil {
					t.Fatal(err)
				}
				code := binary.Encode(m)
				want := other.run(t, code)
				for _, executor := range []weft.Executor{weft.Interpreter, weft.Native} {
					if d := cmp.Diff(want, runWeft(t, executor, code)); d != "" {
						t.Errorf("seed %d: %v differs (-%s +Weft):\n%s\n%s", s, executor, other.name, d, source)
					}
				}
				ended += len(want)
			}
			t.Logf("%d calls were compared", ended)
			if ended < *modules {
				t.Error("too few calls are compared")
			}
		})
	}
}

func others() []subject {
	return slices.Concat([]subject{{"wazero", wasm2 | wasm.TailCall, runWazero}}, othersWithCgo())
}

// kinds are what traps are called, here and there. Reasons that engines tell apart
// differently are one.
var kinds = []struct{ kind, messages string }{
	{"unreachable", "unreachable"},
	{"memory", "out of bounds memory access"},
	{"division", "integer divide by zero"},
	{"overflow", "integer overflow"},
	{"conversion", "invalid conversion to integer"},
	{"table", "out of bounds table access|undefined element|uninitialized element|indirect call type mismatch|invalid table access"},
	{"null", "null function reference|null reference|uninitialized reference"},
	{"stack", "call stack exhausted|stack overflow"},
}

func kind(t *testing.T, err error) string {
	for _, k := range kinds {
		for m := range strings.SplitSeq(k.messages, "|") {
			if strings.Contains(err.Error(), m) {
				return "trap: " + k.kind
			}
		}
	}
	t.Errorf("unknown trap: %v", err)
	return err.Error()
}

// call describes a call and what it has left.
func call(name string, results []string, trap string, globals []string, memory []byte) string {
	h := fnv.New64a()
	_, _ = h.Write(memory)
	return fmt.Sprintf("%s: %s%s; globals %s; memory of %d bytes: %x", name, results, trap, globals, len(memory), h.Sum64())
}

// value describes a value by its bits, if they are determined.
func value(kind wasm.Kind, bits uint64) string {
	switch {
	case kind == wasm.KindF32 && math.IsNaN(float64(math.Float32frombits(uint32(bits)))), kind == wasm.KindF64 && math.IsNaN(math.Float64frombits(bits)):
		return "nan"
	case kind == wasm.KindI32, kind == wasm.KindF32:
		return fmt.Sprintf("%#x", uint32(bits))
	}
	return fmt.Sprintf("%#x", bits)
}

// globals are those that generated modules export.
var globals = []struct {
	name string
	kind wasm.Kind
}{{"gi32", wasm.KindI32}, {"gi64", wasm.KindI64}, {"gf32", wasm.KindF32}, {"gf64", wasm.KindF64}}

func runWeft(t *testing.T, executor weft.Executor, code []byte) (record []string) {
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures).WithExecutor(executor))
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile(code)
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ctx := context.Background()
	instance, err := store.Instantiate(ctx, module, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range exports(module.Wasm()) {
		name := fmt.Sprintf("run%d", i)
		f := instance.Export(name).(*weft.Func)
		var (
			results []string
			trap    string
		)
		values, err := f.Call(ctx)
		if err != nil {
			var reason *weft.Trap
			if !errors.As(err, &reason) {
				t.Fatal(err)
			}
			trap = kind(t, err)
		}
		for _, v := range values {
			results = append(results, weftValue(v))
		}
		var kept []string
		for _, g := range globals {
			kept = append(kept, weftValue(instance.Export(g.name).(*weft.Global).Get()))
		}
		record = append(record, call(name, results, trap, kept, instance.Export("m0").(*weft.Memory).Bytes()))
	}
	return record
}

func weftValue(v weft.Value) string {
	bits, _ := v.Bits()
	return value(v.Type().Kind, bits)
}

// exports counts the functions that a generated module exports.
func exports(m *wasm.Module) (n int) {
	for _, e := range m.Exports {
		if e.Kind == wasm.ExternFunc {
			n++
		}
	}
	return n
}

func runWazero(t *testing.T, code []byte) (record []string) {
	ctx := context.Background()
	config := wazero.NewRuntimeConfigCompiler().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall)
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	defer runtime.Close(ctx)
	instance, err := runtime.Instantiate(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		name := fmt.Sprintf("run%d", i)
		f := instance.ExportedFunction(name)
		if f == nil {
			return record
		}
		var (
			results []string
			trap    string
		)
		values, err := f.Call(ctx)
		if err != nil {
			trap = kind(t, err)
		}
		for i, v := range values {
			results = append(results, value(kindOf(f.Definition().ResultTypes()[i]), v))
		}
		var kept []string
		for _, g := range globals {
			kept = append(kept, value(g.kind, instance.ExportedGlobal(g.name).Get()))
		}
		memory := instance.ExportedMemory("m0")
		content, _ := memory.Read(0, memory.Size())
		record = append(record, call(name, results, trap, kept, content))
	}
}

func kindOf(t api.ValueType) wasm.Kind {
	return map[api.ValueType]wasm.Kind{
		api.ValueTypeI32: wasm.KindI32, api.ValueTypeI64: wasm.KindI64, api.ValueTypeF32: wasm.KindF32, api.ValueTypeF64: wasm.KindF64,
	}[t]
}
