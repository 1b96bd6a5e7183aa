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

// TestHostThrows checks which handlers see the exception of a host function: those
// around a call, but not those around a tail call, whose frame is no more.
func TestHostThrows(t *testing.T) {
	const source = `(module
	  (import "m" "e" (tag $e))
	  (import "m" "throw" (func $throw))
	  (type $f (func))
	  (table funcref (elem $throw))
	  (func (export "call") (result i32)
	    (block $h (try_table (catch_all $h) (call $throw)) (return (i32.const 1))) (i32.const 2))
	  (func (export "legacy call") (result i32)
	    (try (result i32) (do (call $throw) (i32.const 1)) (catch $e (i32.const 2))))
	  (func $tail (block $h (try_table (catch_all $h) (return_call $throw))))
	  (func $tail-indirect (block $h (try_table (catch_all $h) (return_call_indirect (i32.const 0)))))
	  (func $legacy-tail (try (do (return_call_ref $f (ref.func $throw))) (catch_all)))
	  (elem declare func $throw)
	  (func (export "tail") (call $tail))
	  (func (export "indirect tail") (call $tail-indirect))
	  (func (export "legacy tail") (call $legacy-tail))
	  (func (export "caught tail") (result i32)
	    (try (result i32) (do (call $tail) (i32.const 1)) (catch $e (i32.const 2)))))`
	engine := engineWith(t, wasm.AllFeatures)
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	tag, err := store.NewTag("e", wasm.FuncType{})
	if err != nil {
		t.Fatal(err)
	}
	linker := weft.NewLinker(store)
	linker.Define("m", "e", tag)
	if err := linker.DefineFunc("m", "throw", wasm.FuncType{}, func(context.Context, []uint64) error { return tag.Throw() }); err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"call", "legacy call", "caught tail"} {
		results, err := instance.Func(name).Call(context.Background())
		if err != nil || results[0].I32() != 2 {
			t.Errorf("%s: %v, %v, want 2", name, results, err)
		}
	}
	for _, name := range []string{"tail", "indirect tail", "legacy tail"} {
		var thrown *weft.Exception
		if results, err := instance.Func(name).Call(context.Background()); !errors.As(err, &thrown) {
			t.Errorf("%s: %v, %v, want an exception", name, results, err)
		}
	}
}

// TestManyHandlers checks that depth and number of handlers cost neither the Go
// stack nor time that cannot be interrupted.
func TestManyHandlers(t *testing.T) {
	const n = 50_000
	nested := func(begin, end string) string {
		return strings.Repeat(begin, n) + " throw $e " + strings.Repeat(end, n)
	}
	source := `(module (tag $e) (tag $never)
	  (func (export "catches") ` + nested("try ", "catch_all rethrow 0 end ") + `)
	  (func (export "delegates") ` + nested("try ", "delegate 0 ") + `)
	  (func (export "unreached") unreachable ` + nested("try ", "catch $e end ") + `)
	  (func $deep (export "deep") ` + strings.Repeat("try catch $never end ", n) + ` (if (call $count) (then (call $deep))) (throw $e))
	  (global $depth (mut i32) (i32.const 300000))
	  (func $count (result i32)
	    (global.set $depth (i32.sub (global.get $depth) (i32.const 1)))
	    (global.get $depth)))`
	_, instance := openOn(t, engineWith(t, wasm.AllFeatures), source, weft.DefaultLimits(), nil)
	for name, limit := range map[string]time.Duration{
		"catches": time.Second / 5, "delegates": time.Minute, "unreached": time.Minute, "deep": time.Second / 5,
	} {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		start := time.Now()
		_, err := instance.Func(name).Call(ctx)
		cancel()
		var thrown *weft.Exception
		var trap *weft.Trap
		var interrupt *weft.Interrupt
		switch {
		case errors.As(err, &thrown), errors.As(err, &trap) && trap.Code == wasm.TrapUnreachable, errors.As(err, &interrupt):
		default:
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %v: %T", name, time.Since(start), err)
	}
}
