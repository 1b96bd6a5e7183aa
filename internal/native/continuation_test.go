package native

import (
	"math"
	"testing"

	"weft/internal/store"
)

// switching are functions that suspend and resume: with values of all classes, more than
// there are registers, some of them bound, growing stacks, and exceptions.
const switching = `(module
	(type $values (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 f64 i64) (result i64)))
	(type $all (cont $values))
	(type $rest (func (param i64 i64 i64 f64 i64) (result i64)))
	(type $some (cont $rest))
	(type $f (func)) (type $c (cont $f))
	(tag $yield (param i64)) (tag $e (param i64)) (tag $stop)
	(func $sum (type $values)
		(i64.add (i64.trunc_f64_s (local.get 10)) (i64.add (local.get 11)
		(i64.add (local.get 0) (i64.mul (i64.const 3) (i64.add (local.get 1) (i64.mul (i64.const 3)
		(i64.add (local.get 2) (i64.mul (i64.const 3) (i64.add (local.get 3) (i64.mul (i64.const 3)
		(i64.add (local.get 8) (i64.mul (i64.const 3) (local.get 9))))))))))))))
	(func $deep (param $n i64)
		(if (i64.eqz (local.get $n)) (then (throw $e (i64.const 7))))
		(suspend $yield (local.get $n))
		(call $deep (i64.sub (local.get $n) (i64.const 1))))
	(func $down (call $deep (i64.const 300)))
	(elem declare func $sum $down)
	(func (export "bound") (result i64)
		(resume $some
			(i64.const 8) (i64.const 9) (i64.const 10) (f64.const 2.5) (i64.const 11)
			(cont.bind $all $some
				(i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7)
				(cont.new $all (ref.func $sum)))))
	(func (export "direct") (result i64)
		(call $sum (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7)
			(i64.const 8) (i64.const 9) (i64.const 10) (f64.const 2.5) (i64.const 11)))
	(func (export "loop") (result i64) (local $k (ref null $c)) (local $sum i64)
		(local.set $k (cont.new $c (ref.func $down)))
		(block $caught (result i64)
			(try_table (catch $e $caught)
				(loop $next
					(block $on (result i64 (ref $c))
						(resume $c (on $yield $on) (local.get $k))
						(unreachable))
					(local.set $k)
					(local.set $sum (i64.add (local.get $sum)))
					(br $next)))
			(unreachable))
		(i64.add (local.get $sum))))`

func TestContinuations(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(switching)
	direct, err := g.call(ctx, "direct")
	if err != nil {
		t.Fatal(err)
	}
	if bound, err := g.call(ctx, "bound"); err != nil || bound[0] != direct[0] {
		t.Errorf("bound values give %v (%v), want %d", bound, err, direct)
	}
	for range 3 {
		if got, err := g.call(ctx, "loop"); err != nil || got[0] != 300*301/2+7 {
			t.Errorf("the loop gives %v (%v)", got, err)
		}
	}
	if g.store.Conts.Live() != 0 {
		t.Errorf("%d continuations are left", g.store.Conts.Live())
	}
}

// BenchmarkSwitch resumes a continuation that suspends.
func BenchmarkSwitch(b *testing.B) {
	g := newGuest(b, store.DefaultLimits)
	g.compiled(`(module (type $f (func)) (type $c (cont $f)) (tag $y)
		(func $gen (loop $l (suspend $y) (br $l)))
		(elem declare func $gen)
		(func (export "go") (param $n i64) (local $k (ref null $c))
			(local.set $k (cont.new $c (ref.func $gen)))
			(loop $l
				(block $h (result (ref $c)) (resume $c (on $y $h) (local.get $k)) (unreachable))
				(local.set $k)
				(br_if $l (i32.eqz (i64.eqz (local.tee $n (i64.sub (local.get $n) (i64.const 1)))))))))`)
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := g.call(ctx, "go", uint64(min(b.N, math.MaxInt32))); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSwitchTo has two continuations that switch to each other.
func BenchmarkSwitchTo(b *testing.B) {
	g := newGuest(b, store.DefaultLimits)
	g.compiled(`(module
		(rec (type $f (func (param (ref null $c)))) (type $c (cont $f)))
		(type $g (func (param i64 (ref null $c)))) (type $d (cont $g))
		(tag $t)
		(func $loop (type $g) (param $n i64) (param $k (ref null $c))
			(loop $l
				(local.set $k (switch $c $t (local.get $k)))
				(br_if $l (i32.eqz (i64.eqz (local.tee $n (i64.sub (local.get $n) (i64.const 1))))))))
		(func $other (type $f) (param $k (ref null $c))
			(loop $l (local.set $k (switch $c $t (local.get $k))) (br $l)))
		(elem declare func $loop $other)
		(func (export "go") (param $n i64)
			(resume $d (on $t switch) (i64.div_u (local.get $n) (i64.const 2)) (cont.new $c (ref.func $other)) (cont.new $d (ref.func $loop)))))`)
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := g.call(ctx, "go", uint64(min(b.N+2, math.MaxInt32))); err != nil {
		b.Fatal(err)
	}
}
