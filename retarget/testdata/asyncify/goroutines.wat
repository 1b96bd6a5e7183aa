;; run = 3660
;; Goroutines in the way of TinyGo: a state for each, of which a queue is made; functions that unwind, launch and
;; rewind; goroutines that wait for ever when they are through: the
;; retargeted ones return. Each of the three adds ten times its number to the sum,
;; and gives way to the others each time, from 1, 2 and 3 calls deep.
(module
  (type $entry (func (param i32)))
  (import "asyncify" "stop_rewind" (func $stop_rewind))
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "asyncify" "stop_unwind" (func $stop_unwind))
  (import "asyncify" "start_rewind" (func $start_rewind (param i32)))
  (memory 1)
  (global $__stack_pointer (mut i32) (i32.const 1024))
  (global $current (mut i32) (i32.const 0))
  (table 2 funcref)
  (elem (i32.const 1) $main.work$gowrapper)

  ;; At 0 is the flag that the program rewinds, at 8 the sum. States are at 256, of 32 bytes: entry, argument, where
  ;; the frames are, the pointer of C's stack, whether it was launched, whether it runs. Stacks are at 4096, of 1024 bytes.
  (func $tinygo_unwind (param i32)
    (i32.load8_u (i32.const 0))
    if
      call $stop_rewind
      (i32.store8 (i32.const 0) (i32.const 0))
    else
      (i32.store offset=4 (local.get 0) (global.get $__stack_pointer))
      (call $start_unwind (local.get 0))
    end
    return)
  (func $tinygo_launch (param i32)
    global.get $__stack_pointer
    (global.set $__stack_pointer (i32.load offset=12 (local.get 0)))
    (call_indirect (type $entry) (i32.load offset=4 (local.get 0)) (i32.load (local.get 0)))
    call $stop_unwind
    global.set $__stack_pointer
    return)
  (func $tinygo_rewind (param i32)
    global.get $__stack_pointer
    (global.set $__stack_pointer (i32.load offset=12 (local.get 0)))
    (i32.load offset=4 (local.get 0))
    (i32.load (local.get 0))
    (i32.store8 (i32.const 0) (i32.const 1))
    (call $start_rewind (i32.add (local.get 0) (i32.const 8)))
    call_indirect (type $entry)
    call $stop_unwind
    global.set $__stack_pointer
    return)

  (func $pause (call $tinygo_unwind (i32.add (global.get $current) (i32.const 8))))
  (func $runtime.deadlock
    call $pause
    unreachable)

  (func $main.work$gowrapper (param i32)
    (call $main.work (local.get 0))
    call $runtime.deadlock
    unreachable)
  (func $main.work (param $n i32) (local $i i32)
    (loop $again
      (call $main.deep (local.get $n) (local.get $n))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 10))))
    (i32.store offset=20 (global.get $current) (i32.const 0)))
  (func $main.deep (param $n i32) (param $depth i32)
    (if (local.get $depth)
      (then
        (call $main.deep (local.get $n) (i32.sub (local.get $depth) (i32.const 1)))
        (return)))
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get $n)))
    call $pause
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.mul (local.get $n) (i32.const 60)))))

  (func $go (param $n i32) (local $s i32)
    (local.set $s (i32.add (i32.const 256) (i32.mul (local.get $n) (i32.const 32))))
    (i32.store (local.get $s) (i32.const 1))
    (i32.store offset=4 (local.get $s) (local.get $n))
    (i32.store offset=8 (local.get $s) (i32.add (i32.const 4096) (i32.mul (local.get $n) (i32.const 1024))))
    (i32.store offset=12 (local.get $s) (i32.add (i32.const 5120) (i32.mul (local.get $n) (i32.const 1024))))
    (i32.store offset=16 (local.get $s) (i32.const 0))
    (i32.store offset=20 (local.get $s) (i32.const 1)))

  ;; run starts three goroutines, and goes on with each in turn until none runs.
  (func (export "run") (result i32) (local $n i32) (local $running i32)
    (i32.store (i32.const 8) (i32.const 0))
    (call $go (i32.const 1))
    (call $go (i32.const 2))
    (call $go (i32.const 3))
    (loop $round
      (local.set $running (i32.const 0))
      (local.set $n (i32.const 1))
      (loop $each
        (global.set $current (i32.add (i32.const 256) (i32.mul (local.get $n) (i32.const 32))))
        (if (i32.load offset=20 (global.get $current))
          (then
            (local.set $running (i32.const 1))
            (if (i32.load offset=16 (global.get $current))
              (then (call $tinygo_rewind (global.get $current)))
              (else
                (i32.store offset=16 (global.get $current) (i32.const 1))
                (call $tinygo_launch (global.get $current))))))
        (br_if $each (i32.le_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3))))
      (br_if $round (local.get $running)))
    (i32.load (i32.const 8))))
