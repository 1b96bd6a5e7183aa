package native

import (
	"errors"
	"math"
	"testing"

	"weft/internal/store"
)

// throwing are continuations that suspend in try_tables of all kinds, and functions that
// throw there.
const throwing = `(module
	(type $f (func (param i32) (result i64))) (type $c (cont $f)) ;; before it begins
	(type $g (func (result i64))) (type $d (cont $g))             ;; suspended
	(rec (type $s (func (param (ref null $e)) (result i64))) (type $e (cont $s)))
	(tag $wait) (tag $swap (result i64)) (tag $none) (tag $one (param i64))
	(tag $many (param i32 f64 v128 f32 i64))
	(global $ref (mut exnref) (ref.null exn))

	;; The result tells which clause catches, and what it gets.
	(func $first (type $f)
		(block $none
			(block $one (result i64)
				(try_table (catch $one $one) (catch $none $none) (suspend $wait))
				(return (i64.const 1)))
			(return (i64.add (i64.const 1000))))
		(i64.const 2))
	(func $all (type $f)
		(block $any
			(block $one (result i64)
				(try_table (catch $one $one) (catch_all $any) (suspend $wait))
				(return (i64.const 3)))
			(return (i64.add (i64.const 3000))))
		(i64.const 4))
	(func $wants (type $f) ;; references
		(block $one (result i64 exnref)
			(block $none (result exnref)
				(try_table (catch_ref $one $one) (catch_ref $none $none) (suspend $wait))
				(return (i64.const 5)))
			(global.set $ref)
			(return (i64.const 6)))
		(global.set $ref)
		(i64.add (i64.const 6000)))
	(func $nested (type $f)
		(block $outer (result i64)
			(block $inner
				(try_table (catch $one $outer)
					(try_table (catch $none $inner) (suspend $wait)))
				(return (i64.const 7)))
			(return (i64.const 8)))
		(i64.add (i64.const 8000)))
	(func $callee (suspend $wait))
	(func $above (type $f) ;; the function with the try_table
		(block $none
			(block $one (result i64)
				(try_table (catch $one $one) (catch $none $none) (call $callee))
				(return (i64.const 9)))
			(return (i64.add (i64.const 9000))))
		(i64.const 10))
	(func $before (type $f) ;; a try_table that is not around it
		(block $none
			(suspend $wait)
			(try_table (catch $none $none) (call $callee)))
		(i64.const 12))
	(func $captured (type $f) ;; a continuation that is captured with its parent
		(resume $c (local.get 0) (cont.new $c (ref.func $first))))
	(func $goes-on (type $f) ;; after it has caught
		(block $none (try_table (catch $none $none) (suspend $wait)))
		(suspend $wait)
		(i64.const 13))
	(func $down (type $f) ;; on a stack that grows
		(block $none
			(try_table (catch $none $none)
				(if (i32.lt_u (local.get 0) (i32.const 500))
					(then (return (i64.add (call $down (i32.add (local.get 0) (i32.const 1))) (i64.const 1)))))
				(suspend $wait))
			(unreachable))
		(i64.const 14))
	(func $wants-all (type $f)
		(block $any (result exnref)
			(try_table (catch_all_ref $any) (suspend $wait))
			(return (i64.const 15)))
		(global.set $ref)
		(block $one (result i64)
			(try_table (catch $one $one) (throw_ref (global.get $ref)))
			(unreachable)))
	(elem declare func $values $swapping $swapped)
	(table funcref (elem $first $all $wants $nested $above $before $captured $goes-on $down $wants-all))

	(func $begun (param $who i32) (result (ref $d))
		(block $waits (result (ref $d))
			(drop (resume $c (on $wait $waits) (i32.const 0)
				(cont.new $c (ref.cast (ref $f) (table.get (local.get $who))))))
			(unreachable)))
	(func (export "none") (param $who i32) (result i64)
		(resume_throw $d $none (call $begun (local.get $who))))
	(func (export "one") (param $who i32) (result i64)
		(resume_throw $d $one (i64.const 55) (call $begun (local.get $who))))
	(func (export "caught") (param $who i32) (result i64) ;; by who throws, if need be
		(block $none
			(try_table (catch $none $none)
				(return (resume_throw $d $none (call $begun (local.get $who)))))
			(unreachable))
		(i64.const 16))
	(func (export "handled") (param $who i32) (result i64) ;; suspends after it has caught
		(block $waits (result (ref $d))
			(return (resume_throw $d $none (on $wait $waits) (call $begun (local.get $who)))))
		(resume $d))

	(func $exception (param $payload i32) (result exnref)
		(local $ref exnref)
		(block $none (result exnref)
			(block $one (result i64 exnref)
				(try_table (catch_ref $one $one) (catch_ref $none $none)
					(if (local.get $payload) (then (throw $one (i64.const 55))))
					(throw $none))
				(unreachable))
			(local.set $ref)
			(drop)
			(return (local.get $ref))))
	(func (export "none ref") (param $who i32) (result i64)
		(resume_throw_ref $d (call $exception (i32.const 0)) (call $begun (local.get $who))))
	(func (export "one ref") (param $who i32) (result i64)
		(resume_throw_ref $d (call $exception (i32.const 1)) (call $begun (local.get $who))))
	(func (export "again") (param $who i32) (result i64) ;; the reference that a clause got
		(drop (resume_throw $d $one (i64.const 77) (call $begun (i32.const 2))))
		(resume_throw_ref $d (global.get $ref) (call $begun (local.get $who))))
	(func (export "null ref") (param $who i32) (result i64)
		(resume_throw_ref $d (ref.null exn) (call $begun (local.get $who))))
	(func (export "null") (param $who i32) (result i64) (resume_throw $d $none (ref.null $d)))
	(func (export "stale") (param $who i32) (result i64) (local $k (ref null $d))
		(local.set $k (call $begun (i32.const 0)))
		(drop (resume_throw $d $none (local.get $k)))
		(resume_throw $d $none (local.get $k)))
	(func (export "fresh") (param $who i32) (result i64)
		(block $none
			(try_table (catch $none $none)
				(return (resume_throw $c $none (cont.new $c (ref.cast (ref $f) (table.get (local.get $who)))))))
			(unreachable))
		(i64.const 20))

	;; A payload of all types.
	(func $values (type $g)
		(local i32 f64 v128 f32 i64)
		(block $caught (result i32 f64 v128 f32 i64)
			(try_table (catch $many $caught) (suspend $wait))
			(return (i64.const -1)))
		(local.set 4) (local.set 3) (local.set 2) (local.set 1) (local.set 0)
		(i64.add (i64.extend_i32_u (local.get 0)) (i64.add (i64.trunc_f64_s (local.get 1))
		(i64.add (i64x2.extract_lane 1 (local.get 2)) (i64.add (i64.trunc_f32_s (local.get 3)) (local.get 4))))))
	(func (export "payload") (param $who i32) (result i64)
		(resume_throw $d $many
			(i32.const 1) (f64.const 20) (v128.const i64x2 0 300) (f32.const 4000) (i64.const 50000)
			(block $waits (result (ref $d))
				(drop (resume $d (on $wait $waits) (cont.new $d (ref.func $values))))
				(unreachable))))

	(func (export "payload ref") (param $who i32) (result i64)
		(block $caught (result i32 f64 v128 f32 i64 exnref)
			(try_table (catch_ref $many $caught)
				(throw $many (i32.const 1) (f64.const 20) (v128.const i64x2 0 300) (f32.const 4000) (i64.const 50000)))
			(unreachable))
		(global.set $ref) (drop) (drop) (drop) (drop) (drop)
		(resume_throw_ref $d (global.get $ref)
			(block $waits (result (ref $d))
				(drop (resume $d (on $wait $waits) (cont.new $d (ref.func $values))))
				(unreachable))))

	;; A continuation that has switched to who throws.
	(func $swapping (type $s)
		(block $none
			(try_table (catch $none $none)
				(drop (switch $e $swap (local.get 0)))
				(unreachable))
			(unreachable))
		(i64.const 30))
	(func $swapped (type $s)
		(i64.add (resume_throw $e $none (local.get 0)) (i64.const 1)))
	(func (export "switch") (param $who i32) (result i64)
		(resume $e (on $swap switch) (cont.new $e (ref.func $swapped)) (cont.new $e (ref.func $swapping)))))`

// TestResumeThrow compares the engines.
func TestResumeThrow(t *testing.T) {
	compiled, interpreted := newGuest(t, store.DefaultLimits), newGuest(t, store.DefaultLimits)
	compiled.compiled(throwing)
	interpreted.interpreted(throwing)
	type outcome struct {
		value uint64
		trap  string
		tag   uint32
	}
	outcomeOf := func(g *guest, name string, who uint64) outcome {
		result, err := g.call(ctx, name, who)
		var trap *store.Trap
		var exception *store.Exception
		var suspension *store.UnhandledSuspension
		switch {
		case err == nil:
			return outcome{value: result[0]}
		case errors.As(err, &trap):
			return outcome{trap: trap.Code.String()}
		case errors.As(err, &exception):
			return outcome{trap: "exception", tag: exception.Tag.Record.Params}
		case errors.As(err, &suspension):
			return outcome{trap: "unhandled suspension"}
		}
		t.Fatalf("%s %d: %v", name, who, err)
		return outcome{}
	}
	for _, name := range []string{"none", "one", "caught", "handled", "none ref", "one ref", "again", "null ref", "null",
		"stale", "fresh", "payload", "payload ref", "switch"} {
		for who := range uint64(10) {
			want := outcomeOf(interpreted, name, who)
			for range 3 { // on stacks from the pool, too
				if got := outcomeOf(compiled, name, who); got != want {
					t.Errorf("%s %d: %+v, want %+v", name, who, got, want)
				}
			}
			t.Logf("%s %d: %+v", name, who, want)
		}
	}
}

// BenchmarkResumeThrow makes continuations that suspend, and throws an exception there, which they catch.
func BenchmarkResumeThrow(b *testing.B) {
	for name, throw := range map[string]string{
		"payload": `(resume_throw $c $cancelled)`,
		"ref":     `(local.set $k) (resume_throw_ref $c (global.get $exception) (local.get $k))`,
	} {
		b.Run(name, func(b *testing.B) {
			g := newGuest(b, store.DefaultLimits)
			g.compiled(`(module (type $f (func)) (type $c (cont $f)) (tag $wait) (tag $cancelled)
				(global $exception (mut exnref) (ref.null exn))
				(func $coroutine
					(block $clean-up (try_table (catch $cancelled $clean-up) (suspend $wait)) (return)))
				(elem declare func $coroutine)
				(func (export "go") (param $n i64) (local $k (ref null $c))
					(block $caught (result exnref)
						(try_table (catch_ref $cancelled $caught) (throw $cancelled))
						(unreachable))
					(global.set $exception)
					(loop $more
						(block $waits (result (ref $c))
							(resume $c (on $wait $waits) (cont.new $c (ref.func $coroutine)))
							(unreachable))
						` + throw + `
						(br_if $more (i32.eqz (i64.eqz (local.tee $n (i64.sub (local.get $n) (i64.const 1)))))))))`)
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := g.call(ctx, "go", uint64(min(b.N, math.MaxInt32))); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkUnwind makes continuations that suspend, and throws an exception there, which goes through what they have
// called: who resumes catches it, or it ends in the continuation.
func BenchmarkUnwind(b *testing.B) {
	bodies := map[string]string{
		"caught outside": `(func $coroutine (suspend $wait))`,
		"through frames": `(func $coroutine (call $inner)) (func $inner (call $innermost)) (func $innermost (suspend $wait))`,
		"caught in a frame": `(func $coroutine (block $clean-up (try_table (catch $cancelled $clean-up) (call $inner)) (return)))
			(func $inner (suspend $wait))`,
	}
	for name, functions := range bodies {
		b.Run(name, func(b *testing.B) {
			g := newGuest(b, store.DefaultLimits)
			g.compiled(`(module (type $f (func)) (type $c (cont $f)) (tag $wait) (tag $cancelled)
				` + functions + `
				(elem declare func $coroutine)
				(func (export "go") (param $n i64)
					(loop $more
						(block $caught
							(try_table (catch $cancelled $caught)
								(block $waits (result (ref $c))
									(resume $c (on $wait $waits) (cont.new $c (ref.func $coroutine)))
									(unreachable))
								(resume_throw $c $cancelled)))
						(br_if $more (i32.eqz (i64.eqz (local.tee $n (i64.sub (local.get $n) (i64.const 1)))))))))`)
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := g.call(ctx, "go", uint64(min(b.N, math.MaxInt32))); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkCreate makes continuations that end at once, or suspend once.
func BenchmarkCreate(b *testing.B) {
	for name, body := range map[string]string{"return": ``, "suspend": `(suspend $wait)`} {
		b.Run(name, func(b *testing.B) {
			g := newGuest(b, store.DefaultLimits)
			g.compiled(`(module (type $f (func)) (type $c (cont $f)) (tag $wait)
				(func $coroutine ` + body + `)
				(elem declare func $coroutine)
				(func (export "go") (param $n i64)
					(loop $more
						(block $ends
							(block $waits (result (ref $c))
								(resume $c (on $wait $waits) (cont.new $c (ref.func $coroutine)))
								(br $ends))
							(resume $c))
						(br_if $more (i32.eqz (i64.eqz (local.tee $n (i64.sub (local.get $n) (i64.const 1)))))))))`)
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := g.call(ctx, "go", uint64(min(b.N, math.MaxInt32))); err != nil {
				b.Fatal(err)
			}
		})
	}
}
