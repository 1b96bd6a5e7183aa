package weft_test

import (
	"context"
	"fmt"
	"math/bits"
	"runtime"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// manyTypes is a module with n different types of structs; another number makes others.
func manyTypes(n, number int) []byte {
	var b strings.Builder
	b.WriteString("(module")
	for i := range n {
		b.WriteString("(type (struct")
		for x := i + n*number; x > 0; x /= 4 {
			fmt.Fprintf(&b, "(field %s)", []string{"i32", "i64", "f32", "f64"}[x%4])
		}
		b.WriteString("))")
	}
	b.WriteString(")")
	return []byte(b.String())
}

// structSource makes an object of a type of its own, after types that others have.
const structSource = `(module
  (type $s (struct (field i8) (field (mut i16)) (field (ref null $s))))
  (func (export "f") (result i32) (struct.get_s $s 0 (struct.new_default $s))))`

// TestTypesAreForgotten compiles modules with types that no other has: they go with the modules.
func TestTypesAreForgotten(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		for i := range 3 {
			compileWith(t, engine, manyTypes(2000, i+1))
		}
		for range 200 {
			if runtime.GC(); engine.Types() == 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if n := engine.Types(); n != 0 {
			t.Errorf("%s: of modules that are gone %d types are left", name, n)
		}
	}
}

// TestHostTypesAreForgotten makes host functions, tags and continuations of many types: what a closed store had of
// them goes, but for the first thousand.
func TestHostTypesAreForgotten(t *testing.T) {
	const few = 1100
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		for round := range 3 {
			store, err := engine.NewStore(weft.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			for i := range 2000 {
				var params []wasm.ValType
				for x := i + 2000*round; x > 0; x /= 4 {
					params = append(params, []wasm.ValType{wasm.I32, wasm.I64, wasm.F32, wasm.ExternRef}[x%4])
				}
				f, err := store.NewFunc("f", wasm.FuncType{Params: params}, func(context.Context, []uint64) error { return nil })
				if err != nil {
					t.Fatal(err)
				}
				if i < 10 {
					newContinuation(t, store, f)
				}
			}
			if engine.Types() < 2000 {
				t.Errorf("%s: %d functions of different types have %d types", name, 2000, engine.Types())
			}
			store.Close()
			if n := engine.Types(); n > few {
				t.Errorf("%s: %d types are left of a closed store", name, n)
			}
		}
	}
}

// TestStoreAmongManyTypes makes stores while the engine knows many types: how large they are does not depend on those.
func TestStoreAmongManyTypes(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	many := compileWith(t, engine, manyTypes(50000, 1))
	module := compileWith(t, engine, []byte(structSource))
	heap := func() int64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	n := 20
	if bits.UintSize == 32 {
		n = 3 // for more heaps there are no addresses
	}
	before := heap()
	for range n {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		instance, err := store.Instantiate(context.Background(), module, nil)
		if err != nil {
			t.Fatal(err)
		}
		call(t, instance, "f")
	}
	if each := (heap() - before) / int64(n); each > 100<<10 {
		t.Errorf("a store takes %d bytes of Go's heap where the engine knows %d types", each, engine.Types())
	}
	runtime.KeepAlive(many)
}
