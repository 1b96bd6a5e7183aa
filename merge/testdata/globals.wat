;; The first module's global needs the second one's, which needs the first one's other.
(module $A
  (global $x (import "B" "y") i32)
  (global $sum (export "sum") i32 (i32.add (global.get $x) (i32.const 1)))
  (global $zero (export "zero") i32 (i32.const 0)))
(module $B
  (global $zero (import "A" "zero") i32)
  (global $y (export "y") i32 (i32.add (global.get $zero) (i32.const 1))))
