package threads_test

import (
	"context"
	"fmt"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// Example runs two threads that wait for each other, on this goroutine.
func Example() {
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures))
	if err != nil {
		panic(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		panic(err)
	}
	defer store.Close()
	scheduler, err := threads.New(store, threads.Config{})
	if err != nil {
		panic(err)
	}
	module, err := engine.Compile([]byte(`(module
	  (memory 1 1 shared)
	  (func (export "produce") (param $value i32)
	    (i32.store (i32.const 4) (local.get $value))
	    (i32.atomic.store (i32.const 0) (i32.const 1))
	    (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
	  (func (export "consume") (result i32)
	    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
	    (i32.load (i32.const 4))))`))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	instance, err := store.Instantiate(ctx, module, nil)
	if err != nil {
		panic(err)
	}
	consumer, err := scheduler.Spawn(threads.Spec{Func: instance.Func("consume")})
	if err != nil {
		panic(err)
	}
	_, err = scheduler.Spawn(threads.Spec{Func: instance.Func("produce"), Args: []weft.Value{weft.I32(42)}})
	if err != nil {
		panic(err)
	}
	if err := scheduler.Run(ctx, nil); err != nil {
		panic(err)
	}
	fmt.Println(consumer.Results()[0])
	// Output: 42
}
