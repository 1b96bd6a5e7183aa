//go:build cgo

package main

import (
	"fmt"
	"math"
	"testing"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"weft/wasm"
)

func othersWithCgo() []subject {
	return []subject{{"Wasmtime", wasm2 | wasm.TailCall | wasm.FunctionReferences | wasm.MultiMemory | wasm.Memory64, runWasmtime}}
}

func runWasmtime(t *testing.T, code []byte) (record []string) {
	config := wasmtime.NewConfig()
	config.SetWasmFunctionReferences(true)
	config.SetWasmMemory64(true)
	config.SetWasmMultiMemory(true)
	engine := wasmtime.NewEngineWithConfig(config)
	module, err := wasmtime.NewModule(engine, code)
	if err != nil {
		t.Fatal(err)
	}
	store := wasmtime.NewStore(engine)
	defer store.Close()
	instance, err := wasmtime.NewInstance(store, module, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		name := fmt.Sprintf("run%d", i)
		f := instance.GetFunc(store, name)
		if f == nil {
			return record
		}
		var (
			results []string
			trap    string
		)
		got, err := f.Call(store)
		switch got := got.(type) {
		case []wasmtime.Val:
			for _, v := range got {
				results = append(results, number(t, v.Get()))
			}
		default:
			if err != nil {
				trap = kind(t, err)
			} else if got != nil {
				results = append(results, number(t, got))
			}
		}
		var kept []string
		for _, g := range globals {
			kept = append(kept, number(t, instance.GetExport(store, g.name).Global().Get(store).Get()))
		}
		record = append(record, call(name, results, trap, kept, instance.GetExport(store, "m0").Memory().UnsafeData(store)))
	}
}

func number(t *testing.T, v any) string {
	switch v := v.(type) {
	case int32:
		return value(wasm.KindI32, uint64(uint32(v)))
	case int64:
		return value(wasm.KindI64, uint64(v))
	case float32:
		return value(wasm.KindF32, uint64(math.Float32bits(v)))
	case float64:
		return value(wasm.KindF64, math.Float64bits(v))
	}
	t.Errorf("unknown value %v", v)
	return ""
}
