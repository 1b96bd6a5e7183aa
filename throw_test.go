package weft_test

import (
	"context"
	"testing"

	"weft"
	"weft/wasm"
)

// TestThrowInFunction throws where the same function catches, which machine code does by a branch unless two imported
// tags may be one.
func TestThrowInFunction(t *testing.T) {
	const source = `(module
		(import "m" "x" (tag $x (param i32))) (import "m" "y" (tag $y (param i32))) (tag $own (param i32))
		(func (export "first of two") (param i32) (result i32)
			(block $y (result i32)
				(block $x (result i32)
					(try_table (catch $x $x) (catch $y $y) (throw $y (local.get 0)))
					(unreachable))
				(return (i32.add (i32.const 1000))))
			(i32.add (i32.const 2000)))
		(func $throws (param i32) (if (i32.and (local.get 0) (i32.const 1)) (then (throw $own (local.get 0)))))
		(func (export "in turns") (param $n i32) (result i32) (local $sum i32)
			(loop $again
				(block $next
					(block $odd (result i32)
						(try_table (catch $own $odd)
							(call $throws (local.get $n))
							(local.set $sum (i32.add (local.get $sum) (i32.const 100))))
						(br $next))
					(local.set $sum (i32.add (local.get $sum))))
				(br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
			(local.get $sum))
		(func (export "past a handler") (param i32) (result i32)
			(try (result i32)
				(do (try (result i32)
					(do (try (result i32) (do (throw $own (local.get 0))) (delegate 1)))
					(catch $own (drop) (i32.const 5))))
				(catch $own (i32.add (i32.const 1))))))`
	want := func(one bool) map[string]int32 {
		first := int32(2007)
		if one {
			first = 1007
		}
		return map[string]int32{"first of two": first, "in turns": 7 + 5 + 3 + 1 + 300, "past a handler": 8}
	}
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		for _, one := range []bool{false, true} {
			_, instance := openOn(t, engine, source, weft.DefaultLimits(), func(s *weft.Store, linker *weft.Linker) {
				x, y := newTag(t, s), newTag(t, s)
				if one {
					y = x
				}
				linker.Define("m", "x", x)
				linker.Define("m", "y", y)
			})
			for export, want := range want(one) {
				results, err := instance.Func(export).Call(context.Background(), weft.I32(7))
				if err != nil || results[0].I32() != want {
					t.Errorf("%s, one tag: %v: %s: %v, %v, want %d", name, one, export, results, err, want)
				}
			}
		}
	}
}

// newTag makes a tag that carries an i32.
func newTag(t *testing.T, s *weft.Store) *weft.Tag {
	tag, err := s.NewTag("t", wasm.FuncType{Params: []wasm.ValType{wasm.I32}})
	if err != nil {
		t.Fatal(err)
	}
	return tag
}
