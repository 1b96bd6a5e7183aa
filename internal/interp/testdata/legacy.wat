;; Legacy exceptions: a try has a range for each of its handlers; a handler is
;; where its opHandler is, with a slot for the exception below the values.
(module
  (tag $e (param i32)) (tag $v (param v128 i64)) (tag $n)
  (func $f)
  (func $catch (param $a i32) (result i32)
    (i32.const 1)
    (try (result i32)
      (do (call $f) (local.get $a))
      (catch $e)
      (catch_all (i32.const 3)))
    (i32.add))
  (func $values (result i64) (local i64)
    (try (result i64)
      (do (call $f) (i64.const 0))
      (catch $v (local.set 0) (drop) (local.get 0)))
    (local.set 0) (local.get 0) (return))
  ;; A rethrow makes its handler keep the exception.
  (func $rethrow
    (try $outer
      (do (call $f))
      (catch $e
        (drop)
        (try
          (do (call $f))
          (catch_all (rethrow $outer))))))
  (func $delegate
    (try $t
      (do
        (try
          (do (try (do (call $f)) (delegate $t)))
          (catch_all)))
      (catch $n)))
  (func $dead
    (try (do (return) (try (do) (delegate 0))) (catch $n (unreachable) (try (do) (catch_all))))
    (try (do (throw $n)) (catch_all))))
