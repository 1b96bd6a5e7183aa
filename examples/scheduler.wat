;; A round-robin scheduler: three tasks take turns on one queue.
;;
;;   weft run --spectest examples/scheduler.wat
;;
;; prints 10 20 30, then 11 21 31, then 12 22 32: each task prints three numbers
;; and yields after each.
;;
;; Tasks yield by suspending. The scheduler is the handler: it puts the rest of
;; the task at the end of the queue and resumes the one at the front.
(module $scheduler
  (import "spectest" "print_i32" (func $print (param i32)))

  (type $task (func))
  (type $ready (cont $task))

  (type $worker (func (param i32)))
  (type $worker-start (cont $worker))

  (tag $yield)

  ;; The queue: a ring buffer of continuations in a table.
  (table $queue 16 (ref null $ready))
  (global $head (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 0))

  (func $enqueue (param $k (ref $ready))
    (table.set $queue
      (i32.rem_u (i32.add (global.get $head) (global.get $length)) (i32.const 16))
      (local.get $k))
    (global.set $length (i32.add (global.get $length) (i32.const 1))))

  (func $dequeue (result (ref $ready))
    (local $at i32)
    (local.set $at (global.get $head))
    (global.set $head (i32.rem_u (i32.add (local.get $at) (i32.const 1)) (i32.const 16)))
    (global.set $length (i32.sub (global.get $length) (i32.const 1)))
    (ref.as_non_null (table.get $queue (local.get $at))))

  ;; A task: prints first, first+1, first+2.
  (elem declare func $count)
  (func $count (param $first i32)
    (local $i i32)
    (loop $next
      (call $print (i32.add (local.get $first) (local.get $i)))
      (suspend $yield)
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 3)))))

  ;; Makes a task of $count: cont.bind fixes the argument, so that what goes into
  ;; the queue needs none.
  (func $spawn (param $first i32)
    (call $enqueue
      (cont.bind $worker-start $ready
        (local.get $first)
        (cont.new $worker-start (ref.func $count)))))

  (func (export "main")
    (call $spawn (i32.const 10))
    (call $spawn (i32.const 20))
    (call $spawn (i32.const 30))
    (loop $run
      (if (global.get $length)
        (then
          (block $yielded (result (ref $ready))
            (resume $ready (on $yield $yielded) (call $dequeue))
            (br $run))                   ;; the task has ended
          (call $enqueue)                ;; it has yielded: back into the queue
          (br $run))))))
