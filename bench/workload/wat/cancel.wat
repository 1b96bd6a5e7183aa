;; n coroutines are cancelled while they wait: resume_throw makes their suspend
;; throw, and they catch the exception, clean up and return.
(module
  (type $run (func))
  (type $k (cont $run))
  (tag $wait)
  (tag $cancelled)

  (global $cleaned (mut i64) (i64.const 0))

  (elem declare func $coroutine)
  (func $coroutine
    (block $clean-up
      (try_table (catch $cancelled $clean-up)
        (suspend $wait))
      (return))
    (global.set $cleaned (i64.add (global.get $cleaned) (i64.const 1))))

  (func (export "run") (param $n i32) (result i64)
    (global.set $cleaned (i64.const 0))
    (loop $more
      (block $waits (result (ref $k))
        (resume $k (on $wait $waits) (cont.new $k (ref.func $coroutine)))
        (unreachable))
      (resume_throw $k $cancelled)
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (global.get $cleaned)))
