package native

import (
	"slices"
	"testing"

	"weft/internal/store"
)

// TestBegins looks at which functions continuations are said to begin with, and lets them end as what they
// are: functions that are called, and those of continuations, also of some about which nothing is said.
func TestBegins(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(`(module
		(type $f (func (param i64) (result i64))) (type $c (cont $f))
		(type $g (func (param i64 i64) (result i64))) (type $d (cont $g))
		(table $t 2 funcref)
		(elem (table $t) (i32.const 0) func $inTable $other)
		(elem declare func $named)
		(func $named (type $f) (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 1))
			(else (i64.mul (local.get 0) (call $named (i64.sub (local.get 0) (i64.const 1)))))))
		(func $inTable (type $g) (i64.add (local.get 0) (call $named (local.get 1))))
		(func $other (type $f) (local.get 0))
		(func $never (type $g) (return_call $inTable (local.get 0) (local.get 1)))
		(elem declare func $passed)
		(func $passed (type $g) (local.get 1))
		(func $pass (result (ref $g)) (ref.func $passed))
		(func (export "factorial") (param i64) (result i64)
			(resume $c (local.get 0) (cont.new $c (ref.func $named))))
		(func (export "more") (param i64 i64) (result i64)
			(resume $d (local.get 0) (local.get 1) (cont.new $d (ref.cast (ref $g) (table.get $t (i32.const 0)))))))`)
	s := surveyModule(g.Instance.Module)
	if want := []bool{true, true, false, false, true, false, false, false}; !slices.Equal(s.begins, want) {
		t.Errorf("continuations begin with %v, want %v", s.begins, want)
	}
	for range 3 {
		if got, err := g.call(ctx, "factorial", 10); err != nil || got[0] != 3628800 {
			t.Errorf("factorial: %v, %v", got, err)
		}
		if got, err := g.call(ctx, "more", 3, 4); err != nil || got[0] != 27 {
			t.Errorf("more: %v, %v", got, err)
		}
	}
}
