(module
  (type $point (sub (struct (field $x (mut i32)) (field $y (mut i32)))))
  (type $bytes (array (mut i8)))
  (global $count (mut i32) (i32.const 0))
  (func $x (param $p (ref null $point)) (result i32) (struct.get $point $x (local.get $p)))
  (func $y (param $p (ref $point)) (result i32) (struct.get $point $y (local.get $p)))
  (func $move (param $p (ref null $point)) (param $by i32)
    (struct.set $point $x (local.get $p) (i32.add (struct.get $point $x (local.get $p)) (local.get $by))))
  (func $next (result i32) (global.get $count) (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func $swap (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
  (func $divide (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1)))
  (func $nested (param i32) (result i32) (call $next))
  (func $choose (param i32) (result i32) (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))
  ;; A leaf: the reference that has just been made needs no check.
  (func $made (param $n i32) (result i32) (local $p (ref null $point))
    (local.set $p (struct.new $point (local.get $n) (call $next)))
    (call $move (local.get $p) (i32.const 2))
    (call $x (local.get $p)))
  ;; What is beneath the arguments stays, all results arrive.
  (func $stack (param $n i32) (result i32 i64 i32)
    (i32.const 7) (call $swap (local.get $n) (i64.const 5)))
  ;; That the argument is not null is known from the type of the parameter.
  (func $cast (param $p anyref) (result i32) (call $y (ref.cast (ref $point) (local.get $p))))
  ;; What may trap does so in a callee of which stack traces tell.
  (func $traps (param $p (ref null $point)) (result i32)
    (i32.add (call $x (local.get $p)) (call $divide (i32.const 1) (i32.const 2))))
  ;; Bodies in bodies, with branches.
  (func $outer (param $n i32) (result i32) (i32.add (call $nested (local.get $n)) (call $choose (local.get $n)))))
