package weft_test

import (
	"context"
	"errors"
	"testing"

	"weft"
	"weft/wasm"
)

// What Go code holds on behalf of a guest is there as long as Go code can read it. Each test runs with a collection at
// every allocation and every use of the store, on all executors.

const rootsSource = `(module
  (type $s (struct (field (mut i64)) (field (mut i64)) (field (mut i64)) (field (mut i64))))
  (type $list (struct (field (ref null $list))))
  (import "h" "relay" (func $relay)) (import "h" "ask" (func $ask (result i32)))
  (tag $e (export "e") (param (ref $s)))
  (global $hog (mut (ref null $list)) (ref.null $list))
  (global $x (mut (ref null $s)) (ref.null $s))
  (func (export "make") (global.set $x (struct.new $s (i64.const 0x1111) (i64.const 0x2222) (i64.const 0) (i64.const 0))))
  (func (export "fill") (loop $l (global.set $hog (struct.new $list (global.get $hog))) (br $l)))
  (func (export "throw") (local $x (ref null $s))
    (local.set $x (global.get $x)) (global.set $x (ref.null $s))
    (throw $e (ref.as_non_null (local.get $x))))
  (func (export "forget") (local $n i32)
    (global.set $hog (ref.null $list))
    (loop $l
      (global.set $x (struct.new $s (i64.const 0x4141) (i64.const 0x4141) (i64.const 0) (i64.const 0)))
      (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 200)))))
  (func (export "catch") (result i64) (local $x (ref null $s))
    (block $c (result (ref $s)) (try_table (catch $e $c) (call $relay)) (return (i64.const -1)))
    (local.set $x)
    (i64.add (i64.shl (struct.get $s 0 (local.get $x)) (i64.const 16)) (struct.get $s 1 (local.get $x))))
  (func (export "asks") (result i32) (call $ask)))`

// openRoots returns an instance of the module; its host functions are those of hosts.
func openRoots(t *testing.T, engine *weft.Engine, hosts map[string]func(ctx context.Context, in *weft.Instance) error) (*weft.Store, *weft.Instance) {
	t.Helper()
	limits := weft.DefaultLimits()
	limits.HeapBytes = 1 << 20
	store, err := engine.NewStore(limits)
	if err != nil {
		t.Fatal(err)
	}
	var instance *weft.Instance
	linker := weft.NewLinker(store)
	for name, results := range map[string][]wasm.ValType{"relay": nil, "ask": {wasm.I32}} {
		err := linker.DefineFunc("h", name, wasm.FuncType{Results: results}, func(ctx context.Context, _ []uint64) error {
			return hosts[name](ctx, instance)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	module, err := engine.Compile([]byte(rootsSource))
	if err != nil {
		t.Fatal(err)
	}
	if instance, err = linker.Instantiate(context.Background(), module); err != nil {
		t.Fatal(err)
	}
	return store, instance
}

// TestExceptionOfFullHeap lets an exception go through Go code while the heap is full: its payload must outlive what is
// done before the exception goes on.
func TestExceptionOfFullHeap(t *testing.T) {
	ctx := context.Background()
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		store, instance := openRoots(t, engine, map[string]func(context.Context, *weft.Instance) error{
			"relay": func(ctx context.Context, in *weft.Instance) error {
				_, thrown := in.Func("throw").Call(ctx)
				if _, err := in.Func("forget").Call(ctx); err != nil {
					return err
				}
				return thrown
			},
		})
		call(t, instance, "make")
		var trap *weft.Trap
		if _, err := instance.Func("fill").Call(ctx); !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory {
			t.Fatalf("%s: the heap is not full: %v", name, err)
		}
		store.SetCollectAlways(true)
		if got := call(t, instance, "catch")[0].I64(); got != 0x1111_2222 {
			t.Errorf("%s: the payload has become %#x", name, got)
		}
		store.Close()
	}
}

// TestPayloadOfSuspension lets the payload of a host function's suspension wait while other things are done in the
// store.
func TestPayloadOfSuspension(t *testing.T) {
	ctx := context.Background()
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		var tag *weft.Tag
		store, instance := openRoots(t, engine, map[string]func(context.Context, *weft.Instance) error{
			"ask": func(ctx context.Context, in *weft.Instance) error {
				request := tag.Suspend(weft.ExternRef("a payload"))
				if _, err := in.Func("forget").Call(ctx); err != nil {
					return err
				}
				return request
			},
		})
		store.SetCollectAlways(true)
		var err error
		tag, err = store.NewTag("ask", wasm.FuncType{Params: []wasm.ValType{wasm.RefNull(wasm.HeapExtern)}, Results: []wasm.ValType{wasm.I32}})
		if err != nil {
			t.Fatal(err)
		}
		guest, err := store.NewContinuation(instance.Func("asks"))
		if err != nil {
			t.Fatal(err)
		}
		suspended, _, err := guest.Resume(ctx, nil, weft.On(tag))
		if err != nil {
			t.Fatal(err)
		}
		call(t, instance, "forget")
		if got := suspended.Payload[0].Ref(); got != "a payload" {
			t.Errorf("%s: the payload has become %v", name, got)
		}
		_, results, err := suspended.Continuation.Resume(ctx, []weft.Value{weft.I32(5)})
		if err != nil || results[0].I32() != 5 {
			t.Errorf("%s: %v, %v", name, results, err)
		}
		store.Close()
	}
}
