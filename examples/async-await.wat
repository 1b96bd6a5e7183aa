;; Async/await: tasks wait for each other's results.
;;
;;   weft run --spectest examples/async-await.wat
;;
;; prints 1 2 3 (the tasks start), then 30 (their sum of 10 + 20).
;;
;; A promise is a number. $async starts a task and gives its promise; $await
;; waits for a promise. Both are suspensions, and the handler in $run decides
;; what they mean: $await goes on at once if the value is there, otherwise the
;; task is parked at its promise until it is.
(module $async-await
  (import "spectest" "print_i32" (func $print (param i32)))

  (type $job (func (result i32)))        ;; a task computes its promise's value
  (type $job-cont (cont $job))
  (type $waiter (func (param i32) (result i32)))
  (type $waiter-cont (cont $waiter))     ;; a task that waits for an i32

  (tag $async (param (ref $job-cont)) (result i32))
  (tag $await (param i32) (result i32))

  ;; Promises, and for each the one task that waits for it. Memory has, for
  ;; promise p, at 8p whether it is fulfilled, at 8p+4 its value, and at 2048+4p
  ;; which promise the waiting task will fulfil itself.
  (memory 1)
  (table $waiting 16 (ref null $waiter-cont))
  (global $promises (mut i32) (i32.const 0))

  ;; Tasks that can run, from $first up to $last; at 1024+4i which promise task i
  ;; will fulfil.
  (table $ready 64 (ref null $job-cont))
  (global $first (mut i32) (i32.const 0))
  (global $last (mut i32) (i32.const 0))

  (func $promise (result i32)
    (global.get $promises)
    (global.set $promises (i32.add (global.get $promises) (i32.const 1))))

  (func $schedule (param $k (ref $job-cont)) (param $promise i32)
    (table.set $ready (global.get $last) (local.get $k))
    (i32.store offset=1024 (i32.mul (global.get $last) (i32.const 4)) (local.get $promise))
    (global.set $last (i32.add (global.get $last) (i32.const 1))))

  ;; Fulfils a promise, and wakes the task that waits for it.
  (func $fulfil (param $p i32) (param $value i32)
    (i32.store (i32.mul (local.get $p) (i32.const 8)) (i32.const 1))
    (i32.store offset=4 (i32.mul (local.get $p) (i32.const 8)) (local.get $value))
    (if (i32.eqz (ref.is_null (table.get $waiting (local.get $p))))
      (then
        (call $schedule
          ;; Bound to its value, the waiter is a job like others.
          (cont.bind $waiter-cont $job-cont
            (local.get $value) (table.get $waiting (local.get $p)))
          (i32.load offset=2048 (i32.mul (local.get $p) (i32.const 4)))))))

  ;; Runs tasks until none is ready.
  (func $run
    (local $promise i32) (local $wanted i32) (local $new (ref null $job-cont))
    (local $k (ref null $job-cont)) (local $w (ref null $waiter-cont))
    (loop $next
      (if (i32.eq (global.get $first) (global.get $last)) (then (return)))
      (local.set $k (table.get $ready (global.get $first)))
      (local.set $promise (i32.load offset=1024 (i32.mul (global.get $first) (i32.const 4))))
      (global.set $first (i32.add (global.get $first) (i32.const 1)))
      (loop $continue
        (block $awaits (result i32 (ref $waiter-cont))
          (block $starts (result (ref $job-cont) (ref $waiter-cont))
            (call $fulfil (local.get $promise)
              (resume $job-cont (on $async $starts) (on $await $awaits) (local.get $k)))
            (br $next))
          ;; $async: a new promise for the new task; the old task goes on with it.
          (local.set $w)
          (local.set $new)
          (local.set $wanted (call $promise))
          (call $schedule (ref.as_non_null (local.get $new)) (local.get $wanted))
          (local.set $k (cont.bind $waiter-cont $job-cont (local.get $wanted) (local.get $w)))
          (br $continue))
        ;; $await: go on if the value is there, otherwise park.
        (local.set $w)
        (local.set $wanted)
        (if (i32.load (i32.mul (local.get $wanted) (i32.const 8)))
          (then
            (local.set $k (cont.bind $waiter-cont $job-cont
              (i32.load offset=4 (i32.mul (local.get $wanted) (i32.const 8)))
              (local.get $w)))
            (br $continue)))
        (table.set $waiting (local.get $wanted) (local.get $w))
        (i32.store offset=2048 (i32.mul (local.get $wanted) (i32.const 4)) (local.get $promise)))
      (br $next)))

  (elem declare func $ten $twenty $sum)
  (func $ten (result i32)
    (call $print (i32.const 2))
    (i32.const 10))
  (func $twenty (result i32)
    (call $print (i32.const 3))
    (i32.const 20))

  ;; The program: start two tasks, wait for both.
  (func $sum (result i32)
    (local $a i32) (local $b i32)
    (call $print (i32.const 1))
    (local.set $a (suspend $async (cont.new $job-cont (ref.func $ten))))
    (local.set $b (suspend $async (cont.new $job-cont (ref.func $twenty))))
    (local.set $a (suspend $await (local.get $a)))
    (local.set $b (suspend $await (local.get $b)))
    (call $print (i32.add (local.get $a) (local.get $b)))
    (i32.const 0))

  (func (export "main")
    (call $schedule (cont.new $job-cont (ref.func $sum)) (call $promise))
    (call $run)))
