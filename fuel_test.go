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

// TestFuelInstantiation lets a host function make an instance during a call that is counted: a continuation suspends through a
// function of that.
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
