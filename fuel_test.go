package weft_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

const fuelSource = `(module
  (func (export "loop") (loop (br 0)))
  (func $recursion (export "recursion") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (call $recursion (i32.sub (local.get 0) (i32.const 1))) (call $recursion (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 1))))
  (func (export "short") (result i32) (local i32)
    (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10))))
    (local.get 0)))`

// openNative returns an instance of a module on the native engine; it skips the test where there is none.
func openNative(t *testing.T, options weft.NativeOptions, source string, prepare func(*weft.Store)) *weft.Instance {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(options))
	if err != nil {
		t.Skip("there is no native engine here:", err)
	}
	_, instance := openOn(t, engine, source, weft.DefaultLimits(), func(s *weft.Store, _ *weft.Linker) { prepare(s) })
	return instance
}

// TestNativeFuel runs guests out of fuel, in code that counts and in the interpreter's place of code
// that does not.
func TestNativeFuel(t *testing.T) {
	for name, options := range map[string]weft.NativeOptions{"counts": {Fuel: true}, "does not": {}} {
		t.Run(name, func(t *testing.T) {
			var store *weft.Store
			instance := openNative(t, options, fuelSource, func(s *weft.Store) { store = s; s.SetFuel(0) })
			ctx := context.Background()
			for _, call := range []struct {
				name string
				args []weft.Value
			}{{"loop", nil}, {"recursion", []weft.Value{weft.I32(40)}}} {
				store.SetFuel(10_000)
				_, err := instance.Func(call.name).Call(ctx, call.args...)
				var trap *weft.Trap
				if !errors.As(err, &trap) || trap.Code != wasm.TrapFuelExhausted {
					t.Errorf("%s: %v", call.name, err)
				}
				if _, err := instance.Func(call.name).Call(ctx, call.args...); !errors.As(err, &trap) || trap.Code != wasm.TrapFuelExhausted {
					t.Errorf("%s without fuel: %v", call.name, err)
				}
			}
			store.SetFuel(11)
			if results, err := instance.Func("short").Call(ctx); err != nil || results[0].I32() != 10 {
				t.Errorf("with enough fuel: %v, %v", results, err)
			}
			store.SetFuel(5)
			if _, err := instance.Func("short").Call(ctx); err == nil {
				t.Error("with too little fuel there is no error")
			}
		})
	}
}

// TestNativeRecursionEnds checks that the end of a context ends recursion without loops, which takes
// hours, whether or not there are signals.
func TestNativeRecursionEnds(t *testing.T) {
	for name, options := range map[string]weft.NativeOptions{"signals": {}, "polls": {Polls: true}, "no signals": {NoSignals: true}} {
		t.Run(name, func(t *testing.T) {
			instance := openNative(t, options, fuelSource, func(*weft.Store) {})
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			defer cancel()
			var interrupt *weft.Interrupt
			if _, err := instance.Func("recursion").Call(ctx, weft.I32(60)); !errors.As(err, &interrupt) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestFuelInstantiation lets a host function make an instance during a call that is counted: a continuation suspends
// through a function of that.
func TestFuelInstantiation(t *testing.T) {
	const source = `(module (type $f (func)) (type $k (cont $f))
	  (import "host" "make" (func $make)) (tag $yield (export "yield")) (table (export "table") 1 funcref)
	  (elem declare func $call)
	  (func $call (call_indirect (type $f) (i32.const 0)))
	  (func (export "run") (result i32) (call $make)
	    (block $yielded (result (ref $k))
	      (resume $k (on $yield $yielded) (cont.new $k (ref.func $call))) (return (i32.const 0)))
	    (drop) (i32.const 1)))`
	const plugin = `(module (import "main" "yield" (tag $yield)) (import "main" "table" (table 1 funcref))
	  (elem (i32.const 0) func $suspend) (func $suspend (suspend $yield)))`
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		module := compileWith(t, engine, []byte(plugin))
		var linker *weft.Linker
		store, in := openOn(t, engine, source, weft.DefaultLimits(), func(_ *weft.Store, l *weft.Linker) {
			linker = l
			if err := l.DefineFunc("host", "make", wasm.FuncType{}, func(ctx context.Context, _ []uint64) error {
				_, err := l.Instantiate(ctx, module)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
		linker.DefineInstance("main", in)
		store.SetFuel(1_000_000)
		if got := call(t, in, "run")[0].I32(); got != 1 {
			t.Errorf("the continuation has returned %d", got)
		}
	})
}

// TestAddFuel adds fuel before calls, after a trap, and in a host function in the middle of a call.
func TestAddFuel(t *testing.T) {
	const source = `(module (import "env" "refuel" (func $refuel))
	  (func $spin (export "spin") (param i32) (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
	  (func (export "twice") (param i32) (call $spin (local.get 0)) (call $refuel) (call $spin (local.get 0))))`
	for name, config := range map[string]weft.Config{
		"interpreter": weft.NewConfig().WithExecutor(weft.Interpreter),
		"automatic":   weft.NewConfig(),
		"counts":      weft.NewConfig().WithNativeOptions(weft.NativeOptions{Fuel: true}),
	} {
		t.Run(name, func(t *testing.T) {
			engine, err := weft.NewEngine(config)
			if err != nil {
				t.Fatal(err)
			}
			more := uint64(0)
			store, in := openOn(t, engine, source, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
				if err := l.Wrap("env", "refuel", func() { s.AddFuel(more) }); err != nil {
					t.Fatal(err)
				}
				s.SetFuel(0)
			})
			if left, bounded := store.Fuel(); left != 0 || !bounded {
				t.Errorf("%d are left", left)
			}
			store.AddFuel(150)
			var trap *weft.Trap
			if _, err := in.Func("twice").Call(context.Background(), weft.I32(100)); !errors.As(err, &trap) || trap.Code != wasm.TrapFuelExhausted {
				t.Errorf("too little: %v", err)
			}
			if left, _ := store.Fuel(); left != 0 {
				t.Errorf("after the trap %d are left", left)
			}
			store.AddFuel(150)
			more = 100
			if _, err := in.Func("twice").Call(context.Background(), weft.I32(100)); err != nil {
				t.Errorf("with more: %v", err)
			}
			if left, _ := store.Fuel(); left == 0 || left > 60 {
				t.Errorf("%d are left", left)
			}
			store.AddFuel(1<<64 - 1)
			if left, _ := store.Fuel(); left < 1<<63-1 {
				t.Errorf("of much, %d are left", left)
			}
		})
	}
}

// TestStatsCount counts what a store has.
func TestStatsCount(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		const source = `(module (memory 2) (memory 1) (table 5 funcref) (func (export "f")) (func (export "g") (result i32) (i32.const 5)))`
		store, in := openOn(t, engine, source, weft.DefaultLimits(), nil)
		before := store.Stats()
		if before.Instances != 1 || before.Memories != 2 || before.Tables != 1 || before.MemoryBytes != 3<<16 || before.TableElements != 5 {
			t.Errorf("the store has %+v", before)
		}
		call(t, in, "f")
		first := store.Stats().CodeBytes
		call(t, in, "g")
		if second := store.Stats().CodeBytes; first <= before.CodeBytes || second <= first {
			t.Errorf("the code has %d, %d and %d bytes", before.CodeBytes, first, second)
		}
	})
}
