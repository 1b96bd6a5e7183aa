package wast

import (
	"context"
	"fmt"
	"io"
	"strings"

	"weft"
	"weft/wasm"
)

// hostModule is the name with which scripts import the host module.
const hostModule = "spectest"

// printers are the functions of the host module: each prints its parameters.
var printers = map[string][]wasm.ValType{
	"print":         nil,
	"print_i32":     {wasm.I32},
	"print_i64":     {wasm.I64},
	"print_f32":     {wasm.F32},
	"print_f64":     {wasm.F64},
	"print_i32_f32": {wasm.I32, wasm.F32},
	"print_f64_f64": {wasm.F64, wasm.F64},
}

// DefineSpectest defines the host module spectest of the specification's tests,
// whose functions print to w.
func DefineSpectest(s *weft.Store, l *weft.Linker, w io.Writer) error {
	for name, params := range printers {
		print := func(_ context.Context, slots []uint64) error { return printSlots(w, slots, params) }
		if err := l.DefineFunc(hostModule, name, wasm.FuncType{Params: params}, print); err != nil {
			return err
		}
	}
	for name, value := range map[string]weft.Value{
		"global_i32": weft.I32(666), "global_i64": weft.I64(666),
		"global_f32": weft.F32(666.6), "global_f64": weft.F64(666.6),
	} {
		g, err := s.NewGlobal(wasm.GlobalType{Type: value.Type()}, value)
		if err != nil {
			return err
		}
		l.Define(hostModule, name, g)
	}
	for name, is64 := range map[string]bool{"table": false, "table64": true} {
		limits := wasm.Limits{Min: 10, Max: 20, HasMax: true, Is64: is64}
		t, err := s.NewTable(wasm.TableType{Limits: limits, Elem: wasm.FuncRef})
		if err != nil {
			return err
		}
		l.Define(hostModule, name, t)
	}
	for name, shared := range map[string]bool{"memory": false, "shared_memory": true} {
		m, err := s.NewMemory(spectestMemory(shared))
		if err != nil {
			return err
		}
		l.Define(hostModule, name, m)
	}
	return nil
}

// spectestMemory is the type of the host module's memories.
func spectestMemory(shared bool) wasm.MemoryType {
	limits := wasm.Limits{Min: 1, Max: 2, HasMax: true, Shared: shared}
	return wasm.MemoryType{Limits: limits, PageLog2: wasm.DefaultPageLog2}
}

// printSlots prints numbers, one per line and at once, so that the lines of
// scripts that run at the same time do not mix.
func printSlots(w io.Writer, slots []uint64, types []wasm.ValType) error {
	var b strings.Builder
	for i, t := range types {
		var v weft.Value
		switch t.Kind {
		case wasm.KindI32:
			v = weft.I32(int32(slots[i]))
		case wasm.KindI64:
			v = weft.I64(int64(slots[i]))
		case wasm.KindF32:
			v = weft.F32Bits(uint32(slots[i]))
		case wasm.KindF64:
			v = weft.F64Bits(slots[i])
		}
		fmt.Fprintln(&b, FormatResults([]weft.Value{v}))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
