package weft_test

import (
	"context"
	"errors"
	"testing"

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
