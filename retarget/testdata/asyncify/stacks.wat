;; run = 41
;; Stacks of different sizes: first large ones, then some of 16 bytes side by side, for which the table of what waits
;; must become finer while fibers wait. What a fiber adds when it goes on tells which one it is. Then a stack that was
;; used again: what has waited on it is over, and to rewind it from its own pair of addresses is an error.
(module
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "asyncify" "stop_unwind" (func $stop_unwind))
  (import "asyncify" "start_rewind" (func $start_rewind (param i32)))
  (import "asyncify" "stop_rewind" (func $stop_rewind))
  (memory 4)
  (global $rewinding (mut i32) (i32.const 0))
  (global $sum (mut i32) (i32.const 0))

  (func $yield (param $data i32)
    (if (global.get $rewinding)
      (then
        (global.set $rewinding (i32.const 0))
        call $stop_rewind)
      (else (call $start_unwind (local.get $data)))))
  (func $fiber (param $data i32) (param $n i32)
    (call $yield (local.get $data))
    (global.set $sum (i32.add (i32.mul (global.get $sum) (i32.const 2)) (local.get $n))))
  (func $begin (param $data i32) (param $n i32)
    (call $fiber (local.get $data) (local.get $n))
    call $stop_unwind)
  (func $end (param $data i32)
    (global.set $rewinding (i32.const 1))
    (call $start_rewind (local.get $data))
    (call $fiber (local.get $data) (i32.const 100))
    call $stop_unwind)
  (func $stack (param $data i32) (param $from i32) (param $to i32)
    (i32.store (local.get $data) (local.get $from))
    (i32.store offset=4 (local.get $data) (local.get $to)))

  (func (export "run") (result i32)
    (global.set $sum (i32.const 0))
    (call $stack (i32.const 0) (i32.const 0x10000) (i32.const 0x20000))
    (call $stack (i32.const 8) (i32.const 0x20000) (i32.const 0x30000))
    (call $stack (i32.const 16) (i32.const 0x1000) (i32.const 0x1010))
    (call $stack (i32.const 24) (i32.const 0x1010) (i32.const 0x1020))
    (call $stack (i32.const 32) (i32.const 0x1020) (i32.const 0x1200))
    (call $begin (i32.const 0) (i32.const 1))
    (call $begin (i32.const 8) (i32.const 2))
    (call $begin (i32.const 16) (i32.const 3))
    (call $begin (i32.const 24) (i32.const 4))
    (call $begin (i32.const 32) (i32.const 5))
    (call $end (i32.const 8))  ;; 2
    (call $end (i32.const 24)) ;; 8
    (call $end (i32.const 0))  ;; 17
    (call $end (i32.const 32)) ;; 39
    (call $end (i32.const 16)) ;; 81
    (i32.sub (global.get $sum) (i32.const 40)))

  ;; Traps: unreachable, in start_rewind.
  (func (export "used again")
    (call $stack (i32.const 0) (i32.const 0x10000) (i32.const 0x20000))
    (call $stack (i32.const 8) (i32.const 0x10008) (i32.const 0x20000))
    (call $begin (i32.const 0) (i32.const 1))
    (call $begin (i32.const 8) (i32.const 2))
    (call $end (i32.const 0)))
  ;; Traps: no frame fits, in start_unwind.
  (func (export "full")
    (call $stack (i32.const 0) (i32.const 0x10000) (i32.const 0x1000C))
    (call $begin (i32.const 0) (i32.const 1)))
  ;; Traps: nothing waits there.
  (func (export "twice")
    (call $stack (i32.const 0) (i32.const 0x10000) (i32.const 0x20000))
    (call $begin (i32.const 0) (i32.const 1))
    (call $end (i32.const 0))
    (i32.store (i32.const 0) (i32.const 0x10004))
    (call $end (i32.const 0)))
  ;; Traps: there is no handler.
  (func (export "to the host")
    (call $stack (i32.const 0) (i32.const 0x10000) (i32.const 0x20000))
    (call $fiber (i32.const 0) (i32.const 1))))
