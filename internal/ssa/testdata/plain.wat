;; Functions in the plain form: locals and the operand stack between blocks have homes in the frame.
(module
  (type $f (func (param i32) (result i32)))
  (tag $e (param i32))
  (func $sum (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  ;; a branch moves what it carries down over what it leaves
  (func $carry (param $x i32) (result i32 i64)
    (block $b (result i32 i64)
      (i32.const 1) (i32.const 2) (i32.const 3) (i64.const 4)
      (br_if $b (local.get $x))
      (drop) (drop) (drop) (drop)
      (i32.const 5) (i64.const 6)))
  ;; what lies on the stack across an if is in its home
  (func $across (param $x i32) (result i32)
    (i32.add
      (i32.mul (local.get $x) (i32.const 7))
      (if (result i32) (local.get $x) (then (i32.const 8)) (else (local.get $x)))))
  ;; a clause's payload goes home
  (func $catch (param $x i32) (result i32)
    (block $c (result i32)
      (try_table (result i32) (catch $e $c) (i32.add (i32.const 9) (call $sum (local.get $x)))))))
