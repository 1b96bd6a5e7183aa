;; Wide arithmetic: two results, next to each other.
(module
  (func $mul (param $a i64) (param $b i64) (result i64 i64)
    (i64.mul_wide_u (local.get $a) (local.get $b)))
  (func $muladd (param $a i64) (param $carry i64) (result i64 i64)
    (i64.add128
      (i64.mul_wide_u (local.get $a) (i64.const 10))
      (local.get $carry) (i64.const 0)))
  (func $high (param $a i64) (param $b i64) (result i64) (local $high i64)
    (i64.mul_wide_s (local.get $a) (local.get $b))
    (local.set $high)
    (drop)
    (local.get $high))
  (func $sub (param $a i64) (result i64 i64)
    (i64.sub128 (local.get $a) (i64.const 1) (i64.const 2) (local.get $a))))
