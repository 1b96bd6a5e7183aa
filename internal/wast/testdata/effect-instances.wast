;; Effects with instances: two counters of one type, each behind the effects get and put, and code that uses both.
;; The name of a handler is the instance. A counter answers by resuming with a new name, which the code keeps.

(module
  (type $counter (handler (result i32)))
  (tag $get (result i32))
  (tag $put (param i32))

  ;; The code has the counters a and b. Names change with each use, so they are locals.
  (type $code (func (param (ref $counter) (ref $counter)) (result i32)))
  (type $kcode (cont $code))
  (type $rest (func (param (ref $counter)) (result i32)))           ;; what goes on after put
  (type $krest (cont $rest))
  (type $answer (func (param i32 (ref $counter)) (result i32)))     ;; after get
  (type $kanswer (cont $answer))

  ;; Adds the first counter to the second one, and increments the first, three times.
  (func $body (type $code) (local $x i32) (local $y i32)
    (local $a (ref null $counter)) (local $b (ref null $counter)) (local $n i32)
    (local.set $a (local.get 0))
    (local.set $b (local.get 1))
    (loop $again
      (suspend_to $counter $get (local.get $a)) (local.set $a) (local.set $x)
      (suspend_to $counter $get (local.get $b)) (local.set $b) (local.set $y)
      (local.set $b (suspend_to $counter $put (i32.add (local.get $x) (local.get $y)) (local.get $b)))
      (local.set $a (suspend_to $counter $put (i32.add (local.get $x) (i32.const 1)) (local.get $a)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 3))))
    (suspend_to $counter $get (local.get $b)) (local.set $b))

  ;; Runs what awaits the name of a counter, with the counter's first value.
  (func $run (param $value i32) (param $k (ref $krest)) (result i32)
    (local $rest (ref null $krest)) (local $answer (ref null $kanswer)) (local $asked i32)
    (local.set $rest (local.get $k))
    (loop $serve (result i32)
      (block $put (result i32 (ref $krest))
        (block $get (result (ref $kanswer))
          (if (local.get $asked)
            (then (return (resume_with $kanswer (on $get $get) (on $put $put) (local.get $value) (local.get $answer)))))
          (return (resume_with $krest (on $get $get) (on $put $put) (local.get $rest))))
        (local.set $answer)
        (local.set $asked (i32.const 1))
        (br $serve))
      (local.set $rest)
      (local.set $value)
      (local.set $asked (i32.const 0))
      (br $serve)))

  ;; The inner counter runs within the outer one, whose name it passes on.
  (func $inner (type $rest)
    (call $run (i32.const 100) (cont.bind $kcode $krest (local.get 0) (cont.new $kcode (ref.func $body)))))
  (elem declare func $body $inner)
  (func (export "run") (param i32) (result i32)
    (call $run (local.get 0) (cont.new $krest (ref.func $inner)))))
;; 100 + 5 + 6 + 7
(assert_return (invoke "run" (i32.const 5)) (i32.const 118))
(assert_return (invoke "run" (i32.const 0)) (i32.const 103))
