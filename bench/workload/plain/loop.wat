;; A loop that calls nothing: n million times around, or without end if n is
;; negative.
(module
  (func (export "run") (param $n i32) (result i64)
    (local $i i64) (local $end i64) (local $x i64)
    (local.set $end (i64.mul (i64.extend_i32_u (local.get $n)) (i64.const 1000000)))
    (loop $again
      (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (local.get $i)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $again (i32.lt_s (local.get $n) (i32.const 0)))
      (br_if $again (i64.lt_u (local.get $i) (local.get $end))))
    (i64.or (local.get $x) (i64.const 1))))
