package weft_test

import (
	"context"
	"testing"

	"weft"
)

// instanceSource is a module with a memory of 1 MB, of which its function uses a little, as programs do.
const instanceSource = `(module
  (memory (export "memory") 16)
  (global $calls (mut i32) (i32.const 0))
  (table 8 funcref)
  (elem (i32.const 0) $touch $touch)
  (data (i32.const 1024) "some words that the module begins with")
  (func $touch (export "touch") (param $at i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store (local.get $at) (i32.const 1))
    (i32.add (i32.load (local.get $at)) (i32.load8_u (i32.const 1024)))))`

// BenchmarkInstances makes a store with an instance, calls it and closes it.
func BenchmarkInstances(b *testing.B) {
	for _, executor := range []struct {
		name     string
		executor weft.Executor
	}{{"interpreter", weft.Interpreter}, {"native", weft.Native}} {
		b.Run(executor.name, func(b *testing.B) {
			engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor.executor))
			if err != nil {
				b.Skip(err)
			}
			module, err := engine.Compile([]byte(instanceSource))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := useInstance(engine, module); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// useInstance makes an instance in a store of its own, calls it, and closes the store.
func useInstance(engine *weft.Engine, module *weft.Module) error {
	ctx := context.Background()
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		return err
	}
	defer store.Close()
	instance, err := store.Instantiate(ctx, module, nil)
	if err != nil {
		return err
	}
	_, err = instance.Func("touch").Call(ctx, weft.I32(1<<19))
	return err
}
