(module
  (memory $shared 1 2 shared)
  (memory $own 1)
  ;; The address is computed once, for the check of its alignment and for the access.
  (func $add (param $at i32) (param $v i32) (result i32)
    (i32.atomic.rmw.add $shared offset=8 (local.get $at) (local.get $v)))
  ;; A subtraction adds the opposite; a store is an exchange.
  (func $narrow (param $at i32) (param $v i64) (result i64)
    (i64.atomic.store8 $shared (local.get $at) (local.get $v))
    (i64.atomic.rmw16.sub_u $own (local.get $at) (local.get $v)))
  (func $compare (param $at i32) (param $v i32) (result i32)
    (atomic.fence)
    (i32.atomic.rmw8.cmpxchg_u $own (local.get $at) (local.get $v) (i32.atomic.load $own (local.get $at))))
  (func $wait (param $at i32) (result i32)
    (drop (memory.atomic.notify $shared offset=4 (local.get $at) (i32.const 1)))
    (memory.atomic.wait64 $shared (local.get $at) (i64.const 1) (i64.const -1)))
  ;; Another thread may have made a shared memory larger than the record says.
  (func $size (result i32) (memory.size $shared))
  ;; A store that is only released is a store; such a fence keeps the compiler from moving accesses.
  (func $released (param $at i32) (param $v i64) (result i32)
    (i64.atomic.store16 $own acqrel (local.get $at) (local.get $v))
    (atomic.fence acqrel)
    (pause)
    (i32.atomic.load $own acqrel (local.get $at))))
