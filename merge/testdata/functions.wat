;; A cycle of imports, a function that is handed on, and imports that stay.
(module $A
  (import "env" "log" (func $log (param i32)))
  (import "B" "odd" (func $odd (param i32) (result i32)))
  (import "B" "gone" (func $gone))
  (func $even (export "even") (param $n i32) (result i32)
    (if (result i32) (i32.eqz (local.get $n))
      (then (i32.const 1))
      (else (call $odd (i32.sub (local.get $n) (i32.const 1))))))
  (func $helper (call $log (i32.const 1)) (call $gone))
  (start $helper))
(module $B
  (import "A" "even" (func $e (param i32) (result i32)))
  (import "env" "log" (func $log (param i32)))
  (func (export "odd") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (call $e (i32.sub (local.get 0) (i32.const 1))))))
  (export "even" (func $e))
  (func $helper (call $log (i32.const 2)))
  (start $helper))
(module $C
  (import "B" "even" (func $f (param i32) (result i32)))
  (func (export "four") (result i32) (call $f (i32.const 4))))
