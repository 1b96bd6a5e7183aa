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

// A host function gets its arguments as slots, and leaves its results there.
func Example() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	i32 := []wasm.ValType{wasm.I32}
	err := r.DefineFunc("env", "double", wasm.FuncType{Params: i32, Results: i32},
		func(_ context.Context, slots []uint64) error {
			slots[0] = uint64(uint32(slots[0]) * 2)
			return nil
		})
	if err != nil {
		log.Fatal(err)
	}
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (import "env" "double" (func $double (param i32) (result i32)))
	  (func (export "quadruple") (param i32) (result i32)
	    (call $double (call $double (local.get 0)))))`))
	if err != nil {
		log.Fatal(err)
	}
	results, err := instance.Func("quadruple").Call(ctx, weft.I32(5))
	fmt.Println(results, err)
	// Output: [20 : i32] <nil>
}

// A Go loop over what a guest function yields.
func ExampleContinuation_Values() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (tag $yield (export "yield") (param i32))
	  (func (export "squares") (local $i i32)
	    (loop $next
	      (suspend $yield (i32.mul (local.get $i) (local.get $i)))
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br $next))))`))
	if err != nil {
		log.Fatal(err)
	}
	squares, err := r.Store().NewContinuation(instance.Func("squares"))
	if err != nil {
		log.Fatal(err)
	}
	for values, err := range squares.Values(ctx, instance.Tag("yield")) {
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
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	t := wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}
	ask, err := r.Store().NewTag("ask", t)
	if err != nil {
		log.Fatal(err)
	}
	err = r.DefineFunc("env", "ask", t, func(_ context.Context, slots []uint64) error {
		return ask.Suspend(weft.I32(int32(slots[0])))
	})
	if err != nil {
		log.Fatal(err)
	}
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (import "env" "ask" (func $ask (param i32) (result i32)))
	  (func (export "main") (result i32)
	    (i32.add (call $ask (i32.const 1)) (call $ask (i32.const 2)))))`))
	if err != nil {
		log.Fatal(err)
	}
	guest, err := r.Store().NewContinuation(instance.Func("main"))
	if err != nil {
		log.Fatal(err)
	}
	var answer []weft.Value
	for {
		suspension, results, err := guest.Resume(ctx, answer, weft.On(ask))
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
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module (func (export "spin") (loop $forever (br $forever))))`))
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err = instance.Func("spin").Call(ctx)
	var interrupt *weft.Interrupt
	fmt.Println(errors.As(err, &interrupt), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

// A trap has a code that says what it was, and a trace of the guest.
func ExampleTrap() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (func $divide (export "divide") (param i32 i32) (result i32)
	    (i32.div_s (local.get 0) (local.get 1))))`))
	if err != nil {
		log.Fatal(err)
	}
	_, err = instance.Func("divide").Call(ctx, weft.I32(1), weft.I32(0))
	var trap *weft.Trap
	if errors.As(err, &trap) && trap.Code == wasm.TrapDivideByZero {
		fmt.Println(trap.Code, "in", trap.Stack.Frames[0].FuncName)
	}
	// Output: integer divide by zero in divide
}

// calls writes down which functions are called, and with what.
type calls struct{}

func (calls) Before(c *weft.Call) { fmt.Println("call", c.Frame.FuncName, c.Values) }
func (calls) After(c *weft.Call)  { fmt.Println("return", c.Values) }

// A listener hears of each call, and of what it returns.
func ExampleListener() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig().WithListener(calls{}), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (func $half (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 2)))
	  (func (export "quarter") (param i32) (result i32) (call $half (call $half (local.get 0)))))`))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := instance.Func("quarter").Call(ctx, weft.I32(20)); err != nil {
		log.Fatal(err)
	}
	// Output:
	// call quarter [20 : i32]
	// call half [20 : i32]
	// return [10 : i32]
	// call half [10 : i32]
	// return [5 : i32]
	// return [5 : i32]
}

// A host function reads the memory of the instance that calls it.
func ExampleStore_Caller() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	t := wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I32}}
	err := r.DefineFunc("env", "print", t, func(_ context.Context, slots []uint64) error {
		text, ok := r.Store().Caller().Memory("memory").View(slots[0], slots[1])
		if !ok {
			return errors.New("the text is out of bounds")
		}
		fmt.Printf("%s\n", text)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (import "env" "print" (func $print (param i32 i32)))
	  (memory (export "memory") 1)
	  (data (i32.const 100) "hello from the guest")
	  (func (export "main") (call $print (i32.const 100) (i32.const 20))))`))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := instance.Func("main").Call(ctx); err != nil {
		log.Fatal(err)
	}
	// Output: hello from the guest
}

// Go writes to the memory of a guest and reads from it.
func ExampleMemory() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (memory (export "memory") 1 2)
	  (func (export "double") (param $at i32)
	    (i32.store (local.get $at) (i32.mul (i32.load (local.get $at)) (i32.const 2)))))`))
	if err != nil {
		log.Fatal(err)
	}
	memory := instance.Memory("memory")
	memory.Write(8, binary.LittleEndian.AppendUint32(nil, 21))
	if _, err := instance.Func("double").Call(ctx, weft.I32(8)); err != nil {
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
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (global $runs (mut i32) (i32.const 0))
	  (func (export "run") (result i32)
	    (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
	    (global.get $runs)))`))
	if err != nil {
		log.Fatal(err)
	}
	run := func() {
		results, err := instance.Func("run").Call(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(results[0].I32())
	}
	run()
	snapshot, err := r.Store().Snapshot()
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
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	t := wasm.FuncType{Params: []wasm.ValType{wasm.I32}}
	failed, err := r.Store().NewTag("failed", t)
	if err != nil {
		log.Fatal(err)
	}
	r.Define("env", "failed", failed)
	err = r.DefineFunc("env", "risky", t, func(_ context.Context, slots []uint64) error {
		return failed.Throw(weft.I32(int32(slots[0])))
	})
	if err != nil {
		log.Fatal(err)
	}
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (import "env" "failed" (tag $failed (param i32)))
	  (import "env" "risky" (func $risky (param i32)))
	  (func (export "guarded") (param i32) (result i32)
	    (block $caught (result i32)
	      (try_table (catch $failed $caught) (call $risky (local.get 0)))
	      (i32.const 0)))
	  (func (export "unguarded") (param i32) (call $risky (local.get 0))))`))
	if err != nil {
		log.Fatal(err)
	}
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
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (type $point (struct (field i32) (field i32)))
	  (func (export "point") (param i32 i32) (result (ref $point))
	    (struct.new $point (local.get 0) (local.get 1)))
	  (func (export "sum") (param (ref $point)) (result i32)
	    (i32.add (struct.get $point 0 (local.get 0)) (struct.get $point 1 (local.get 0)))))`))
	if err != nil {
		log.Fatal(err)
	}
	point, err := instance.Func("point").Call(ctx, weft.I32(3), weft.I32(4))
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Store().Collect(); err != nil {
		log.Fatal(err)
	}
	sum, err := instance.Func("sum").Call(ctx, point...)
	fmt.Println(point[0].Type(), sum, err)
	// Output: (ref struct) [7 : i32] <nil>
}

// A Go value goes through the guest, which cannot look into it.
func ExampleExternRef() {
	ctx := context.Background()
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (func (export "same") (param externref) (result externref) (local.get 0)))`))
	if err != nil {
		log.Fatal(err)
	}
	results, err := instance.Func("same").Call(ctx, weft.ExternRef([]string{"a", "b"}))
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
