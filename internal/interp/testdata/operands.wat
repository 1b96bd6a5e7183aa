;; Locals and constants melt into the instructions that use them.
(module
  (func $sum (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b)))
  (func $constants (param $a i32) (result i32)
    (i32.sub (i32.mul (i32.const 3) (local.get $a)) (i32.const 7)))
  ;; The read of $a must not see the assignment behind it.
  (func $read-before-write (param $a i32) (result i32)
    (local.get $a)
    (local.set $a (i32.const 5))
    (i32.add (local.get $a)))
  ;; The result goes directly into the local.
  (func $counter (param $i i64) (result i64) (local $n i64)
    (local.set $n (i64.add (local.get $i) (i64.const 1)))
    (local.get $n))
  ;; A constant that does not fit into 32 bits stays an instruction.
  (func $large (param $i i64) (result i64)
    (i64.and (local.get $i) (i64.const 0x100000000)))
  (func $select (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (i32.const 9) (i32.eqz (local.get $b)))))
