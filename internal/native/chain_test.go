package native

import (
	"testing"

	"weft/internal/store"
)

// chains are continuations that are captured together: an inner one suspends, or switches, to what has resumed the
// outer one, also when it is captured alone before and afterwards.
const chains = `(module
	(type $f (func)) (type $c (cont $f))
	(rec (type $g (func (param (ref null $d)))) (type $d (cont $g)))
	(tag $near (param i64)) (tag $far (param i64)) (tag $turn)
	(global $log (mut i64) (i64.const 0))
	(func $note (param $digit i64)
		(global.set $log (i64.add (i64.mul (global.get $log) (i64.const 10)) (local.get $digit))))
	;; The inner one is captured alone, twice together with the outer one, and alone again.
	(func $inner
		(suspend $near (i64.const 1))
		(suspend $far (i64.const 2))
		(suspend $far (i64.const 3))
		(suspend $near (i64.const 4)))
	(func $outer (local $k (ref null $c))
		(local.set $k (cont.new $c (ref.func $inner)))
		(block $end
			(loop $next
				(block $on (result i64 (ref $c))
					(resume $c (on $near $on) (local.get $k))
					(br $end))
				(local.set $k)
				(call $note)
				(br $next)))
		(call $note (i64.const 5)))
	(func $start (result i64 (ref null $c)) (local $k (ref null $c))
		(local.set $k (cont.new $c (ref.func $outer)))
		(block $on (result i64 (ref $c))
			(resume $c (on $far $on) (local.get $k))
			(return (i64.const 0) (ref.null $c))))
	(func (export "together") (result i64) (local $k (ref null $c))
		(global.set $log (i64.const 0))
		(call $start) (local.set $k)
		(call $note)
		(block $end
			(loop $next
				(block $on (result i64 (ref $c))
					(resume $c (on $far $on) (local.get $k))
					(br $end))
				(local.set $k)
				(call $note)
				(br $next)))
		(global.get $log))
	(func (export "drop")
		(call $start) (drop) (drop))
	(func (export "twice") (local $k (ref null $c))
		(call $start) (local.set $k) (drop)
		(block $on (result i64 (ref $c))
			(resume $c (on $far $on) (local.get $k))
			(return))
		(drop) (drop)
		(resume $c (local.get $k)))
	;; The inner ones of two pairs switch to each other.
	(global $other (mut (ref null $d)) (ref.null $d))
	(global $left (mut i64) (i64.const 0))
	(func $turns (type $g) (param $k (ref null $d))
		(loop $next
			(if (ref.is_null (local.get $k)) (then (local.set $k (global.get $other))))
			(call $note (i64.rem_u (global.get $left) (i64.const 10)))
			(global.set $left (i64.sub (global.get $left) (i64.const 1)))
			(if (i64.eqz (global.get $left)) (then (return)))
			(local.set $k (switch $d $turn (local.get $k)))
			(br $next)))
	(func $middle (type $g) (param $k (ref null $d))
		(block $on (result i64 (ref $c))
			(resume $d (on $near $on) (local.get $k) (cont.new $d (ref.func $turns)))
			(return))
		(drop) (drop))
	(func (export "turns") (param $n i64) (result i64)
		(global.set $log (i64.const 0))
		(global.set $left (local.get $n))
		(global.set $other (cont.new $d (ref.func $middle)))
		(resume $d (on $turn switch) (ref.null $d) (cont.new $d (ref.func $middle)))
		(global.set $other (ref.null $d))
		(global.get $log))
	(elem declare func $inner $outer $turns $middle))`

func TestChains(t *testing.T) {
	for _, config := range []Config{{}, {SmallStacks: true}, {NoSignals: true}} {
		g := newGuestOf(t, config, store.DefaultLimits)
		g.compiled(chains)
		for range 3 { // the first continuations are made by Go
			if got, err := g.call(ctx, "together"); err != nil || got[0] != 12345 {
				t.Errorf("%+v: together gives %v (%v)", config, got, err)
			}
			if got, err := g.call(ctx, "turns", 9); err != nil || got[0] != 987654321 {
				t.Errorf("%+v: turns gives %v (%v)", config, got, err)
			}
			if _, err := g.call(ctx, "twice"); err == nil {
				t.Error("a reference to two continuations was used twice")
			}
			if _, err := g.call(ctx, "drop"); err != nil {
				t.Error(err)
			}
			g.store.Collect()
			if n := g.store.Conts.Live(); n != 0 {
				t.Errorf("%+v: %d continuations are left", config, n)
			}
		}
	}
}
