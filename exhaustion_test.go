package weft_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"weft"
	"weft/wasm"
)

// TestExhaustionPosition checks that a trace of a stack that is used up begins with the call that found no room,
// whatever executes the module.
func TestExhaustionPosition(t *testing.T) {
	const source = `(module
	  (type $f (func)) (type $k (cont $f)) (elem declare func $deep $c)
	  (func $r (export "recurse") (param i32) (result i32)
	    (i32.add (i32.const 1)
	      (call $r (i32.add (local.get 0) (i32.const 1)))))
	  (func $i (export "indirect") (param i64)
	    (local i64)
	    (nop)
	    (call_ref $i (local.get 0) (ref.func $i)))
	  (type $i (func (param i64))) (elem declare func $i)
	  (func $deep (drop (call $r (i32.const 0))))
	  (func (export "resumed")
	    (nop)
	    (resume $k (cont.new $k (ref.func $deep))))
	  (func $c (export "chain")
	    (nop)
	    (resume $k (cont.new $k (ref.func $c)))))`
	positions := map[string][]wasm.Position{}
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures).WithExecutor(executor))
		if err != nil {
			t.Fatal(err)
		}
		_, instance := openOn(t, engine, source, weft.DefaultLimits(), nil)
		for _, e := range instance.Module().Wasm().Exports {
			f := instance.Func(e.Name)
			var args []weft.Value
			for _, p := range f.Type().Params {
				args = append(args, zero(p))
			}
			_, err := f.Call(context.Background(), args...)
			var trap *weft.Trap
			if !errors.As(err, &trap) || trap.Code != wasm.TrapStackExhausted || len(trap.Stack.Frames) == 0 {
				t.Fatalf("%s: %v", e.Name, err)
			}
			first := trap.Stack.Frames[0]
			if first.ResumedHere {
				t.Errorf("%s: nothing runs above the first frame", e.Name)
			}
			positions[e.Name] = append(positions[e.Name], first.Position)
		}
	}
	for name, p := range positions {
		if p[0].Line == 0 || len(slices.Compact(p)) != 1 {
			t.Errorf("%s: the stacks end at %v", name, p)
		}
	}
}
