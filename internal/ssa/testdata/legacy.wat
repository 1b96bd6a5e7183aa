(module
  (tag $a (param i32))
  (tag $b)
  (func $may (param i32) (block (br_table 0 (local.get 0))) (throw $b))
  ;; A handler gets the payload, and the locals as they were at the call.
  (func $catch (param $n i32) (result i32)
    (try (result i32)
      (do
        (local.set $n (i32.const 1))
        (call $may (local.get $n))
        (local.set $n (i32.const 2))
        (call $may (local.get $n))
        (local.get $n))
      (catch $a (i32.add (local.get $n)))
      (catch_all (i32.const 7))))
  ;; What is thrown again arrives by reference.
  (func $rethrow
    (try (do (call $may (i32.const 1)))
      (catch $b)
      (catch_all (rethrow 0))))
  ;; The outer handler is that of the inner try.
  (func $delegate (result i32)
    (try (result i32)
      (do
        (try
          (do (try (do (call $may (i32.const 1))) (delegate 1)))
          (catch_all))
        (i32.const 1))
      (catch $a))))
