;; run = 4950
;; Fibers as a library in C has them: resume calls the fiber's function, and sees in the pair of addresses whether it
;; has returned; yield hands values in and out. Generators of 0 to 99 are summed. resume is exported too.
(module
  (type $body (func (param i64) (result i64)))
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "asyncify" "stop_unwind" (func $stop_unwind))
  (import "asyncify" "start_rewind" (func $start_rewind (param i32)))
  (import "asyncify" "stop_rewind" (func $stop_rewind))
  (memory (export "memory") 1)
  (table 2 funcref)
  (elem (i32.const 1) $generator)

  ;; At 0 is whether it rewinds. A fiber: at 0 the address for frames, at 4 their end, at 8 whether it has begun, at 12
  ;; whether it is done, at 16 the value, at 24 its function; the space is behind that, at 32.
  (func $yield (param $fiber i32) (param $value i64) (result i64) (local $zero i64)
    (if (i32.load (i32.const 0))
      (then
        (i32.store (i32.const 0) (i32.const 0))
        call $stop_rewind
        (return (i64.load offset=16 (local.get $fiber)))))
    (if (i64.ne (local.get $zero) (i64.const 0)) (then unreachable))
    (local.set $zero (i64.const 1))
    (i64.store offset=16 (local.get $fiber) (local.get $value))
    (local.set $value (i64.const -1))
    (call $start_unwind (local.get $fiber))
    (i64.const 0))
  (func $resume (export "resume") (param $fiber i32) (param $value i64) (result i64) (local $result i64)
    (if (i32.load offset=8 (local.get $fiber))
      (then
        (i64.store offset=16 (local.get $fiber) (local.get $value))
        (i32.store (i32.const 0) (i32.const 1))
        (call $start_rewind (local.get $fiber)))
      (else (i32.store offset=8 (local.get $fiber) (i32.const 1))))
    (local.set $result (call_indirect (type $body) (local.get $value) (i32.load offset=24 (local.get $fiber))))
    (if (i32.eq (i32.load (local.get $fiber)) (i32.add (local.get $fiber) (i32.const 32)))
      (then
        (i32.store offset=12 (local.get $fiber) (i32.const 1))
        (return (local.get $result))))
    call $stop_unwind
    (i64.load offset=16 (local.get $fiber)))

  (func $generator (param $fiber i64) (result i64) (local $i i64)
    (loop $again
      (local.set $i (i64.add (local.get $i) (call $yield (i32.wrap_i64 (local.get $fiber)) (local.get $i))))
      (br_if $again (i64.lt_u (local.get $i) (i64.const 99))))
    (local.get $i))

  (func (export "run") (result i64) (local $sum i64) (local $fiber i32)
    (local.set $fiber (i32.const 64))
    (i64.store (local.get $fiber) (i64.const 0))
    (i64.store offset=8 (local.get $fiber) (i64.const 0))
    (i32.store (local.get $fiber) (i32.add (local.get $fiber) (i32.const 32)))
    (i32.store offset=4 (local.get $fiber) (i32.add (local.get $fiber) (i32.const 128)))
    (i32.store offset=24 (local.get $fiber) (i32.const 1))
    (local.set $sum (call $resume (local.get $fiber) (i64.extend_i32_u (local.get $fiber))))
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (call $resume (local.get $fiber) (i64.const 1))))
      (br_if $again (i32.eqz (i32.load offset=12 (local.get $fiber)))))
    (local.get $sum)))
