;; Cancellation: a task that is not needed any more cleans up behind itself.
;;
;;   weft run --spectest examples/cancel.wat
;;
;; prints 1 (the resource is opened), 100 101 (two items), -1 (the cleanup).
;;
;; Dropping a continuation would run nothing. resume_throw instead makes its
;; suspend instruction throw, so that its own exception handlers run.
(module $cancel
  (import "spectest" "print_i32" (func $print (param i32)))

  (type $producer (func))
  (type $paused (cont $producer))
  (tag $yield (param i32))
  (tag $cancelled)                       ;; an exception

  (elem declare func $read-items)
  (func $read-items
    (local $i i32)
    (call $print (i32.const 1))          ;; open
    (block $close
      ;; try_table is captured with the continuation: it is active again whenever
      ;; the producer runs.
      (try_table (catch $cancelled $close)
        (loop $next
          (suspend $yield (i32.add (i32.const 100) (local.get $i)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next))))
    (call $print (i32.const -1)))        ;; close

  ;; Takes the next item, prints it, and returns what is left of the producer.
  (func $take (param $k (ref $paused)) (result (ref $paused))
    (block $yielded (result i32 (ref $paused))
      (resume $paused (on $yield $yielded) (local.get $k))
      (unreachable))                     ;; it never ends by itself
    (local.set $k)
    (call $print)
    (local.get $k))

  (func (export "main")
    (call $take (call $take (cont.new $paused (ref.func $read-items))))
    ;; Two items are enough. The producer catches the exception and returns.
    (resume_throw $paused $cancelled)))
