;; The thread looks at the flag and then waits; what is notified in between is lost. It waits for a word of its own, and
;; not for the flag.
(module
  (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (export "memory" (memory 0))
  (global $flag i32 (i32.const 16))
  (global $wake i32 (i32.const 32))
  (global $done i32 (i32.const 48))
  (func $reader
    (if (i32.eqz (i32.load (global.get $flag)))
      (then (drop (memory.atomic.wait32 (global.get $wake) (i32.const 0) (i64.const -1))))))
  (func $thread (export "wasi_thread_start") (param i32 i32)
    (call $reader)
    (i32.atomic.store (global.get $done) (i32.const 1))
    (drop (memory.atomic.notify (global.get $done) (i32.const 1))))
  (func $main
    (drop (call $spawn (i32.const 0)))
    (i32.store (global.get $flag) (i32.const 1))
    (drop (memory.atomic.notify (global.get $wake) (i32.const 1)))
    (loop $again
      (if (i32.eqz (i32.atomic.load (global.get $done)))
        (then
          (drop (memory.atomic.wait32 (global.get $done) (i32.const 0) (i64.const -1)))
          (br $again)))))
  (func (export "_start") (call $main)))
