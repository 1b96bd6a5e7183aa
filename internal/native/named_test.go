package native

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"weft/internal/store"
)

// nested is a generator within resumes that do not handle what it yields: it yields by a tag, or to the name of the
// consumer's handler.
const nested = `(module
	(type $h (handler))
	(type $level (func (param i32 (ref null $h)))) (type $k (cont $level))
	(type $first (func (param (ref $h)))) (type $kf (cont $first))
	(type $plain (func)) (type $kp (cont $plain))
	(tag $yield (param i64)) (tag $other)
	(global $n (mut i64) (i64.const 0))
	(elem declare func $level)
	(func $level (type $level) (param $depth i32) (param $h (ref null $h)) (local $i i64)
		(if (local.get $depth)
			(then
				(block $unused (result (ref $kp))
					(resume $k (on $other $unused)
						(i32.sub (local.get $depth) (i32.const 1)) (local.get $h) (cont.new $k (ref.func $level)))
					(return))
				(unreachable)))
		(loop $next
			YIELD
			(local.set $i (i64.add (local.get $i) (i64.const 1)))
			(br_if $next (i64.lt_u (local.get $i) (global.get $n)))))
	(func (export "run") (param $depth i32) (param $n i64) (result i64)
		(local $k (ref null $KREST)) (local $sum i64)
		(global.set $n (local.get $n))
		START
		(loop $more
			(block $yielded (result i64 (ref $KREST))
				(RESUME $KREST (on $yield $yielded) (local.get $k))
				(return (local.get $sum)))
			(local.set $k)
			(local.set $sum (i64.add (local.get $sum)))
			(br $more))
		(unreachable))
	EXTRA)`

// nestedBy returns the module for a form of suspension.
func nestedBy(named bool) string {
	parts := []string{
		"YIELD", "(suspend $yield (local.get $i))",
		"START", "(local.set $k (cont.bind $k $kp (local.get $depth) (ref.null $h) (cont.new $k (ref.func $level))))",
		"EXTRA", "", "$KREST", "$kp", "RESUME", "resume",
	}
	if named {
		parts = []string{
			"YIELD", "(local.set $h (suspend_to $h $yield (local.get $i) (local.get $h)))",
			"START", "(local.set $k (cont.bind $ks $kf (local.get $depth) (cont.new $ks (ref.func $level))))",
			"EXTRA", "", "$KREST", "$kf", "RESUME", "resume_with",
			"(type $first", "(type $start (func (param i32 (ref $h)))) (type $ks (cont $start)) (type $first",
			"(cont.new $ks (ref.func $level))", "(cont.new $ks (ref.func $outer))",
		}
		parts[5] = "(func $outer (param i32 (ref $h)) (call $level (local.get 0) (local.get 1))) (elem declare func $outer)"
		parts[3] = strings.Replace(parts[3], "$level", "$outer", 1)
	}
	return strings.NewReplacer(parts...).Replace(nested)
}

// TestNestedByName checks that both forms of suspension give the same, however many resumes lie between.
func TestNestedByName(t *testing.T) {
	for _, named := range []bool{false, true} {
		g := newGuest(t, store.DefaultLimits)
		g.compiled(nestedBy(named))
		for _, depth := range []uint64{0, 1, 16, 100} {
			if got, err := g.call(ctx, "run", depth, 1000); err != nil || got[0] != 999*1000/2 {
				t.Errorf("named %v, depth %d: %v (%v)", named, depth, got, err)
			}
		}
	}
}

// BenchmarkSwitchNested yields past resumes.
func BenchmarkSwitchNested(b *testing.B) {
	for _, named := range []bool{false, true} {
		for _, depth := range []uint64{1, 16} {
			b.Run(fmt.Sprintf("named=%v/depth=%d", named, depth), func(b *testing.B) {
				g := newGuest(b, store.DefaultLimits)
				g.compiled(nestedBy(named))
				b.ReportAllocs()
				b.ResetTimer()
				if _, err := g.call(ctx, "run", depth, uint64(min(b.N, math.MaxInt32))); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
