package wast

import (
	"context"
	"fmt"

	"weft"
	"weft/wasm"
)

// Habits are what the scripts of other engines expect of a runner beyond the
// reference interpreter. Lines with settings in comments are always ignored.
type Habits struct {
	// RegisterNamed makes the instance of every module $id importable as "id".
	RegisterNamed bool
	// CollectorHost provides the function "wasmtime" "gc", which collects garbage.
	CollectorHost bool
	// FuzzingHost provides the functions of "fuzzing-support", which log values and
	// call exports of the instance by number.
	FuzzingHost bool
}

// AllHabits are all of them.
var AllHabits = Habits{RegisterNamed: true, CollectorHost: true, FuzzingHost: true}

// define defines the host modules in the name space of a thread.
func (h Habits) define(t *thread) error {
	if h.CollectorHost {
		collect := func(context.Context, []uint64) error { t.store.Collect(); return nil }
		if err := t.linker.DefineFunc("wasmtime", "gc", wasm.FuncType{}, collect); err != nil {
			return err
		}
	}
	if h.FuzzingHost {
		return defineFuzzing(t)
	}
	return nil
}

func defineFuzzing(t *thread) error {
	const module = "fuzzing-support"
	for _, typ := range []wasm.ValType{wasm.I32, wasm.I64, wasm.F32, wasm.F64} {
		params := []wasm.ValType{typ}
		log := func(_ context.Context, slots []uint64) error { return printSlots(t.script.print, slots, params) }
		if err := t.linker.DefineFunc(module, "log-"+typ.String(), wasm.FuncType{Params: params}, log); err != nil {
			return err
		}
	}
	call := wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I32}}
	err := t.linker.DefineFunc(module, "call-export", call, func(ctx context.Context, slots []uint64) error {
		return t.callExport(ctx, uint32(slots[0]))
	})
	if err != nil {
		return err
	}
	catch := wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}
	return t.linker.DefineFunc(module, "call-export-catch", catch, func(ctx context.Context, slots []uint64) error {
		err := t.callExport(ctx, uint32(slots[0]))
		slots[0] = 0
		if err != nil {
			slots[0] = 1
		}
		return ctx.Err()
	})
}

// callExport calls an export of the instance that the script has called, by its
// number, with zeros and nulls.
func (t *thread) callExport(ctx context.Context, number uint32) error {
	if t.running == nil {
		return fmt.Errorf("no instance has been called")
	}
	exports := t.running.Module().Wasm().Exports
	if int64(number) >= int64(len(exports)) || exports[number].Kind != wasm.ExternFunc {
		return fmt.Errorf("export %d is not a function", number)
	}
	f := t.running.Func(exports[number].Name)
	params := f.Type().Params
	args := make([]weft.Value, len(params))
	for i, p := range params {
		args[i] = weft.Zero(p)
	}
	_, err := f.Call(ctx, args...)
	return err
}
