(module
  (memory 1)
  (func $called (param i32) (result i32) (block (br_table 0 (local.get 0))) (i32.const 1))
  ;; Where a byte is: what the loop knows at its end is used behind it, in two places.
  (func $find (param $at i32) (param $byte i32) (result i32) (local $x i32)
    (loop $l
      (local.set $x (i32.load8_u (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $l (i32.ne (local.get $x) (local.get $byte))))
    (if (result i32) (i32.and (local.get $at) (i32.const 1))
      (then (i32.add (local.get $at) (local.get $x)))
      (else (local.get $at))))
  ;; What traps may be repeated.
  (func $divide (param $n i32) (param $by i32) (result i32)
    (loop $l
      (local.set $n (i32.div_u (local.get $n) (local.get $by)))
      (br_if $l (i32.gt_u (local.get $n) (i32.const 10))))
    (local.get $n))
  ;; Loops in each other: only the inner one is one block.
  (func $nested (param $n i32) (local $i i32)
    (loop $outer
      (local.set $i (i32.const 8))
      (loop $inner
        (i32.store (local.get $i) (local.get $n))
        (br_if $inner (local.tee $i (i32.sub (local.get $i) (i32.const 4)))))
      (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; The way out comes first, as those write loops who do not turn them over.
  (func $while (param $n i32) (result i32) (local $sum i32)
    (block $out
      (loop $l
        (br_if $out (i32.eqz (local.get $n)))
        (local.set $sum (i32.add (local.get $sum) (i32.mul (local.get $n) (local.get $n))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $l)))
    (local.get $sum))
  ;; A call takes longer than the branch.
  (func $calls (param $n i32)
    (loop $l
      (br_if $l (call $called (local.get $n))))))
