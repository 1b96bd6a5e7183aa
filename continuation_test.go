package weft_test

import (
	"context"
	"errors"
	"testing"

	"weft"
	"weft/wasm"
)

const forGo = `(module
  (type $f (func)) (type $k (cont $f))
  (type $get (func (param i32) (result i64))) (type $kget (cont $get))
  (import "host" "wait" (func $wait (param i32) (result i32)))
  (tag $yield (export "yield") (param i64))
  (tag $ask (export "ask") (param i32) (result i32))
  (tag $fail (export "fail") (param i32))
  (tag $turn (export "turn") (result i64))
  (func (export "count") (param $n i64) (local $i i64)
    (loop $l
      (suspend $yield (local.get $i))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n)))))
  (func (export "asks") (param $a i32) (param $b i32) (result i64)
    (block $caught (result i32)
      (try_table (catch $fail $caught)
        (return (i64.extend_i32_s
          (i32.add (i32.mul (local.get $a) (suspend $ask (local.get $a)))
                   (i32.mul (local.get $b) (suspend $ask (local.get $b)))))))
      (unreachable))
    (i64.extend_i32_s) (i64.mul (i64.const -1)))
  ;; A continuation that has suspended, for the host.
  (elem declare func $half)
  (func $half (result i64)
    (i64.extend_i32_s (i32.add (i32.const 100) (suspend $ask (i32.const 7)))))
  (type $fhalf (func (result i64))) (type $khalf (cont $fhalf))
  (func (export "half") (result (ref $kget))
    (block $h (result i32 (ref $kget))
      (drop (resume $khalf (on $ask $h) (cont.new $khalf (ref.func $half))))
      (unreachable))
    (return))
  (func (export "finish") (param (ref $kget)) (result i64)
    (resume $kget (i32.const 11) (local.get 0)))
  (func (export "boom") (unreachable))
  ;; Calls a host function that suspends, also as a tail call.
  (func (export "waits") (param $x i32) (result i32)
    (i32.add (i32.const 1000) (call $wait (local.get $x))))
  (func (export "waits-tail") (param $x i32) (result i32)
    (return_call $wait (i32.add (local.get $x) (i32.const 1))))
  (table $t 1 funcref) (elem (i32.const 0) func $wait)
  (type $w (func (param i32) (result i32)))
  (func (export "waits-indirect") (param $x i32) (result i32)
    (i32.add (i32.const 2000) (call_indirect (type $w) (local.get $x) (i32.const 0)))))`

// forGoInstance instantiates forGo with a host function that suspends with the
// tag ask.
func forGoInstance(t testing.TB) (*weft.Store, *weft.Instance) {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(forGo))
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	linker := weft.NewLinker(store)
	var instance *weft.Instance
	i32 := []wasm.ValType{wasm.I32}
	err = linker.DefineFunc("host", "wait", wasm.FuncType{Params: i32, Results: i32},
		func(_ context.Context, slots []uint64) error {
			return instance.Tag("ask").Suspend(weft.I32(int32(slots[0])))
		})
	if err != nil {
		t.Fatal(err)
	}
	if instance, err = linker.Instantiate(context.Background(), module); err != nil {
		t.Fatal(err)
	}
	return store, instance
}

func newContinuation(t testing.TB, store *weft.Store, f *weft.Func) *weft.Continuation {
	t.Helper()
	k, err := store.NewContinuation(f)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestContinuationValues ranges over what a guest generator yields.
func TestContinuationValues(t *testing.T) {
	store, in := forGoInstance(t)
	ctx := context.Background()
	k, err := newContinuation(t, store, in.Func("count")).Bind(weft.I64(10))
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for v, err := range k.Values(ctx, in.Tag("yield")) {
		if err != nil {
			t.Fatal(err)
		}
		sum += v[0].I64()
	}
	if sum != 45 {
		t.Errorf("the sum is %d", sum)
	}
	var trap *weft.Trap
	if _, _, err := k.Resume(ctx, nil); !errors.As(err, &trap) || trap.Code != wasm.TrapContinuationConsumed {
		t.Errorf("a second resume: %v", err)
	}
}

// TestContinuationResume checks values in both directions, results, and throwing.
func TestContinuationResume(t *testing.T) {
	store, in := forGoInstance(t)
	ctx, ask := context.Background(), in.Tag("ask")
	k := newContinuation(t, store, in.Func("asks"))
	s, _, err := k.Resume(ctx, []weft.Value{weft.I32(3), weft.I32(5)}, weft.On(ask))
	if err != nil || s.Payload[0].I32() != 3 {
		t.Fatalf("the first suspension: %+v, %v", s, err)
	}
	if s, _, err = s.Continuation.Resume(ctx, []weft.Value{weft.I32(10)}, weft.On(ask)); err != nil || s.Payload[0].I32() != 5 {
		t.Fatalf("the second suspension: %+v, %v", s, err)
	}
	s, results, err := s.Continuation.Resume(ctx, []weft.Value{weft.I32(100)}, weft.On(ask))
	if err != nil || s != nil || results[0].I64() != 3*10+5*100 {
		t.Fatalf("the end: %+v, %v, %v", s, results, err)
	}

	// An exception at the place of the suspension is caught there.
	k = newContinuation(t, store, in.Func("asks"))
	if s, _, err = k.Resume(ctx, []weft.Value{weft.I32(3), weft.I32(5)}, weft.On(ask)); err != nil {
		t.Fatal(err)
	}
	var exception *weft.Exception
	if !errors.As(in.Tag("fail").Throw(weft.I32(9)), &exception) {
		t.Fatal("Throw does not make an exception")
	}
	if _, results, err = s.Continuation.Throw(ctx, exception); err != nil || results[0].I64() != -9 {
		t.Errorf("Throw: %v, %v", results, err)
	}
	// One that has not begun never does.
	_, _, err = newContinuation(t, store, in.Func("asks")).Throw(ctx, exception)
	var uncaught *weft.Exception
	if !errors.As(err, &uncaught) || uncaught.Payload[0] != weft.I32(9) {
		t.Errorf("Throw into a fresh continuation: %v", err)
	}
	// Nobody handles it.
	var unhandled *weft.UnhandledSuspension
	_, _, err = newContinuation(t, store, in.Func("asks")).Resume(ctx, []weft.Value{weft.I32(1), weft.I32(2)})
	if !errors.As(err, &unhandled) {
		t.Errorf("without a handler: %v", err)
	}
	var trap *weft.Trap
	if _, _, err = newContinuation(t, store, in.Func("boom")).Resume(ctx, nil); !errors.As(err, &trap) || len(trap.Stack.Frames) != 1 {
		t.Errorf("a trap: %v", err)
	}
	if _, _, err = newContinuation(t, store, in.Func("asks")).Resume(ctx, nil); err == nil {
		t.Error("missing values were accepted")
	}
	store.Collect()
	if n := store.Stats().Continuations; n > 2 { // two fresh ones may still be held by Go
		t.Errorf("%d continuations are left", n)
	}
}

// TestContinuationFromGuest takes a suspended continuation from the guest, and
// gives one back.
func TestContinuationFromGuest(t *testing.T) {
	_, in := forGoInstance(t)
	ctx := context.Background()
	half := func() *weft.Continuation { return call(t, in, "half")[0].Ref().(*weft.Continuation) }
	k := half()
	if got := k.Type().String(); got != "[i32] -> [i64]" {
		t.Errorf("its type is %s", got)
	}
	if _, results, err := k.Resume(ctx, []weft.Value{weft.I32(23)}); err != nil || results[0].I64() != 123 {
		t.Errorf("Resume: %v, %v", results, err)
	}
	if _, _, err := half().Resume(ctx, nil); err == nil {
		t.Error("missing values were accepted")
	}
}

// TestBoundWithoutValues looks at the type of a continuation that was bound, with no values, when
// it waited for something else.
func TestBoundWithoutValues(t *testing.T) {
	in := instantiate(t, `(module
	  (type $f (func (result i32))) (type $k (cont $f))
	  (type $g (func (param i64) (result i32))) (type $kg (cont $g))
	  (tag $nothing) (tag $number (result i64))
	  (elem declare func $body)
	  (func $body (result i32) (suspend $nothing) (drop (suspend $number)) (i32.const 3))
	  (func (export "half") (result (ref null $kg))
	    (block $n (result (ref $kg))
	      (resume $k (on $number $n)
	        (cont.bind $k $k
	          (block $h (result (ref $k))
	            (resume $k (on $nothing $h) (cont.new $k (ref.func $body)))
	            (unreachable))))
	      (unreachable))))`)
	k := call(t, in, "half")[0].Ref().(*weft.Continuation)
	if got := k.Type().String(); got != "[i64] -> [i32]" {
		t.Errorf("its type is %s", got)
	}
}

// TestHostSuspends suspends the guest from a host function that it calls.
func TestHostSuspends(t *testing.T) {
	store, in := forGoInstance(t)
	ctx := context.Background()
	for name, want := range map[string][2]int32{"waits": {4, 1050}, "waits-tail": {5, 50}, "waits-indirect": {4, 2050}} {
		k := newContinuation(t, store, in.Func(name))
		s, _, err := k.Resume(ctx, []weft.Value{weft.I32(4)}, weft.On(in.Tag("ask")))
		if err != nil || s == nil || s.Payload[0].I32() != want[0] {
			t.Fatalf("%s: %+v, %v", name, s, err)
		}
		if _, results, err := s.Continuation.Resume(ctx, []weft.Value{weft.I32(50)}); err != nil || results[0].I32() != want[1] {
			t.Errorf("%s: %v, %v", name, results, err)
		}
	}
	var unhandled *weft.UnhandledSuspension
	if _, err := in.Func("waits").Call(ctx, weft.I32(1)); !errors.As(err, &unhandled) {
		t.Errorf("without a handler: %v", err)
	}
}
