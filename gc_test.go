package weft_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"weft"
	"weft/wasm"
)

// newInstance is instantiate with limits, and gives the store as well.
func newInstance(t testing.TB, source string, change func(*weft.Limits)) (*weft.Store, *weft.Instance) {
	t.Helper()
	limits := weft.DefaultLimits()
	if change != nil {
		change(&limits)
	}
	return openOn(t, engineWith(t, wasm.DefaultFeatures), source, limits, nil)
}

const lists = `(module
  (type $node (struct (field i64) (field (mut (ref null $node)))))
  (global $keep (export "keep") (mut (ref null $node)) (ref.null $node))
  ;; Makes n structs that nothing refers to.
  (func (export "garbage") (param $n i32)
    (loop $l
      (drop (struct.new $node (i64.const 1) (ref.null $node)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; Makes a list of n structs, with the numbers 1 to n, and keeps it.
  (func (export "build") (param $n i32) (local $i i64)
    (global.set $keep (ref.null $node))
    (loop $l
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (global.set $keep (struct.new $node (local.get $i) (global.get $keep)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "sum") (result i64) (local $at (ref null $node)) (local $sum i64)
    (local.set $at (global.get $keep))
    (block $end
      (loop $l
        (br_if $end (ref.is_null (local.get $at)))
        (local.set $sum (i64.add (local.get $sum) (struct.get $node 0 (local.get $at))))
        (local.set $at (struct.get $node 1 (local.get $at)))
        (br $l)))
    (local.get $sum)))`

func call(t testing.TB, in *weft.Instance, name string, args ...weft.Value) []weft.Value {
	t.Helper()
	results, err := in.Func(name).Call(context.Background(), args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return results
}

// TestHeapReusesMemory makes far more objects than the heap has room for, beside
// a list that must survive.
func TestHeapReusesMemory(t *testing.T) {
	_, in := newInstance(t, lists, func(l *weft.Limits) { l.HeapBytes = 8 << 20 })
	call(t, in, "build", weft.I32(50_000))
	call(t, in, "garbage", weft.I32(1_000_000))
	if got := call(t, in, "sum")[0].I64(); got != 50_000*50_001/2 {
		t.Errorf("the list has the sum %d", got)
	}
}

// TestHeapLimit checks that a guest that keeps too much traps, and that the
// store can be used afterwards.
func TestHeapLimit(t *testing.T) {
	_, in := newInstance(t, lists, func(l *weft.Limits) { l.HeapBytes = 4 << 20 })
	_, err := in.Func("build").Call(context.Background(), weft.I32(10_000_000))
	var trap *weft.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory {
		t.Fatalf("build: %v", err)
	}
	call(t, in, "build", weft.I32(1000))
	if got := call(t, in, "sum")[0].I64(); got != 1000*1001/2 {
		t.Errorf("the list has the sum %d", got)
	}
}

const suspended = `(module
  (type $f (func)) (type $k (cont $f))
  (type $box (struct (field (mut (ref null $k)))))
  (tag $pause) (tag $self (result (ref null $box)))
  (table $kept 4 (ref null $k))
  (elem declare func $body $cyclic)
  (func $body (suspend $pause))
  ;; Makes n continuations that are suspended, and drops them.
  (func (export "drop") (param $n i32)
    (loop $l
      (block $h (result (ref $k))
        (resume $k (on $pause $h) (cont.new $k (ref.func $body)))
        (unreachable))
      (drop)
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; The same with one that has the box in which it is kept.
  (func $cyclic (local $b (ref null $box))
    (local.set $b (suspend $self))
    (suspend $pause)
    (drop (struct.get $box 0 (local.get $b))))
  (type $fb (func (param (ref null $box)))) (type $kb (cont $fb))
  (func (export "cycles") (param $n i32) (local $b (ref null $box)) (local $k (ref null $kb)) (local $kept (ref null $k))
    (loop $l
      (local.set $b (struct.new $box (ref.null $k)))
      (block $s (result (ref $kb))
        (resume $k (on $self $s) (cont.new $k (ref.func $cyclic)))
        (unreachable))
      (local.set $k)
      (block $h (result (ref $k))
        (resume $kb (on $pause $h) (local.get $b) (local.get $k))
        (unreachable))
      (local.set $kept)
      (struct.set $box 0 (local.get $b) (local.get $kept))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`

// TestContinuationsAreCollected drops far more suspended continuations than
// there may be, also such that refer to themselves.
func TestContinuationsAreCollected(t *testing.T) {
	small := func(l *weft.Limits) { l.Continuations, l.ContinuationBytes = 50_000, 64<<20 }
	for _, name := range []string{"drop", "cycles"} {
		_, in := newInstance(t, suspended, small)
		call(t, in, name, weft.I32(200_000))
	}
}

// TestGoKeepsReferences checks that what a Go value refers to is not collected
// before the value is.
func TestGoKeepsReferences(t *testing.T) {
	store, in := newInstance(t, lists, func(l *weft.Limits) { l.HeapBytes = 8 << 20 })
	call(t, in, "build", weft.I32(1000))
	kept := in.Global("keep").Get()
	if err := in.Global("keep").Set(weft.Null(wasm.HeapNone)); err != nil {
		t.Fatal(err)
	}
	store.Collect()
	call(t, in, "garbage", weft.I32(1_000_000))
	if err := in.Global("keep").Set(kept); err != nil {
		t.Fatal(err)
	}
	if got := call(t, in, "sum")[0].I64(); got != 1000*1001/2 {
		t.Errorf("the list has the sum %d", got)
	}
	runtime.KeepAlive(kept)
}

// TestCollectAfterLarge makes an object that is larger than all that is allocated before a collection, and then
// garbage: collections must go on as before.
func TestCollectAfterLarge(t *testing.T) {
	store, in := newInstance(t, `(module (type $a (array (mut i64))) (global $keep (mut (ref null $a)) (ref.null $a))
		(func (export "large") (param $n i32) (global.set $keep (array.new_default $a (local.get $n))))
		(func (export "garbage") (param $n i32)
			(loop $l
				(drop (array.new_default $a (i32.const 100)))
				(br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`, nil)
	call(t, in, "large", weft.I32(8<<20))
	before := store.Stats().Collections
	call(t, in, "garbage", weft.I32(400_000)) // 320 MB
	if got := store.Stats().Collections - before; got < 3 {
		t.Errorf("%d collections for ten times what is allocated before the first", got)
	}
	if _, err := in.Func("large").Call(context.Background(), weft.I32(-1)); err == nil {
		t.Error("an array of 32 GB is made")
	}
	before = store.Stats().Collections
	call(t, in, "garbage", weft.I32(400_000))
	if got := store.Stats().Collections - before; got < 3 {
		t.Errorf("%d collections after an array for which there was no room", got)
	}
}
