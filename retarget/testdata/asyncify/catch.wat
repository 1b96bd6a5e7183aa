;; run = 12223
;; Panics that unwind by Asyncify, too, as TinyGo has them since the middle of 2026: a function that catches calls
;; another, and ends the unwinding if a panic is pending. If what it calls gives way to the scheduler, it lets the
;; unwinding pass, and is called again to rewind. It is called by reference, because Asyncify takes it for granted that
;; nothing unwinds through the end of unwinding. The goroutine writes down a digit at each step.
(module
  (type $catches (func (param i32) (result i32)))
  (import "asyncify" "start_unwind" (func $start_unwind (param i32)))
  (import "asyncify" "stop_unwind" (func $stop_unwind))
  (import "asyncify" "start_rewind" (func $start_rewind (param i32)))
  (import "asyncify" "stop_rewind" (func $stop_rewind))
  (memory 1)
  (table 3 funcref)
  (elem (i32.const 1) $catcher $catcher2)
  (global $rewinding (mut i32) (i32.const 0))
  (global $pending (mut i32) (i32.const 0))
  (global $digits (mut i32) (i32.const 0))
  (global $done (mut i32) (i32.const 0))

  (func $digit (param i32)
    (global.set $digits (i32.add (i32.mul (global.get $digits) (i32.const 10)) (local.get 0))))
  (func $unwind (param $data i32)
    (if (global.get $rewinding)
      (then
        call $stop_rewind
        (global.set $rewinding (i32.const 0)))
      (else (call $start_unwind (local.get $data)))))
  (func $pause (call $unwind (i32.const 16)))
  (func $panic
    (global.set $pending (i32.const 1))
    (i32.store (i32.const 32) (i32.const 512))
    (i32.store (i32.const 36) (i32.const 768))
    (call $unwind (i32.const 32)))

  (func $work (param $n i32) (result i32)
    (call $digit (i32.const 1))
    call $pause
    (call $digit (i32.const 2))
    (if (local.get $n) (then (call $panic)))
    (i32.const 3))
  (func $catcher (param $n i32) (result i32) (local $result i32)
    (local.set $result (call $work (local.get $n)))
    (if (global.get $pending)
      (then call $stop_unwind))
    (local.get $result))
  (func $goroutine
    (call $digit (call_indirect (type $catches) (i32.const 0) (i32.const 1)))
    (if (global.get $pending) (then unreachable))
    (global.set $digits (i32.const 0))
    (drop (call_indirect (type $catches) (i32.const 1) (i32.const 1)))
    (if (i32.eqz (global.get $pending)) (then unreachable))
    (global.set $pending (i32.const 0))
    call $pause
    (call $digit (i32.const 2))
    (call $digit (call_indirect (type $catches) (i32.const 0) (i32.const 2)))
    (global.set $done (i32.const 1)))
  ;; catcher2 catches nothing: the function that it calls comes back.
  (func $catcher2 (param i32) (result i32)
    (call $pause2)
    (if (global.get $pending)
      (then call $stop_unwind))
    (i32.const 3))
  (func $pause2
    (call $digit (i32.const 2))
    call $pause)

  (func $launch
    call $goroutine
    call $stop_unwind)
  (func $rewind
    (global.set $rewinding (i32.const 1))
    (call $start_rewind (i32.const 16))
    call $goroutine
    call $stop_unwind)
  (func (export "run") (result i32)
    (global.set $done (i32.const 0))
    (i32.store (i32.const 16) (i32.const 1024))
    (i32.store (i32.const 20) (i32.const 2048))
    call $launch
    (loop $again
      (if (i32.eqz (global.get $done))
        (then
          call $rewind
          (br $again))))
    (global.get $digits)))
