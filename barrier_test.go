package weft_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// TestBarriers suspends to the host, from the guest and from a host function,
// where barriers are in the way and where they are not.
func TestBarriers(t *testing.T) {
	const source = `(module
	  (import "m" "t" (tag $t))
	  (import "m" "suspend" (func $suspend))
	  (type $f (func)) (type $k (cont $f)) (tag $other)
	  (elem declare func $inner)
	  (func (export "free") (suspend $t))
	  (func (export "free host") (call $suspend))
	  (func (export "left") (barrier) (suspend $t) (barrier))
	  (func (export "tail") (barrier (return_call $suspend)))
	  (func (export "barred") (barrier (suspend $t)))
	  (func (export "barred host") (barrier (call $suspend)))
	  (func $inner (call $suspend))
	  (func (export "between")
	    (barrier
	      (block $h (result (ref $k))
	        (resume $k (tag $other $h) (cont.new $k (ref.func $inner)))
	        (return))
	      (drop))))`
	for name, executor := range map[string]weft.Executor{"interpreter": weft.Interpreter, "automatic": weft.Automatic} {
		engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures | wasm.TypedContinuations2023).WithExecutor(executor))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { testBarriers(t, engine, source) })
	}
}

func testBarriers(t *testing.T, engine *weft.Engine, source string) {
	var tag *weft.Tag
	store, instance := openOn(t, engine, source, weft.DefaultLimits(), func(store *weft.Store, linker *weft.Linker) {
		var err error
		if tag, err = store.NewTag("t", wasm.FuncType{}); err != nil {
			t.Fatal(err)
		}
		linker.Define("m", "t", tag)
		if err := linker.DefineFunc("m", "suspend", wasm.FuncType{}, func(context.Context, []uint64) error { return tag.Suspend() }); err != nil {
			t.Fatal(err)
		}
	})
	for name, passes := range map[string]bool{
		"free": true, "free host": true, "left": true, "tail": true,
		"barred": false, "barred host": false, "between": false,
	} {
		k, err := store.NewContinuation(instance.Func(name))
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := k.Resume(context.Background(), nil, weft.On(tag))
		var trap *weft.Trap
		switch {
		case !passes && errors.As(err, &trap) && trap.Code == wasm.TrapBarrier:
		case passes && err == nil && s != nil:
			if s, _, err := s.Continuation.Resume(context.Background(), nil); s != nil || err != nil {
				t.Errorf("%s, resumed: %v, %v", name, s, err)
			}
		default:
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

// TestInterruptBarrierSearch suspends where hundreds of thousands of frames with thousands of barriers each are to be
// looked at.
func TestInterruptBarrierSearch(t *testing.T) {
	source := `(module (tag $t)
	  (func $deep (export "deep") (param i32)
	    (if (i32.eqz (local.get 0)) (then (suspend $t)))
	    ` + strings.Repeat("(barrier)", 20_000) + `
	    (if (i32.eqz (local.get 0)) (then (return)))
	    (call $deep (i32.sub (local.get 0) (i32.const 1))) (drop (i32.const 0))))`
	for name, executor := range map[string]weft.Executor{"interpreter": weft.Interpreter, "automatic": weft.Automatic} {
		t.Run(name, func(t *testing.T) {
			engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures | wasm.TypedContinuations2023).WithExecutor(executor))
			if err != nil {
				t.Fatal(err)
			}
			_, in := openOn(t, engine, source, weft.DefaultLimits(), nil)
			_, err = in.Func("deep").Call(context.Background(), weft.I32(1)) // which compiles it
			var unhandled *weft.UnhandledSuspension
			if !errors.As(err, &unhandled) {
				t.Fatal(err)
			}
			begin := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			_, err = in.Func("deep").Call(ctx, weft.I32(100_000))
			wantInterrupted(t, "the search", begin, err)
		})
	}
}
