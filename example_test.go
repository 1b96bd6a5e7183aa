package weft_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

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

// A call ends when its context does, wherever the guest is.
func ExampleInterrupt() {
	store, instance := open(`(module (func (export "spin") (loop $forever (br $forever))))`, nothing)
	defer store.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := instance.Func("spin").Call(ctx)
	var interrupt *weft.Interrupt
	fmt.Println(errors.As(err, &interrupt), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

// A host function reads the memory of the instance that calls it.
func ExampleStore_Caller() {
	store, instance := open(`(module
	  (import "env" "print" (func $print (param i32 i32)))
	  (memory (export "memory") 1)
	  (data (i32.const 100) "hello from the guest")
	  (func (export "main") (call $print (i32.const 100) (i32.const 20))))`,
		func(linker *weft.Linker) error {
			t := wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I32}}
			return linker.DefineFunc("env", "print", t, func(_ context.Context, slots []uint64) error {
				text, ok := linker.Store().Caller().Memory("memory").View(slots[0], slots[1])
				if !ok {
					return errors.New("the text is out of bounds")
				}
				fmt.Printf("%s\n", text)
				return nil
			})
		})
	defer store.Close()
	if _, err := instance.Func("main").Call(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output: hello from the guest
}

// Go writes to the memory of a guest and reads from it.
func ExampleMemory() {
	store, instance := open(`(module
	  (memory (export "memory") 1 2)
	  (func (export "double") (param $at i32)
	    (i32.store (local.get $at) (i32.mul (i32.load (local.get $at)) (i32.const 2)))))`, nothing)
	defer store.Close()
	memory := instance.Memory("memory")
	memory.Write(8, binary.LittleEndian.AppendUint32(nil, 21))
	if _, err := instance.Func("double").Call(context.Background(), weft.I32(8)); err != nil {
		log.Fatal(err)
	}
	word, _ := memory.View(8, 4)
	fmt.Println(binary.LittleEndian.Uint32(word), memory.Size())

	pages, ok := memory.Grow(1)
	fmt.Println(pages, ok, memory.Size())
	pages, ok = memory.Grow(1) // more than its type allows
	fmt.Println(pages, ok)
	// Output:
	// 42 65536
	// 1 true 131072
	// 0 false
}

// A program runs several times from the same state.
func ExampleStore_Snapshot() {
	store, instance := open(`(module
	  (global $runs (mut i32) (i32.const 0))
	  (func (export "run") (result i32)
	    (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
	    (global.get $runs)))`, nothing)
	defer store.Close()
	run := func() {
		results, err := instance.Func("run").Call(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(results[0].I32())
	}
	run()
	snapshot, err := store.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		run()
		if err := snapshot.Restore(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 1
	// 2
	// 2
}

// A host function throws an exception, which the guest catches or Go gets.
func ExampleTag_Throw() {
	var failed *weft.Tag
	store, instance := open(`(module
	  (import "env" "failed" (tag $failed (param i32)))
	  (import "env" "risky" (func $risky (param i32)))
	  (func (export "guarded") (param i32) (result i32)
	    (block $caught (result i32)
	      (try_table (catch $failed $caught) (call $risky (local.get 0)))
	      (i32.const 0)))
	  (func (export "unguarded") (param i32) (call $risky (local.get 0))))`,
		func(linker *weft.Linker) error {
			t := wasm.FuncType{Params: []wasm.ValType{wasm.I32}}
			var err error
			if failed, err = linker.Store().NewTag("failed", t); err != nil {
				return err
			}
			linker.Define("env", "failed", failed)
			return linker.DefineFunc("env", "risky", t, func(_ context.Context, slots []uint64) error {
				return failed.Throw(weft.I32(int32(slots[0])))
			})
		})
	defer store.Close()
	ctx := context.Background()
	results, err := instance.Func("guarded").Call(ctx, weft.I32(7))
	fmt.Println(results, err)

	_, err = instance.Func("unguarded").Call(ctx, weft.I32(7))
	values, ok := failed.Match(err)
	fmt.Println(values, ok)
	// Output:
	// [7 : i32] <nil>
	// [7 : i32] true
}

// Go holds objects of the guest, and hands them back. They are not collected
// meanwhile.
func ExampleObject() {
	store, instance := open(`(module
	  (type $point (struct (field i32) (field i32)))
	  (func (export "point") (param i32 i32) (result (ref $point))
	    (struct.new $point (local.get 0) (local.get 1)))
	  (func (export "sum") (param (ref $point)) (result i32)
	    (i32.add (struct.get $point 0 (local.get 0)) (struct.get $point 1 (local.get 0)))))`, nothing)
	defer store.Close()
	ctx := context.Background()
	point, err := instance.Func("point").Call(ctx, weft.I32(3), weft.I32(4))
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Collect(); err != nil {
		log.Fatal(err)
	}
	sum, err := instance.Func("sum").Call(ctx, point...)
	fmt.Println(point[0].Type(), sum, err)
	// Output: (ref struct) [7 : i32] <nil>
}

// A Go value goes through the guest, which cannot look into it.
func ExampleExternRef() {
	store, instance := open(`(module
	  (func (export "same") (param externref) (result externref) (local.get 0)))`, nothing)
	defer store.Close()
	results, err := instance.Func("same").Call(context.Background(), weft.ExternRef([]string{"a", "b"}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0].Ref())
	// Output: [a b]
}

// Engines with one cache read and validate a module once; later runs of the
// program find in the directory that it is valid.
func ExampleCache() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cache, err := weft.NewCache(weft.CacheOptions{Dir: dir})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		engine, err := weft.NewEngine(weft.NewConfig().WithCache(cache))
		if err != nil {
			log.Fatal(err)
		}
		module, err := engine.Compile([]byte(`(module (func (export "f")))`))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(module.Exports()[0].Name, module.Exports()[0].Type)
	}
	// Output:
	// f func [] -> []
	// f func [] -> []
}
