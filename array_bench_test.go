package weft_test

import (
	"testing"

	"weft"
)

const arrays = `(module
  (type $words (array (mut i32)))
  (type $bytes (array (mut i8)))
  (type $refs (array (mut eqref)))
  (global $kept (mut (ref null $words)) (ref.null $words))
  ;; Arrays of 0 to 31 elements.
  (func (export "default") (param $n i32)
    (loop $l
      (global.set $kept (array.new_default $words (i32.and (local.get $n) (i32.const 31))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "filled") (param $n i32)
    (loop $l
      (drop (array.new $bytes (local.get $n) (i32.and (local.get $n) (i32.const 31))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "references") (param $n i32)
    (loop $l
      (drop (array.new $refs (ref.i31 (local.get $n)) (i32.and (local.get $n) (i32.const 31))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; The same, and all elements are read.
  (func (export "read") (param $n i32) (local $a (ref null $words)) (local $i i32) (local $sum i32)
    (loop $l
      (local.set $a (array.new $words (local.get $n) (i32.and (local.get $n) (i32.const 31))))
      (local.set $i (array.len (local.get $a)))
      (block $done
        (loop $next
          (br_if $done (i32.eqz (local.get $i)))
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (local.set $sum (i32.add (local.get $sum) (array.get $words (local.get $a) (local.get $i))))
          (br $next)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "fill") (param $n i32) (local $a (ref $words))
    (local.set $a (array.new_default $words (i32.const 32)))
    (loop $l
      (array.fill $words (local.get $a) (i32.const 0) (local.get $n) (i32.and (local.get $n) (i32.const 31)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "copy") (param $n i32) (local $a (ref $words)) (local $b (ref $words))
    (local.set $a (array.new_default $words (i32.const 32)))
    (local.set $b (array.new $words (i32.const 7) (i32.const 32)))
    (loop $l
      (array.copy $words $words (local.get $a) (i32.const 0) (local.get $b) (i32.const 0) (i32.and (local.get $n) (i32.const 31)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`

// BenchmarkArrays makes arrays of up to 31 elements that die at once, or works on them: the time is
// that of one, collections included.
func BenchmarkArrays(b *testing.B) {
	for _, name := range []string{"default", "filled", "references", "read", "fill", "copy"} {
		b.Run(name, func(b *testing.B) {
			_, in := newInstance(b, arrays, func(l *weft.Limits) { l.HeapBytes = 64 << 20 })
			b.ReportAllocs()
			b.ResetTimer()
			call(b, in, name, weft.I32(int32(b.N)))
		})
	}
}
