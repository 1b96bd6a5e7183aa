package task_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"weft"
	"weft/task"
	"weft/wasm"
)

// Three tasks wait for the host at the same time.
func Example() {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		log.Fatal(err)
	}
	module, err := engine.Compile([]byte(`(module
	  (import "shop" "price" (func $price (param i32) (result i32)))
	  (func (export "total") (param $count i32) (param $article i32) (result i32)
	    (i32.mul (local.get $count) (call $price (local.get $article)))))`))
	if err != nil {
		log.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	loop, err := task.NewLoop(store)
	if err != nil {
		log.Fatal(err)
	}

	// A host function that waits: the answer comes from another goroutine.
	price := func(_ context.Context, slots []uint64) (task.Wait, error) {
		article, future := int32(slots[0]), task.NewFuture()
		time.AfterFunc(time.Millisecond, func() { future.Complete(weft.I32(10 * article)) })
		return task.Await(future), nil
	}
	linker := weft.NewLinker(store)
	i32 := []wasm.ValType{wasm.I32}
	if err := loop.Define(linker, "shop", "price", wasm.FuncType{Params: i32, Results: i32}, price); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	instance, err := linker.Instantiate(ctx, module)
	if err != nil {
		log.Fatal(err)
	}

	var tasks []*task.Task
	for article := range int32(3) {
		tasks = append(tasks, loop.Go(ctx, instance.Func("total"), weft.I32(2), weft.I32(article)))
	}
	if err := loop.Run(ctx); err != nil {
		log.Fatal(err)
	}
	for _, t := range tasks {
		results, err := t.Result()
		fmt.Println(results, err)
	}
	// Output:
	// [0 : i32] <nil>
	// [20 : i32] <nil>
	// [40 : i32] <nil>
}
