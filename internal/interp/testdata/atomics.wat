(module
  (memory 1 2 shared)
  (memory $far i64 1 2 shared)
  (func $operands (param $addr i32) (param $v i32) (result i32)
    (i32.atomic.store offset=8 (local.get $addr) (local.get $v))
    (atomic.fence)
    (i32.add
      (i32.atomic.rmw8.add_u (local.get $addr) (i32.const 5))
      (i32.atomic.load (local.get $addr))))
  (func $three (param $addr i64) (param $v i64) (result i64)
    (drop (memory.atomic.wait64 $far offset=16 (local.get $addr) (local.get $v) (i64.const -1)))
    (i64.atomic.rmw.cmpxchg $far (local.get $addr) (i64.const 0) (local.get $v)))
  (func $size (result i32) (memory.size)))
