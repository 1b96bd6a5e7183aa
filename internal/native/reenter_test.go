package native

import (
	"context"
	"testing"

	"weft/internal/store"
)

// A function in dispatch form that notes its states, and what it gets besides: more than registers have.
const dispatched = `(module
  (func $f (export "f") (param $pc i32) (param $x i64) (param f64 f64 f64 f64 f64 f64 f64 f64 f64) (param $last i64) (result i64)
    (loop $entry
      (block $s3 (block $s2 (block $s1 (block $s0
        (br_table $s0 $s1 $s2 $s3 (local.get $pc)))
      (local.set $x (i64.mul (local.get $x) (i64.const 10)))
      (local.set $pc (i32.const 2)) (br $entry))
      (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 10)) (i64.const 1)))
      (local.set $pc (i32.const 3)) (br $entry))
      (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 10)) (i64.const 2)))
      (local.set $pc (i32.const 1)) (br $entry))
      (return (i64.add (i64.mul (local.get $x) (i64.const 10)) (i64.add (i64.trunc_f64_s (local.get 10)) (local.get $last)))))
    (unreachable))
  (func (export "call") (param $pc i32) (result i64)
    (call $f (local.get $pc) (i64.const 7) (f64.const 1) (f64.const 2) (f64.const 3) (f64.const 4) (f64.const 5) (f64.const 6)
      (f64.const 7) (f64.const 8) (f64.const 2) (i64.const 1))))`

// TestReenter enters a function where it has no entry: it begins anew in its other form, with all of its arguments.
func TestReenter(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(dispatched)
	code := g.Module.Native.(*lazyCode)
	first := g.Instance
	want := []uint64{70213, 713, 7213, 73}
	g.expect("call", want[0], 0)
	if code.generalized[0] {
		t.Error("the other form is there before it is needed")
	}
	usual := code.entries[0].Load()
	for _, number := range []uint64{1, 2, 3, 0, 2, 100} {
		g.expect("call", want[min(number, 3)], number)
	}
	if !code.generalized[0] || code.entries[0].Load() == usual || first.Record.OwnFunc(0).Native != code.entries[0].Load() {
		t.Error("the other form has not taken the place of the usual one")
	}
	second, err := g.store.Instantiate(context.Background(), g.Module, nil)
	if err != nil {
		t.Fatal(err)
	}
	g.Instance = second
	g.expect("call", want[1], 1)
	second.Record.OwnFunc(0).Native = usual // as if it had been made before
	g.expect("call", want[1], 1)
	if second.Record.OwnFunc(0).Native == usual {
		t.Error("an instance does not get the other form")
	}
}
