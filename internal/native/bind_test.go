package native

import (
	"math"
	"testing"

	"weft/internal/store"
)

// binding binds values of all classes to continuations that have not begun, which machine code does by itself, and does to
// them what Go must do: other values, a value for the rest, exceptions, collections.
const binding = `(module
	(type $all (func (param i32 f32 v128 i64 f64 i64) (result i64))) (type $c (cont $all))
	(type $three (func (param i64 f64 i64) (result i64))) (type $c3 (cont $three))
	(type $one (func (param i64) (result i64))) (type $c1 (cont $one))
	(tag $yield (result i64)) (tag $e (param i64))
	(func $sum (type $all)
		(i64.add (i64.extend_i32_u (local.get 0)) (i64.mul (i64.const 10) (i64.add (i64.trunc_f32_s (local.get 1))
		(i64.mul (i64.const 10) (i64.add (i64x2.extract_lane 1 (local.get 2)) (i64.mul (i64.const 10)
		(i64.add (local.get 3) (i64.mul (i64.const 10) (i64.add (i64.trunc_f64_s (local.get 4)) (i64.mul (i64.const 10)
		(i64.add (local.get 5) (suspend $yield)))))))))))))
	(elem declare func $sum)
	(func $bound (result (ref $c3))
		(cont.bind $c $c3 (i32.const 1) (f32.const 2) (v128.const i64x2 7 3) (cont.new $c (ref.func $sum))))
	(func $finish (param $k (ref null $c1)) (result i64)
		(block $on (result (ref $c1))
			(return (resume $c1 (on $yield $on) (i64.const 6) (local.get $k))))
		(local.set $k)
		(resume $c1 (i64.const 0) (local.get $k)))
	(func (export "once") (result i64) (local $k (ref null $c1))
		(block $on (result (ref $c1))
			(return (resume $c3 (on $yield $on) (i64.const 4) (f64.const 5) (i64.const 6) (call $bound))))
		(local.set $k)
		(resume $c1 (i64.const 0) (local.get $k)))
	(func (export "twice") (result i64)
		(call $finish (cont.bind $c3 $c1 (i64.const 4) (f64.const 5) (call $bound))))
	(func (export "thrown") (result i64)
		(block $caught (result i64)
			(try_table (result i64) (catch $e $caught) (resume_throw $c3 $e (i64.const 9) (call $bound)))))
	(func (export "stale") (local $k (ref null $c))
		(local.set $k (cont.new $c (ref.func $sum)))
		(drop (cont.bind $c $c3 (i32.const 1) (f32.const 2) (v128.const i64x2 7 3) (local.get $k)))
		(drop (cont.bind $c $c3 (i32.const 1) (f32.const 2) (v128.const i64x2 7 3) (local.get $k)))))`

func TestBind(t *testing.T) {
	for _, config := range []Config{{}, {SmallStacks: true}, {NoSignals: true}} {
		g := newGuestOf(t, config, store.DefaultLimits)
		g.compiled(binding)
		for range 3 { // the first continuations are made by Go
			for name, want := range map[string]uint64{"once": 654321, "twice": 654321, "thrown": 9} {
				if got, err := g.call(ctx, name); err != nil || got[0] != want {
					t.Errorf("%+v: %s gives %v (%v), want %d", config, name, got, err, want)
				}
			}
			if _, err := g.call(ctx, "stale"); err == nil {
				t.Error("a continuation was bound twice")
			}
			g.store.Collect()
		}
		if n := g.store.Conts.Live(); n != 0 {
			t.Errorf("%d continuations are left", n)
		}
	}
}

// BenchmarkBind makes a continuation, binds its arguments and lets it run to its end.
func BenchmarkBind(b *testing.B) {
	g := newGuest(b, store.DefaultLimits)
	g.compiled(`(module (type $f (func (param i64 i64))) (type $c (cont $f)) (type $g (func)) (type $d (cont $g))
		(func $two (type $f))
		(elem declare func $two)
		(func (export "go") (param $n i64)
			(loop $l
				(resume $d (cont.bind $c $d (local.get $n) (i64.const 1) (cont.new $c (ref.func $two))))
				(br_if $l (i32.eqz (i64.eqz (local.tee $n (i64.sub (local.get $n) (i64.const 1)))))))))`)
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := g.call(ctx, "go", uint64(min(b.N, math.MaxInt32))); err != nil {
		b.Fatal(err)
	}
}
