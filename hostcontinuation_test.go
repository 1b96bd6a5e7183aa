package weft_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"weft"
	"weft/wasm"
)

// TestContinuationOfHost runs continuations whose function is the host's. It may suspend, and what it is resumed with
// is what it returns.
func TestContinuationOfHost(t *testing.T) {
	const source = `(module
	  (type $f (func (param i32) (result i32))) (type $k (cont $f))
	  (type $g (func (result i32))) (type $b (cont $g))
	  (import "h" "f" (func $f (type $f)))
	  (import "h" "tag" (tag $ask (param i32) (result i32)))
	  (tag $e (param i32))
	  (elem declare func $f $outer)
	  (func (export "returns") (result i32)
	    (block $h (result i32 (ref $k)) (return (resume $k (on $ask $h) (i32.const 1) (cont.new $k (ref.func $f)))))
	    unreachable)
	  (func $suspended (param i32) (result i32 (ref $k))
	    (block $h (result i32 (ref $k))
	      (drop (resume $k (on $ask $h) (local.get 0) (cont.new $k (ref.func $f)))) unreachable))
	  (func (export "suspends") (result i32) (local $k (ref null $k)) (local $asked i32)
	    (call $suspended (i32.const 10)) (local.set $k) (local.set $asked)
	    (i32.add (i32.mul (i32.const 1000) (local.get $asked)) (resume $k (i32.const 7) (local.get $k))))
	  (func (export "bound") (result i32) (local $k (ref null $k))
	    (block $h (result i32 (ref $k))
	      (return (resume $b (on $ask $h) (cont.bind $k $b (i32.const 10) (cont.new $k (ref.func $f))))))
	    (local.set $k) (drop) (resume $b (cont.bind $k $b (i32.const 8) (local.get $k))))
	  (func $outer (type $g) (i32.add (i32.const 100) (resume $k (i32.const 10) (cont.new $k (ref.func $f)))))
	  (func (export "captured with its parent") (result i32) (local $k (ref null $k))
	    (block $h (result i32 (ref $k)) (return (resume $b (on $ask $h) (cont.new $b (ref.func $outer)))))
	    (local.set $k) (drop) (resume $k (i32.const 9) (local.get $k)))
	  (func (export "thrown into") (result i32) (local $k (ref null $k))
	    (call $suspended (i32.const 10)) (local.set $k) (drop)
	    (block $h (result i32)
	      (try_table (result i32) (catch $e $h) (resume_throw $k $e (i32.const 55) (local.get $k)))))
	  (func (export "fails") (result i32) (resume $k (i32.const -1) (cont.new $k (ref.func $f))))
	  (func (export "unhandled") (result i32) (resume $k (i32.const 10) (cont.new $k (ref.func $f))))
	  (func (export "make") (result (ref $k)) (cont.new $k (ref.func $f))))`
	failure := errors.New("negative")
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		i32 := []wasm.ValType{wasm.I32}
		tag, err := store.NewTag("ask", wasm.FuncType{Params: i32, Results: i32})
		if err != nil {
			t.Fatal(err)
		}
		linker := weft.NewLinker(store)
		linker.Define("h", "tag", tag)
		err = linker.DefineFunc("h", "f", wasm.FuncType{Params: i32, Results: i32}, func(_ context.Context, slots []uint64) error {
			switch n := int32(slots[0]); {
			case n < 0:
				return failure
			case n < 10:
				slots[0] = uint64(n + 1)
				return nil
			default:
				return tag.Suspend(weft.I32(n))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		instance, err := linker.Instantiate(ctx, module)
		if err != nil {
			t.Fatal(err)
		}
		call := func(f string) (int32, error) {
			results, err := instance.Func(f).Call(ctx)
			if err != nil {
				return 0, err
			}
			return results[0].I32(), nil
		}
		for f, want := range map[string]int32{"returns": 2, "suspends": 10_007, "bound": 8, "captured with its parent": 109, "thrown into": 55} {
			if got, err := call(f); err != nil || got != want {
				t.Errorf("%s: %s: %d, %v, want %d", name, f, got, err, want)
			}
		}
		if _, err := call("fails"); !errors.Is(err, failure) {
			t.Errorf("%s: %v", name, err)
		}
		var unhandled *weft.UnhandledSuspension
		if _, err := call("unhandled"); !errors.As(err, &unhandled) || len(unhandled.Stack.Frames) != 1 {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := resumedByHost(ctx, instance, tag); err != nil || got != "asked 20, then 21" {
			t.Errorf("%s: the host resumes: %q, %v", name, got, err)
		}
		if n := store.Stats().Continuations; n != 0 {
			store.Collect()
			if n = store.Stats().Continuations; n != 0 {
				t.Errorf("%s: %d continuations are left", name, n)
			}
		}
		store.Close()
	}
}

// resumedByHost resumes a continuation of the host's function until it returns.
func resumedByHost(ctx context.Context, instance *weft.Instance, tag *weft.Tag) (string, error) {
	made, err := instance.Func("make").Call(ctx)
	if err != nil {
		return "", err
	}
	suspended, _, err := made[0].Ref().(*weft.Continuation).Resume(ctx, []weft.Value{weft.I32(20)}, weft.On(tag))
	if err != nil {
		return "", err
	}
	_, results, err := suspended.Continuation.Resume(ctx, []weft.Value{weft.I32(21)})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("asked %d, then %d", suspended.Payload[0].I32(), results[0].I32()), nil
}
