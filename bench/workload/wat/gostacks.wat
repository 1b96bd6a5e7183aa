;; n goroutines, all alive at the same time, take ten turns each: run at once, deep from
;; beneath 100 calls. The runtime is that of examples/gostacks.wat, which explains it: a g in
;; memory for each goroutine, and a slot in a table for its continuation.
;; Returns the sum of their numbers over all turns, and one for each call beneath.
(module
  (type $func (func))
  (type $cont (cont $func))
  (tag $park)

  (table $conts 0 (ref null $cont))
  (table $funcs funcref (elem $main $worker))

  ;; A g: schedlink, slot, fn, arg.
  (memory 1)
  (global $end (mut i32) (i32.const 16))
  (global $g (mut i32) (i32.const 0))
  (global $free (mut i32) (i32.const 0))
  (global $first (mut i32) (i32.const 0))
  (global $last (mut i32) (i32.const 0))

  (func $runqput (param $g i32)
    (i32.store (local.get $g) (i32.const 0))
    (if (global.get $first)
      (then (i32.store (global.get $last) (local.get $g)))
      (else (global.set $first (local.get $g))))
    (global.set $last (local.get $g)))

  (func $runqget (result i32)
    (local $g i32)
    (local.set $g (global.get $first))
    (if (local.get $g)
      (then (global.set $first (i32.load (local.get $g)))))
    (local.get $g))

  (func $malg (result i32)
    (local $g i32)
    (local.set $g (global.get $end))
    (global.set $end (i32.add (local.get $g) (i32.const 16)))
    (if (i32.gt_u (global.get $end) (i32.shl (memory.size) (i32.const 16)))
      (then
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1))
          (then (unreachable)))))
    (i32.store offset=4 (local.get $g) (table.grow $conts (ref.null $cont) (i32.const 1)))
    (local.get $g))

  (func $newproc (param $fn i32) (param $arg i32)
    (local $g i32)
    (if (global.get $free)
      (then
        (local.set $g (global.get $free))
        (global.set $free (i32.load (local.get $g))))
      (else (local.set $g (call $malg))))
    (i32.store offset=8 (local.get $g) (local.get $fn))
    (i32.store offset=12 (local.get $g) (local.get $arg))
    (table.set $conts (i32.load offset=4 (local.get $g)) (cont.new $cont (ref.func $gostart)))
    (call $runqput (local.get $g)))

  (elem declare func $gostart)
  (func $gostart
    (call_indirect $funcs (type $func) (i32.load offset=8 (global.get $g)))
    (i32.store (global.get $g) (global.get $free))
    (global.set $free (global.get $g)))

  (func $gosched
    (call $runqput (global.get $g))
    (suspend $park))

  (func $schedule
    (local $k (ref null $cont))
    (loop $switch
      (global.set $g (call $runqget))
      (if (i32.eqz (global.get $g)) (then (return)))
      (block $parked (result (ref $cont))
        (resume $cont (on $park $parked)
          (table.get $conts (i32.load offset=4 (global.get $g))))
        (br $switch))
      (local.set $k)
      (table.set $conts (i32.load offset=4 (global.get $g)) (local.get $k))
      (br $switch)))

  (global $goroutines (mut i32) (i32.const 0))
  (global $depth (mut i32) (i32.const 0))
  (global $sum (mut i64) (i64.const 0))
  (global $count (mut i32) (i32.const 0))
  (global $waiter (mut i32) (i32.const 0))

  (func $down (param $depth i32) (param $id i32)
    (local $left i32)
    (if (local.get $depth)
      (then
        (call $down (i32.sub (local.get $depth) (i32.const 1)) (local.get $id))
        (global.set $sum (i64.add (global.get $sum) (i64.const 1)))
        (return)))
    (local.set $left (i32.const 10))
    (loop $for
      (global.set $sum (i64.add (global.get $sum) (i64.extend_i32_u (local.get $id))))
      (call $gosched)
      (br_if $for (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))

  (func $worker
    (call $down (global.get $depth) (i32.load offset=12 (global.get $g)))
    (global.set $count (i32.sub (global.get $count) (i32.const 1)))
    (if (i32.eqz (global.get $count))
      (then (call $runqput (global.get $waiter)))))

  (func $main
    (local $id i32)
    (global.set $count (global.get $goroutines))
    (loop $for
      (call $newproc (i32.const 1) (local.get $id))
      (local.set $id (i32.add (local.get $id) (i32.const 1)))
      (br_if $for (i32.lt_u (local.get $id) (global.get $goroutines))))
    (global.set $waiter (global.get $g))
    (suspend $park))

  (func $start (param $n i32) (param $depth i32) (result i64)
    (global.set $goroutines (local.get $n))
    (global.set $depth (local.get $depth))
    (global.set $sum (i64.const 0))
    (call $newproc (i32.const 0) (i32.const 0))
    (call $schedule)
    (global.get $sum))

  (func (export "run") (param $n i32) (result i64)
    (call $start (local.get $n) (i32.const 0)))

  (func (export "deep") (param $n i32) (result i64)
    (call $start (local.get $n) (i32.const 100))))
