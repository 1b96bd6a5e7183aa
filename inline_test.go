package weft_test

import (
	"context"
	"slices"
	"testing"

	"weft"
	"weft/wasm"
)

// inlined has functions that are small enough to be built into their callers. Those with a table are not.
const inlined = `(module
  (type $f (func (param i32) (result i32))) (type $c (cont $f))
  (type $g (func (result i32))) (type $rest (cont $g))
  (tag $yield (param i32)) (tag $e (param i32))
  (memory 1)
  (table funcref (elem $fail))
  (func $load (param $at i32) (result i32) (i32.load offset=65532 (local.get $at)))
  (func $twice (param $at i32) (result i32)
    (i32.add (call $load (local.get $at)) (call $load (i32.shl (local.get $at) (i32.const 1)))))
  (func (export "in a callee of a callee") (param $at i32) (result i32)
    (nop) (nop) (i32.sub (call $twice (local.get $at)) (i32.const 1)))

  ;; The call is the first instruction of each body.
  (func $down (result i32) (call $bottom))
  (func $bottom (result i32) (unreachable))
  (func (export "at the beginning") (param i32) (result i32) (call $down))

  (func $count (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (call $count (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))
      (else (i32.div_u (i32.const 1) (local.get $n)))))
  (func (export "in a recursion") (param i32) (result i32) (call $count (i32.add (local.get 0) (i32.const 9))))

  (func $fail (param $n i32) (result i32)
    (block (br_table 0 (i32.const 0))) (throw $e (local.get $n)))
  (func $pass (param $n i32) (result i32)
    (call_indirect (type $f) (i32.add (local.get $n) (i32.const 41)) (i32.const 0)))
  (func (export "in what a callee calls") (param i32) (result i32) (nop) (call $pass (local.get 0)))

  (func $throws (param $n i32) (result i32) (if (local.get $n) (then (throw $e (local.get $n)))) (i32.const 5))
  (func (export "an exception") (param i32) (result i32)
    (i32.add (call $throws (i32.const 0)) (call $throws (i32.const 3))))

  ;; What an exception passes, and the locals of the one that catches it.
  (func $deeper (param $n i32) (result i32) (call $throws (i32.add (local.get $n) (i32.const 1))))
  (func (export "caught") (param i32) (result i32) (local $x i32)
    (local.set $x (i32.const 100))
    (block $h (result i32)
      (try_table (result i32) (catch $e $h)
        (local.set $x (i32.const 200))
        (call $deeper (local.get 0))))
    (i32.add (local.get $x))
    (call $load))

  ;; A loop in a loop, locals that begin as zero each time, and results that are left by branches.
  (func $sum (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func $either (param $n i32) (result i32)
    (drop (br_if 0 (i32.const 7) (i32.and (local.get $n) (i32.const 1)))) (return (i32.const 9)))
  (func (export "loops") (param i32) (result i32) (local $i i32) (local $all i32)
    (loop $l
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $all (i32.add (i32.mul (local.get $all) (i32.const 3)) (call $sum (local.get $i))))
      (local.set $all (i32.xor (local.get $all) (call $either (local.get $i))))
      (br_if $l (i32.lt_u (local.get $i) (i32.const 9))))
    (local.get $all))

  (func $never (param i32) (result i32) (br_if 0 (i32.const 1) (local.get 0)) (drop) (unreachable))
  (func (export "what does not return") (param i32) (result i32)
    (i32.add (call $never (i32.const 4))
      (if (result i32) (local.get 0) (then (i32.const 2)) (else (call $never (i32.const 0))))))

  (func $wait (param $n i32) (result i32)
    (block (br_table 0 (i32.const 0))) (suspend $yield (local.get $n)) (local.get $n))
  (func $waits (param $n i32) (result i32) (i32.add (call $wait (local.get $n)) (i32.const 1)))
  (func $body (param $n i32) (result i32) (i32.add (call $waits (local.get $n)) (call $load (i32.const 1))))
  (elem declare func $body)
  (func (export "in a continuation") (param i32) (result i32) (local $k (ref null $c)) (local $r (ref null $rest))
    (local.set $k (cont.new $c (ref.func $body)))
    (block $h (result i32 (ref $rest))
      (return (resume $c (on $yield $h) (i32.const 6) (local.get $k))))
    (local.set $r)
    (return (i32.add (resume $rest (local.get $r))))))`

// TestInlined calls functions in which machine code has the bodies of others in the places of calls: results, and
// traces with all calls, are those of the interpreter.
func TestInlined(t *testing.T) {
	tests := []struct {
		name   string
		result int32
		trace  []string // if it fails
	}{
		{"in a callee of a callee", 0, []string{"load", "twice", "in a callee of a callee"}},
		{"at the beginning", 0, []string{"bottom", "down", "at the beginning"}},
		{"in a recursion", 0, append(slices.Repeat([]string{"count"}, 12), "in a recursion")},
		{"in what a callee calls", 0, []string{"fail", "pass", "in what a callee calls"}},
		{"an exception", 0, []string{"throws", "an exception"}},
		{"caught", 0, []string{"load", "caught"}},
		{"loops", 73770, nil},
		{"what does not return", 3, nil},
		{"in a continuation", 0, []string{"load", "body", "in a continuation"}},
	}
	messages := map[string]string{}
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		_, instance := openOn(t, engine, inlined, weft.DefaultLimits(), nil)
		for _, test := range tests {
			results, err := instance.Func(test.name).Call(context.Background(), weft.I32(2))
			if got := frameNames(err); !slices.Equal(got, test.trace) {
				t.Errorf("%s: %s: %v\n%v, want %v", name, test.name, err, got, test.trace)
				continue
			}
			if err == nil {
				if got := results[0].I32(); got != test.result {
					t.Errorf("%s: %s: %d, want %d", name, test.name, got, test.result)
				}
				continue
			}
			if other, ok := messages[test.name]; ok && other != err.Error() {
				t.Errorf("%s: %s: %v\nelsewhere: %s", name, test.name, err, other)
			}
			messages[test.name] = err.Error()
		}
	}
}
