package weft_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/typed"
	"weft/wasm"
)

// tiers are engines whose functions begin in the interpreter: as they are used, with functions that are hot soon, and
// with functions that never are, on stacks that move.
func tiers(t *testing.T, test func(t *testing.T, engine *weft.Engine)) {
	for _, options := range []weft.NativeOptions{{}, {HotAfter: 20}, {HotAfter: 1 << 29, SmallStacks: true}} {
		t.Run(fmt.Sprint(options.HotAfter), func(t *testing.T) {
			options.InterpretFirst = true
			engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(weft.Automatic).WithNativeOptions(options))
			if err != nil {
				t.Fatal(err)
			}
			test(t, engine)
		})
	}
}

// TestTiersEndless ends programs that run for ever: in a loop, in calls, in tail calls, in calls from a loop that is
// entered anew, and in a loop in others.
func TestTiersEndless(t *testing.T) {
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		module, err := engine.Compile([]byte(`(module (import "env" "tick" (func $tick))
			(func (export "loop") (loop $l (call $tick) (br $l)))
			(func $even (export "tail") (call $tick) (return_call $odd))
			(func $odd (return_call $even))
			(func $ticks (call $tick))
			(func (export "calls") (loop $l (call $ticks) (call $ticks) (br $l)))
			(func (export "nested") (loop $l (loop $m (loop $n (call $tick) (br $n)))))
			(func $deep (export "recursion") (local $i i32) (loop $l
				(br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3))))
				(call $deep)))`))
		if err != nil {
			t.Fatal(err)
		}
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		linker := weft.NewLinker(store)
		ticks, cancel := 0, context.CancelFunc(nil)
		if err := linker.DefineFunc("env", "tick", wasm.FuncType{}, func(context.Context, []uint64) error {
			if ticks++; ticks == 10_000 { // all is hot by then
				cancel()
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		instance, err := linker.Instantiate(context.Background(), module)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"loop", "tail", "calls", "nested", "recursion", "loop"} {
			var ctx context.Context
			ctx, cancel = context.WithCancel(context.Background())
			ticks = 0
			_, err := instance.Func(name).Call(ctx)
			cancel()
			var trap *weft.Trap
			var interrupt *weft.Interrupt
			switch {
			case name == "recursion":
				if !errors.As(err, &trap) || trap.Code != wasm.TrapStackExhausted {
					t.Errorf("%s: %v", name, err)
				}
			case !errors.As(err, &interrupt) || len(interrupt.Stack.Frames) == 0:
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestTiersSuspend has a host function suspend a guest whose functions are all cold: interpreted frames wait among
// those of machine code, and what they have called returns to them in another call from the host.
func TestTiersSuspend(t *testing.T) {
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		ctx := context.Background()
		module, err := engine.Compile([]byte(`(module
			(import "env" "ask" (func $ask (param i32) (result i32)))
			(func $inner (param i32) (result i32) (i32.add (call $ask (local.get 0)) (i32.const 1)))
			(func (export "run") (result i32) (local $i i32) (local $sum i32)
				(loop $l
					(local.set $sum (i32.add (local.get $sum) (call $inner (local.get $i))))
					(br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
				(local.get $sum)))`))
		if err != nil {
			t.Fatal(err)
		}
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		i32 := []wasm.ValType{wasm.I32}
		question, err := store.NewTag("question", wasm.FuncType{Params: i32, Results: i32})
		if err != nil {
			t.Fatal(err)
		}
		linker := weft.NewLinker(store)
		suspends := true
		ask := func(_ context.Context, about int32) (int32, error) {
			if !suspends {
				return 2 * about, nil
			}
			return 0, question.Suspend(weft.I32(about))
		}
		if err := typed.Func1(ask).Define(linker, "env", "ask"); err != nil {
			t.Fatal(err)
		}
		instance, err := linker.Instantiate(ctx, module)
		if err != nil {
			t.Fatal(err)
		}
		run := instance.Func("run")
		const want = 100*99 + 100
		resume := func() {
			guest, err := store.NewContinuation(run)
			if err != nil {
				t.Fatal(err)
			}
			var values []weft.Value
			for n := 0; ; n++ {
				suspended, results, err := guest.Resume(ctx, values, weft.On(question))
				if err != nil {
					t.Fatal(err)
				}
				if suspended == nil {
					if n != 100 || results[0].I32() != want {
						t.Errorf("%d suspensions, result %v", n, results[0])
					}
					return
				}
				guest, values = suspended.Continuation, []weft.Value{weft.I32(2 * suspended.Payload[0].I32())}
			}
		}
		resume()
		suspends = false // on the stack of a call
		if results, err := run.Call(ctx); err != nil || results[0].I32() != want {
			t.Errorf("%v, %v", results, err)
		}
		suspends = true
		_, err = run.Call(ctx)
		var unhandled *weft.UnhandledSuspension
		if !errors.As(err, &unhandled) || len(unhandled.Stack.Frames) != 2 {
			t.Errorf("a suspension that nobody handles: %v", err)
		}
		resume()
	})
}

// TestTiersTrace compares a stack trace with the interpreter's: of a trap in calls that both engines run, below a host
// function that hands on the error of the guest which it has called, and in a continuation.
func TestTiersTrace(t *testing.T) {
	const source = `(module
		(import "env" "again" (func $again (param i32)))
		(func $fails (param i32) (if (i32.gt_u (local.get 0) (i32.const 500)) (then unreachable)))
		(func $loops (param $i i32)
			(loop $l (call $fails (local.get $i)) (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $l)))
		(func $middle (param i32) (call $loops (local.get 0)))
		(func (export "run") (param i32) (local $n i32)
			(loop $l
				(br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 700)))
				(if (local.get 0) (then (call $again (i32.const 0))) (else (call $middle (i32.const 0)))))))`
	trace := func(t *testing.T, engine *weft.Engine, nested int32, continues bool) string {
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		var run *weft.Func
		linker := weft.NewLinker(store)
		if err := linker.DefineFunc("env", "again", wasm.FuncType{Params: []wasm.ValType{wasm.I32}}, func(ctx context.Context, slots []uint64) error {
			_, err := run.Call(ctx, weft.I32(int32(slots[0])))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		instance, err := linker.Instantiate(context.Background(), module)
		if err != nil {
			t.Fatal(err)
		}
		run = instance.Func("run")
		if continues {
			guest, failed := store.NewContinuation(run, weft.I32(nested))
			if failed != nil {
				t.Fatal(failed)
			}
			_, _, err = guest.Resume(context.Background(), nil)
		} else {
			_, err = run.Call(context.Background(), weft.I32(nested))
		}
		var trap *weft.Trap
		if !errors.As(err, &trap) {
			t.Fatal(err)
		}
		return trap.Error()
	}
	reference, err := weft.NewEngine(weft.NewConfig().WithExecutor(weft.Interpreter))
	if err != nil {
		t.Fatal(err)
	}
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		for nested := range int32(2) {
			for _, continues := range []bool{false, true} {
				want, got := trace(t, reference, nested, continues), trace(t, engine, nested, continues)
				if want != got || strings.Count(want, "\n") < 4 {
					t.Errorf("nested %d, in a continuation %v:\n%s\nwant\n%s", nested, continues, got, want)
				}
			}
		}
	})
}

// TestTiersSwitch has functions of one module that are cold: some run on the stack of the call, some in continuations that switch to
// each other, some in both.
func TestTiersSwitch(t *testing.T) {
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		ctx := context.Background()
		instance := alone(t, engine, `(module
			(rec (type $f (func (param (ref null $k)))) (type $k (cont $f)))
			(tag $t)
			(global $sum (mut i32) (i32.const 0))
			(table $other 1 (ref null $k))
			(elem declare func $count)
			(func $add (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0))))
			(func $both (param $n i32) (local $i i32)
				(loop $l
					(call $add (i32.const 1))
					(br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
			(func $count (type $f) (local $i i32)
				(loop $l
					(if (ref.is_null (local.get 0)) (then) (else (table.set $other (i32.const 0) (local.get 0))))
					(call $both (i32.const 3))
					(local.set $i (i32.add (local.get $i) (i32.const 1)))
					(if (i32.lt_u (local.get $i) (i32.const 40))
						(then
							(local.set 0 (switch $k $t (table.get $other (i32.const 0))))
							(br $l)))))
			(func $made (result (ref $k)) (cont.new $k (ref.func $count)))
			(func $kept (param (ref $k)) (result (ref $k)) (call $both (i32.const 2)) (local.get 0))
			(func (export "run") (result i32)
				(call $both (i32.const 5))
				(table.set $other (i32.const 0) (call $kept (call $made)))
				(resume $k (on $t switch) (ref.null $k) (call $kept (call $made)))
				(call $both (i32.const 7))
				(global.get $sum)))`)
		was := int32(0)
		for range 4 {
			results, err := instance.Func("run").Call(ctx)
			if err != nil {
				t.Fatal(err)
			}
			const each = 5 + 2 + 2 + 3*(40+39) + 7
			if sum := results[0].I32(); sum != was+each {
				t.Errorf("%d, want %d", sum, was+each)
			}
			was += each
		}
	})
}

// TestTiersInContinuation has a module with continuations run functions of another one, without, that are cold. A
// suspension goes through them.
func TestTiersInContinuation(t *testing.T) {
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		ctx := context.Background()
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		linker := weft.NewLinker(store)
		var last *weft.Instance
		for _, m := range []struct{ name, source string }{
			{"tags", `(module (tag (export "yield") (param i32) (result i32)))`},
			{"plain", `(module (import "tags" "yield" (tag $yield (param i32) (result i32)))
				(func $one (param i32) (result i32) (suspend $yield (local.get 0)))
				(func (export "sum") (result i32) (local $i i32) (local $sum i32)
					(loop $l
						(local.set $sum (i32.add (local.get $sum) (call $one (local.get $i))))
						(br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
					(local.get $sum)))`},
			{"scheduler", `(module (type $f (func (result i32))) (type $k (cont $f)) (type $g (func (param i32) (result i32))) (type $l (cont $g))
				(import "tags" "yield" (tag $yield (param i32) (result i32)))
				(import "plain" "sum" (func $sum (result i32)))
				(elem declare func $sum)
				(func $answer (param $about i32) (param $k (ref $l)) (result i32)
					(block $h (result i32 (ref $l))
						(return (resume $l (on $yield $h) (i32.mul (local.get $about) (i32.const 3)) (local.get $k))))
					(return_call $answer))
				(func (export "run") (result i32)
					(block $h (result i32 (ref $l))
						(return (resume $k (on $yield $h) (cont.new $k (ref.func $sum)))))
					(return_call $answer)))`},
		} {
			module, err := engine.Compile([]byte(m.source))
			if err != nil {
				t.Fatal(err)
			}
			if last, err = linker.Instantiate(ctx, module); err != nil {
				t.Fatal(err)
			}
			linker.DefineInstance(m.name, last)
		}
		for range 3 {
			results, err := last.Func("run").Call(ctx)
			if err != nil || results[0].I32() != 3*50*49/2 {
				t.Fatal(results, err)
			}
		}
	})
}

// TestTiersTogether lets stores on several goroutines count and compile the same functions.
func TestTiersTogether(t *testing.T) {
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		module, err := engine.Compile([]byte(`(module
			(func $fib (param i32) (result i32)
				(if (i32.lt_u (local.get 0) (i32.const 2)) (then (return (local.get 0))))
				(i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))
			(func (export "run") (result i32) (local $i i32) (local $sum i32)
				(loop $l
					(local.set $sum (i32.add (local.get $sum) (call $fib (i32.const 6))))
					(br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 300))))
				(local.get $sum)))`))
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				store, err := engine.NewStore(weft.DefaultLimits())
				if err != nil {
					t.Error(err)
					return
				}
				defer store.Close()
				instance, err := weft.NewLinker(store).Instantiate(context.Background(), module)
				if err != nil {
					t.Error(err)
					return
				}
				for range 3 {
					if results, err := instance.Func("run").Call(context.Background()); err != nil || results[0].I32() != 8*300 {
						t.Error(results, err)
					}
				}
			})
		}
		group.Wait()
	})
}

// TestTiersTailCall tail-calls a function that begins in the interpreter: who has called it is in no stack trace.
func TestTiersTailCall(t *testing.T) {
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		instance := alone(t, engine, `(module
			(func $divides (param $by i32) (result i32) (local $i i32)
				(loop $outer
					(loop $inner
						(local.set $i (i32.add (local.get $i) (i32.const 1)))
						(br_if $inner (i32.and (local.get $i) (i32.const 3))))
					(br_if $outer (i32.lt_u (local.get $i) (i32.const 8))))
				(i32.div_u (i32.const 100) (local.get $by)))
			(func $passes (param i32) (result i32) (return_call $divides (local.get 0)))
			(func (export "around") (param i32) (result i32) (i32.add (i32.const 1) (call $passes (local.get 0)))))`)
		slots := []uint64{0}
		err := instance.Func("around").CallSlots(context.Background(), slots)
		var trap *weft.Trap
		if !errors.As(err, &trap) || len(trap.Stack.Frames) != 2 {
			t.Errorf("the trap is %v, not one with two calls", err)
		}
	})
}

// alone returns an instance of a module in a store of its own, with what is defined for it.
func alone(t *testing.T, engine *weft.Engine, source string, define ...func(*weft.Linker) error) *weft.Instance {
	module, err := engine.Compile([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	linker := weft.NewLinker(store)
	for _, d := range define {
		if err := d(linker); err != nil {
			t.Fatal(err)
		}
	}
	instance, err := linker.Instantiate(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	return instance
}

// TestTiersLimit has loops for whose machine code there is no room: they stay in the interpreter, go on there, and
// can be interrupted.
func TestTiersLimit(t *testing.T) {
	went := 0
	for limit := uint64(320); limit <= 380; limit += 20 {
		options := weft.NativeOptions{InterpretFirst: true, HotAfter: 100}
		config := weft.NewConfig().WithExecutor(weft.Automatic).WithNativeOptions(options).WithCodeLimit(limit)
		engine, err := weft.NewEngine(config)
		if err != nil {
			t.Fatal(err)
		}
		instance := alone(t, engine, `(module (memory (export "m") 1) (func (export "run") (param i32) (loop $l
			(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
			(br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`)
		run := func(turns int32, duration time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), duration)
			defer cancel()
			_, err := instance.Func("run").Call(ctx, weft.I32(turns))
			return err
		}
		var trap *weft.Trap
		if err := run(10_000, time.Minute); errors.As(err, &trap) && trap.Code == wasm.TrapOutOfMemory {
			continue // not even for the interpreter's
		} else if turns, _ := instance.Memory("m").ReadUint32(0); err != nil || turns != 10_000 {
			t.Fatalf("limit %d: %d turns, %v", limit, turns, err)
		}
		went++
	}
	if went == 0 {
		t.Error("no loop has run: other limits are wanted")
	}
}

// TestTiersDirtySlots has a host function return more i32s than calls pass in registers, with something in the upper
// halves of the slots: addresses of 32 bits are made of them.
func TestTiersDirtySlots(t *testing.T) {
	const n = 12
	source := fmt.Sprintf(`(module
		(import "env" "many" (func $many (result%s)))
		(memory 1) (data (i32.const 16) "\2a")
		(func $loads (param i32) (result i32) (return_call $compiled (local.get 0)))
		(func $compiled (param i32) (result i32)
			(if (result i32) (local.get 0)
				(then (i32.load (local.get 0)))
				(else (return_call $compiled (i32.const 1)))))
		(func (export "run") (result i32) (local $at i32) (local $i i32)
			(call $many) (local.set $at) %s
			(loop $l
				(drop (i32.load (local.get $at)))
				(br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
			(call $loads (local.get $at))))`, strings.Repeat(" i32", n), strings.Repeat("(drop) ", n-1))
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		many := wasm.FuncType{Results: slices.Repeat([]wasm.ValType{wasm.I32}, n)}
		instance := alone(t, engine, source, func(l *weft.Linker) error {
			return l.DefineFunc("env", "many", many, func(_ context.Context, slots []uint64) error {
				for i := range slots {
					slots[i] = 0xffff_ffff_0000_0010
				}
				return nil
			})
		})
		if results, err := instance.Func("run").Call(t.Context()); err != nil || results[0].I32() != 42 {
			t.Error(results, err)
		}
	})
}

// TestTiersWatched has a host function, called by an interpreted function, count fuel and call the guest: the
// interpreter executes that, and what has watched its context is used for the interpreted function, too.
func TestTiersWatched(t *testing.T) {
	const source = `(module (import "env" "again" (func $again))
		(func (export "nested"))
		(func (export "run") (call $again) (loop $l (br $l))))`
	tiers(t, func(t *testing.T, engine *weft.Engine) {
		for range 5 {
			ctx, cancel := context.WithCancel(t.Context())
			var instance *weft.Instance
			instance = alone(t, engine, source, func(l *weft.Linker) error {
				return l.DefineFunc("env", "again", wasm.FuncType{}, func(ctx context.Context, _ []uint64) error {
					l.Store().SetFuel(1 << 50)
					time.AfterFunc(5*time.Millisecond, cancel)
					_, err := instance.Func("nested").Call(ctx)
					return err
				})
			})
			var interrupt *weft.Interrupt
			_, err := instance.Func("run").Call(ctx)
			if !errors.As(err, &interrupt) || len(interrupt.Stack.Frames) != 1 {
				t.Errorf("an interrupt with one frame is wanted: %v", err)
			}
			cancel()
		}
	})
}
