(module $A
  (global $x (import "B" "y") i32)
  (global $sum (export "sum") i32 (i32.add (global.get $x) (i32.const 1))))
(module $B
  (global $zero (import "A" "sum") i32)
  (global (export "y") i32 (i32.add (global.get $zero) (i32.const 1))))
