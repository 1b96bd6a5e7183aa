;; The forms of imports, and what the printer keeps of them.
(module
  (import "a" "alone" (func))
  (import "a"
    (item "f" (func $f (param $x i32) (result i32)))
    (item "t" (table 1 funcref))
    (item "" (memory $m 1)))
  ;; another list of the same module
  (import "a" (item "g" (global $g (mut i64))))
  (import "env"
    (item "one")
    (item "two")
    (item "three")
    (global i32))
  (import "env" (item "four") (global i32))
  (import "env" (item "print") (item "log") (func (param i32)))
  ;; nothing is imported
  (import "env")
  (import "env" (func))
  (func (import "a" "inline") (type $late))
  (type $late (func (result f32)))
  (import "" "" (func))
  (func $last (result i32)
    (drop (global.get $g))
    (i32.add (global.get 1) (global.get 4)))
  (export "print" (func 2))
  (export "last" (func $last)))
