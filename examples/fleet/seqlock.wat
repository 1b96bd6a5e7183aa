;; A sequence lock whose counter has only three bits. The writer makes it odd before it writes a pair and even behind
;; that; a reader takes the pair if the counter is even, and the same before and behind. But four writes bring the
;; counter around: if they fit exactly between the reader's two loads, it takes halves of two pairs. All accesses are
;; atomic, so nothing but the right schedule shows it, and that has to stop threads in three places.
(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (memory (import "env" "memory") 1 1 shared)
  (export "memory" (memory 0))
  ;; 0: the counter, 4 and 8: the pair, 12: how many threads have ended

  (func $step (i32.atomic.store (i32.const 0)
    (i32.and (i32.add (i32.atomic.load (i32.const 0)) (i32.const 1)) (i32.const 7))))

  (func $writes (local $n i32)
    (loop $next
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (call $step)
      (i32.atomic.store (i32.const 4) (local.get $n))
      (i32.atomic.store (i32.const 8) (local.get $n))
      (call $step)
      (br_if $next (i32.lt_u (local.get $n) (i32.const 6)))))

  (func $reads (local $before i32) (local $first i32) (local $second i32)
    (local.set $before (i32.atomic.load (i32.const 0)))
    (local.set $first (i32.atomic.load (i32.const 4)))
    (local.set $second (i32.atomic.load (i32.const 8)))
    (if (i32.and (local.get $before) (i32.const 1)) (then return))
    (if (i32.ne (local.get $before) (i32.atomic.load (i32.const 0))) (then return))
    (if (i32.ne (local.get $first) (local.get $second)) (then unreachable)))

  (func (export "wasi_thread_start") (param $thread i32) (param $kind i32)
    (if (local.get $kind) (then (call $reads)) (else (call $writes)))
    (drop (i32.atomic.rmw.add (i32.const 12) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 12) (i32.const 1))))

  (func (export "_start") (local $ended i32)
    (drop (call $spawn (i32.const 0)))
    (drop (call $spawn (i32.const 1)))
    (loop $wait
      (local.set $ended (i32.atomic.load (i32.const 12)))
      (if (i32.ne (local.get $ended) (i32.const 2)) (then
        (drop (memory.atomic.wait32 (i32.const 12) (local.get $ended) (i64.const -1)))
        (br $wait))))))
