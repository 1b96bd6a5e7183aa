// Suspend has a host function that suspends the guest instead of blocking.
package main

import (
	"context"
	"fmt"
	"log"

	"weft"
	"weft/typed"
	"weft/wasm"
)

// For the guest, ask is an ordinary function.
const source = `(module
  (import "env" "ask" (func $ask (param i32) (result i32)))
  (func (export "sum") (param $a i32) (param $b i32) (result i32)
    (i32.add (call $ask (local.get $a)) (call $ask (local.get $b)))))`

func main() {
	ctx := context.Background()
	runtime := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer runtime.Close()
	store := runtime.Store()

	// A tag is the kind of a suspension: what is handed out, and what comes back.
	i32 := []wasm.ValType{wasm.I32}
	question := must(store.NewTag("question", wasm.FuncType{Params: i32, Results: i32}))
	ask := func(ctx context.Context, about int32) (int32, error) {
		return 0, question.Suspend(weft.I32(about))
	}
	if err := typed.Func1(ask).Define(runtime.Linker, "env", "ask"); err != nil {
		log.Fatal(err)
	}
	instance := must(runtime.InstantiateSource(ctx, []byte(source)))

	// A program may have any number of guests that wait, and resume each when its
	// answer is there. Here it is at once.
	guest := must(store.NewContinuation(instance.Func("sum")))
	values := []weft.Value{weft.I32(3), weft.I32(4)} // the arguments, then the answers
	for {
		suspended, results, err := guest.Resume(ctx, values, weft.On(question))
		if err != nil {
			log.Fatal(err)
		}
		if suspended == nil {
			fmt.Println("the sum is", results[0].I32())
			return
		}
		about := suspended.Payload[0].I32()
		fmt.Println("asked about", about)
		guest, values = suspended.Continuation, []weft.Value{weft.I32(about * 100)}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// Output:
// asked about 3
// asked about 4
// the sum is 700
