package weft_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// TestPayloadsPrint prints exceptions and suspensions with what they carry, numbers and references.
func TestPayloadsPrint(t *testing.T) {
	const source = `(module
	  (type $s (struct (field i32)))
	  (tag $e (export "e") (param i32 (ref $s) exnref)) (tag $ask (export "asks") (param i32 (ref $s)))
	  (tag $inner (param i64))
	  (func (export "throw") (local $x exnref)
	    (block $h (result exnref) (try_table (catch_all_ref $h) (throw $inner (i64.const 9))) (unreachable))
	    (local.set $x)
	    (throw $e (i32.const 5) (struct.new $s (i32.const 6)) (local.get $x)))
	  (func (export "ask") (suspend $ask (i32.const 7) (struct.new $s (i32.const 8)))))`
	onAllExecutors(t, source, weft.DefaultLimits(), func(t *testing.T, store *weft.Store, in *weft.Instance) {
		_, err := in.Func("throw").Call(context.Background())
		var e *weft.Exception
		if !errors.As(err, &e) || e.Tag != in.Tag("e") || len(e.Payload) != 3 || e.Payload[0].I32() != 5 {
			t.Fatalf("error %v", err)
		}
		if inner := e.Payload[2].Ref().(*weft.Exception); inner.Payload[0] != weft.I64(9) {
			t.Errorf("the inner exception is %v", inner)
		}
		if e.Payload[1].Ref().(*weft.Object).String() != "struct{6}" ||
			!strings.Contains(err.Error(), ": 5 : i32, struct : (ref struct), exn : (ref exn)\nwasm stack trace:") {
			t.Errorf("it prints as %v", err)
		}
		k, err := store.NewContinuation(in.Func("ask"))
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := k.Resume(context.Background(), nil, weft.On(in.Tag("asks")))
		if err != nil || !strings.Contains(s.String(), "suspended with tag ") || !strings.HasSuffix(s.String(), ": 7 : i32, struct : (ref struct)") {
			t.Errorf("the suspension prints as %v, %v", s, err)
		}
		// What is thrown is what was thrown, whatever becomes of the fields.
		e.Payload, e.Tag = nil, nil
		if values, ok := in.Tag("e").Match(e); !ok || values[0].I32() != 5 {
			t.Errorf("the exception has %v", values)
		}
	})
}

// TestTrapFromHost lets a host function trap.
func TestTrapFromHost(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		_, in := openOn(t, engine, `(module (import "h" "f" (func $f)) (func (export "f") (call $f)))`, weft.DefaultLimits(),
			func(_ *weft.Store, l *weft.Linker) {
				if err := l.Wrap("h", "f", func() error { return &weft.Trap{Code: wasm.TrapCastFailure, Detail: "no string"} }); err != nil {
					t.Fatal(err)
				}
			})
		_, err := in.Func("f").Call(context.Background())
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Detail != "no string" || len(trap.Stack.Frames) != 2 || trap.Stack.Frames[1].FuncName != "f" {
			t.Errorf("error %v", err)
		}
	})
}
