;; Memories that are guarded: their base is read once, before the loop.
(module
  (memory 1)
  (global $count (mut i32) (i32.const 0))

  (func $sum (param $at i32) (param $n i32) (result i32) (local $sum i32)
    (block $done
      (br_if $done (i32.eqz (local.get $n)))
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (i32.load offset=8 (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (local.get $sum))

  (func $fib (param $n i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                     (call $fib (i32.sub (local.get $n) (i32.const 2)))))))

  ;; What does not change leaves the loop; the global must stay.
  (func $invariant (param $a i32) (param $b i32) (param $n i32)
    (loop $next
      (global.set $count (i32.add (global.get $count) (i32.mul (local.get $a) (local.get $b))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  ;; A while loop, with its test at the beginning.
  (func $while (param $n i32) (result i32) (local $i i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (i32.store (local.get $i) (i32.const 7))
        (local.set $i (i32.add (local.get $i) (i32.const 4)))
        (br $next)))
    (local.get $i))

  (func $switch (param $x i32) (result i32)
    (block $c (block $b (block $a
      (br_table $a $b $a $c (local.get $x)))
      (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30)))
