package weft_test

import (
	"context"
	"fmt"
	"log"

	"weft"
	"weft/wasm"
)

// open compiles a module, instantiates it with what the linker got from define,
// and returns the store too.
func open(source string, define func(*weft.Linker) error) (*weft.Store, *weft.Instance) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		log.Fatal(err)
	}
	module, err := engine.Compile([]byte(source))
	if err != nil {
		log.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		log.Fatal(err)
	}
	linker := weft.NewLinker(store)
	if err := define(linker); err != nil {
		log.Fatal(err)
	}
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		log.Fatal(err)
	}
	return store, instance
}

func nothing(*weft.Linker) error { return nil }

// A host function gets its arguments as slots, and leaves its results there.
func Example() {
	store, instance := open(`(module
	  (import "env" "double" (func $double (param i32) (result i32)))
	  (func (export "quadruple") (param i32) (result i32)
	    (call $double (call $double (local.get 0)))))`,
		func(linker *weft.Linker) error {
			i32 := []wasm.ValType{wasm.I32}
			return linker.DefineFunc("env", "double", wasm.FuncType{Params: i32, Results: i32},
				func(_ context.Context, slots []uint64) error {
					slots[0] = uint64(uint32(slots[0]) * 2)
					return nil
				})
		})
	defer store.Close()
	results, err := instance.Func("quadruple").Call(context.Background(), weft.I32(5))
	fmt.Println(results, err)
	// Output: [20 : i32] <nil>
}

// A Go loop over what a guest function yields.
func ExampleContinuation_Values() {
	store, instance := open(`(module
	  (tag $yield (export "yield") (param i32))
	  (func (export "squares") (local $i i32)
	    (loop $next
	      (suspend $yield (i32.mul (local.get $i) (local.get $i)))
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br $next))))`, nothing)
	defer store.Close()
	squares, err := store.NewContinuation(instance.Func("squares"))
	if err != nil {
		log.Fatal(err)
	}
	for values, err := range squares.Values(context.Background(), instance.Tag("yield")) {
		if err != nil {
			log.Fatal(err)
		}
		if values[0].I32() > 30 {
			break // the rest of the generator is collected
		}
		fmt.Print(values[0].I32(), " ")
	}
	// Output: 0 1 4 9 16 25
}

// A host function suspends its guest instead of blocking. The program can do
// other things, and resumes the guest when the answer is there.
func ExampleTag_Suspend() {
	var ask *weft.Tag
	store, instance := open(`(module
	  (import "env" "ask" (func $ask (param i32) (result i32)))
	  (func (export "main") (result i32)
	    (i32.add (call $ask (i32.const 1)) (call $ask (i32.const 2)))))`,
		func(linker *weft.Linker) (err error) {
			t := wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}
			if ask, err = linker.Store().NewTag("ask", t); err != nil {
				return err
			}
			return linker.DefineFunc("env", "ask", t, func(_ context.Context, slots []uint64) error {
				return ask.Suspend(weft.I32(int32(slots[0])))
			})
		})
	defer store.Close()
	guest, err := store.NewContinuation(instance.Func("main"))
	if err != nil {
		log.Fatal(err)
	}
	var answer []weft.Value
	for {
		suspension, results, err := guest.Resume(context.Background(), answer, weft.On(ask))
		if err != nil {
			log.Fatal(err)
		}
		if suspension == nil {
			fmt.Println("result:", results[0].I32())
			return
		}
		question := suspension.Payload[0].I32()
		fmt.Println("asked:", question)
		answer = []weft.Value{weft.I32(question * 100)}
		guest = suspension.Continuation
	}
	// Output:
	// asked: 1
	// asked: 2
	// result: 300
}
