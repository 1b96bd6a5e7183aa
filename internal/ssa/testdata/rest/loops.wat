;; What is left of functions at a turn of each of their loops.
(module
  (tag $e (param i32))
  (func $f (param i32) (result i32) (if (local.get 0) (then (throw $e (local.get 0)))) (i32.const 1))
  (func $arms (param i32) (result i64) (local $v i64) (local $i i32)
    (block $out
      (if (local.get 0)
        (then (loop $l
          (br_if $out (i32.eqz (local.get $i)))
          (local.set $v (i64.add (local.get $v) (i64.const 3)))
          (br $l)))
        (else (loop $l
          (local.set $i (call $f (local.get $i)))
          (br_if $l (local.get $i))))))
    (local.get $v))
  (func $try (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $e $h)
        (block (local.set 0 (i32.const 9)))
        (loop $l
          (local.set 0 (call $f (local.get 0)))
          (br $l)))
      unreachable))
  ;; An inner loop leaves its own turn, that of the loop around it, and both.
  (func $nested (param i32) (result i32) (local $i i32)
    (block $out (result i32)
      (loop $outer (result i32)
        (local.set $i (i32.const 0))
        (loop $inner
          (local.set $i (i32.mul (local.get $i) (local.get 0)))
          (br_if $outer (i32.eq (local.get $i) (i32.const 7)))
          (drop (br_if $out (i32.const 5) (i32.eq (local.get $i) (i32.const 8))))
          (br_if $inner (local.get $i)))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $outer (local.get 0))
        (local.get $i))
      (i32.const 1)
      (i32.add))))
