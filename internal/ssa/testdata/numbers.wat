;; Folding, and divisions by constants.
(module
  (func $unsigned (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 10)))
  (func $signed (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 7)))
  (func $power (param i32) (result i32) (i32.rem_s (local.get 0) (i32.const 8)))
  (func $mask (param i32) (result i32) (i32.rem_u (local.get 0) (i32.const 8)))
  (func $long (param i64) (result i64) (i64.rem_u (local.get 0) (i64.const 1000000007)))
  (func $traps (param i32) (result i32) (i32.div_u (local.get 0) (i32.const 0)))
  (func $not (param i32) (result i32) (i32.eqz (i32.eqz (i32.lt_s (local.get 0) (i32.const 5)))))
  (func $twice (param i64) (result i64)
    (i64.add (i64.mul (local.get 0) (i64.const 24)) (i64.mul (local.get 0) (i64.const 24))))
  (func $branch (result i32)
    (if (result i32) (i32.gt_u (i32.const 3) (i32.const 2)) (then (i32.const 1)) (else (i32.const 2))))
  ;; What Go makes of uint32: in 64 bits, masked again and again.
  (func $masked (param i64 i64) (result i64)
    (i64.xor
      (i64.and (i64.shr_u (i64.and (local.get 0) (i64.const 0xffffffff)) (i64.const 24)) (i64.const 0xffffffff))
      (i64.and (local.get 1) (i64.const 0xffffffff))))
  (func $nothing (param i64) (result i64)
    (i64.shr_u (i64.and (local.get 0) (i64.const 0xffffffff)) (i64.const 32)))
  (memory 1)
  (func $byte (param i32) (result i32) (i32.and (i32.load8_u (local.get 0)) (i32.const 0xff)))
  (func $some (param i32) (result i32) (i32.and (i32.load16_u (local.get 0)) (i32.const 0xff))))
