;; Legacy exceptions where the specification's tests do not go: what handlers find
;; in slots, beside try_table, across continuations.
(module
  (type $f (func)) (type $k (cont $f))
  (type $fi (func (result i32))) (type $ki (cont $fi))
  (type $box (struct (field i32)))
  (tag $e (param i32 i64)) (tag $v (param v128 i32)) (tag $n) (tag $o (param i32))
  (tag $yield) (tag $ask (result i32))
  (elem declare func $thrower $yielder $catcher $passer $handling $generator)

  (func $throw (param $a i32) (throw $e (local.get $a) (i64.const 40)))
  (func $garbage (local $i i32)
    (loop $l
      (drop (struct.new $box (local.get $i)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000)))))

  ;; Operands below the try stay, the handler's result moves to where the try's is.
  (func (export "operands") (param $a i32) (result i32)
    (i32.const 1000)
    (i32.add (local.get $a) (i32.const 100))
    (try (param i32) (result i32)
      (do (call $throw (local.get $a)))
      (catch $e (i32.wrap_i64) (i32.add)))
    (i32.add))

  ;; What the locals are when it throws is what they are in the handler.
  (func (export "locals") (param $a i32) (result i32) (local $b i32)
    (local.get $a)
    (try (result i32)
      (do
        (local.set $a (i32.const 7))
        (call $throw (i32.const 3))
        (local.set $b (i32.const 5))
        (i32.const 0))
      (catch $e (drop) (i32.add (local.get $a)) (i32.add (local.get $b))))
    (i32.add))

  (func (export "vector") (result i64) (local $v v128)
    (try (result i64)
      (do (throw $v (v128.const i64x2 30 12) (i32.const 5)))
      (catch $v
        (drop)
        (i64x2.extract_lane 1 (local.tee $v))
        (i64.add (i64x2.extract_lane 0 (local.get $v))))))

  ;; Branches out of handlers: with values, conditional, through a table, backwards.
  (func (export "branches") (param $a i32) (result i32)
    (block $out (result i32)
      (loop $again
        (try $t (result i32)
          (do (call $throw (local.get $a)) (i32.const -1))
          (catch $e
            (drop)
            (if (i32.eq (local.get $a) (i32.const 0)) (then (br $out (i32.const 10))))
            (drop (br_if $t (i32.const 20) (i32.eq (local.get $a) (i32.const 1))))
            (if (i32.gt_u (local.get $a) (i32.const 50))
              (then (local.set $a (i32.sub (local.get $a) (i32.const 1))) (br $again)))
            (br_table $t $out (i32.const 30) (i32.eq (local.get $a) (i32.const 2)))))
        (return))
      (unreachable)))

  ;; The first handler that matches is taken, and is not its own handler.
  (func (export "order") (param $a i32) (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (if (local.get $a) (then (throw $n)) (else (call $throw (i32.const 1)))) (i32.const 0))
          (catch $e (drop) (drop) (throw $o (i32.const 11)))
          (catch $e (drop) (drop) (i32.const 12))
          (catch $o)
          (catch_all (throw $o (i32.const 13)))))
      (catch $o)))

  ;; A handler can throw the exceptions of all handlers around it.
  (func (export "rethrow") (param $a i32) (result i32)
    (try (result i32)
      (do
        (try $outer (result i32)
          (do (throw $o (i32.const 1)))
          (catch $o
            (drop)
            (try $inner (result i32)
              (do (throw $e (i32.const 2) (i64.const 3)))
              (catch $e
                (drop) (drop)
                (call $garbage)
                (if (i32.eq (local.get $a) (i32.const 0)) (then (rethrow $inner)))
                (if (i32.eq (local.get $a) (i32.const 1)) (then (rethrow $outer)))
                (i32.const 9))))))
      (catch $o (i32.add (i32.const 100)))
      (catch $e (drop) (i32.add (i32.const 200)))))

  ;; try_table sees what try rethrows, and the reverse.
  (func (export "both") (result i32)
    (try (result i32)
      (do
        (throw_ref
          (block $h (result exnref)
            (try_table (catch_all_ref $h)
              (try (do (call $throw (i32.const 6))) (catch_all (rethrow 0))))
            (unreachable))))
      (catch $e (drop))))

  ;; delegate passes over everything in between, try_tables too.
  (func (export "delegate") (result i32)
    (try $t (result i32)
      (do
        (try (result i32)
          (do
            (block $h
              (try_table (catch_all $h)
                (loop
                  (try (do (call $throw (i32.const 8))) (delegate $t))))
              (return (i32.const 1)))
            (return (i32.const 2)))
          (catch_all (i32.const 3))))
      (catch $e (drop))))
  (func (export "delegate-to-table") (result i32)
    (block $h
      (try_table $t (catch_all $h)
        (try (do (try (do (throw $n)) (delegate $t))) (catch_all (return (i32.const 1)))))
      (return (i32.const 2)))
    (i32.const 3))
  (func (export "delegate-twice") (result i32)
    (try $a (result i32)
      (do
        (try (result i32)
          (do
            (try $b
              (do (try (do (try (do (throw $n)) (delegate $b))) (catch_all unreachable)))
              (delegate $a))
            (i32.const 1))
          (catch_all (i32.const 2))))
      (catch $n (i32.const 3))))
  (func $delegator (try (do (try (do (throw $n)) (delegate 1))) (catch_all unreachable)))
  (func (export "delegate-to-caller") (result i32)
    (try (result i32) (do (call $delegator) (i32.const 1)) (catch $n (i32.const 2))))

  ;; Code that cannot be reached.
  (func (export "dead") (param $a i32) (result i32)
    (try (result i32)
      (do
        (if (local.get $a) (then (throw $n)))
        (return (i32.const 1))
        (try (do (throw $n)) (catch $n (rethrow 0)) (catch_all))
        (try (do (throw $n)) (delegate 0)))
      (catch $n
        (br 0 (i32.const 2))
        (try (do) (catch_all (rethrow 1))))
      (catch_all (unreachable) (rethrow 0))))

  ;; A tail call leaves the try.
  (func (export "tail") (result i32)
    (try (result i32) (do (call $tail) (i32.const 1)) (catch $e (drop))))
  (func $tail (try (do (return_call $throw (i32.const 4))) (catch_all)))

  ;; Stacks that grew below the throw.
  (func $deep (param $n i32)
    (if (local.get $n) (then (call $deep (i32.sub (local.get $n) (i32.const 1)))) (else (throw $n))))
  (func (export "deep") (result i32)
    (try (result i32) (do (call $deep (i32.const 20000)) (i32.const 1)) (catch_all (i32.const 2))))

  ;; Neither traps nor suspensions are exceptions.
  (func (export "trap") (try (do (unreachable)) (catch_all)))
  (func (export "suspension") (try (do (suspend $yield)) (catch_all)))

  ;; An exception leaves a continuation through its resume.
  (func $thrower (throw $n))
  (func (export "leave") (result i32)
    (try (result i32)
      (do (resume $k (cont.new $k (ref.func $thrower))) (i32.const 1))
      (catch $n (i32.const 2))))

  ;; A try around a resume is not part of the continuation; one inside is.
  (func $yielder (suspend $yield) (throw $n))
  (func $catcher (try (do (suspend $yield) (throw $n)) (catch $n)))
  (func $start (param $k (ref $k)) (result (ref $k))
    (try (result (ref $k))
      (do
        (block $h (result (ref $k))
          (resume $k (on $yield $h) (local.get $k))
          (unreachable)))
      (catch_all (unreachable))))
  (func (export "outside") (result i32)
    (try (result i32)
      (do (resume $k (call $start (cont.new $k (ref.func $yielder)))) (i32.const 1))
      (catch $n (i32.const 2))))
  (func (export "inside") (result i32)
    (try (result i32)
      (do (resume $k (call $start (cont.new $k (ref.func $catcher)))) (i32.const 1))
      (catch $n (i32.const 2))))

  ;; resume_throw finds the handlers inside first; what those rethrow goes on outside.
  (func $passer
    (try (do (suspend $yield)) (catch $n) (catch $o (drop) (rethrow 0))))
  (func (export "resume_throw") (param $a i32) (result i32)
    (local $k (ref null $k))
    (local.set $k (call $start (cont.new $k (ref.func $passer))))
    (try (result i32)
      (do
        (if (local.get $a)
          (then (resume_throw $k $o (i32.const 5) (local.get $k)))
          (else (resume_throw $k $n (local.get $k))))
        (i32.const 1))
      (catch $o)))

  ;; The exception of a handler that suspends is there when it goes on.
  (func $handling (result i32)
    (try (result i32)
      (do (throw $o (i32.const 30)))
      (catch $o
        (if (i32.eqz (suspend $ask)) (then (rethrow 1))))))
  (type $fa (func (param i32) (result i32))) (type $ka (cont $fa))
  (func (export "suspended-handler") (param $a i32) (result i32)
    (local $k (ref null $ka))
    (local.set $k
      (block $h (result (ref $ka))
        (return (resume $ki (on $ask $h) (cont.new $ki (ref.func $handling))))))
    (call $garbage)
    (try (result i32)
      (do (resume $ka (local.get $a) (local.get $k)))
      (catch $o (i32.add (i32.const 1)))))

  ;; A generator inside a generator: exceptions pass prompts that do not care.
  (func $generator
    (resume $k (call $start (cont.new $k (ref.func $yielder)))))
  (func (export "nested") (result i32)
    (try (result i32)
      (do (resume $k (cont.new $k (ref.func $generator))) (i32.const 1))
      (catch_all (i32.const 2)))))

(assert_return (invoke "operands" (i32.const 5)) (i32.const 1045))
(assert_return (invoke "locals" (i32.const 1)) (i32.const 11))
(assert_return (invoke "vector") (i64.const 42))
(assert_return (invoke "branches" (i32.const 0)) (i32.const 10))
(assert_return (invoke "branches" (i32.const 1)) (i32.const 20))
(assert_return (invoke "branches" (i32.const 2)) (i32.const 30))
(assert_return (invoke "branches" (i32.const 1000)) (i32.const 30))
(assert_return (invoke "order" (i32.const 0)) (i32.const 11))
(assert_return (invoke "order" (i32.const 1)) (i32.const 13))
(assert_return (invoke "rethrow" (i32.const 0)) (i32.const 202))
(assert_return (invoke "rethrow" (i32.const 1)) (i32.const 101))
(assert_return (invoke "rethrow" (i32.const 2)) (i32.const 9))
(assert_return (invoke "both") (i32.const 6))
(assert_return (invoke "delegate") (i32.const 8))
(assert_return (invoke "delegate-to-table") (i32.const 3))
(assert_return (invoke "delegate-twice") (i32.const 3))
(assert_return (invoke "delegate-to-caller") (i32.const 2))
(assert_return (invoke "dead" (i32.const 0)) (i32.const 1))
(assert_return (invoke "dead" (i32.const 1)) (i32.const 2))
(assert_return (invoke "tail") (i32.const 4))
(assert_return (invoke "deep") (i32.const 2))
(assert_trap (invoke "trap") "unreachable")
(assert_suspension (invoke "suspension") "unhandled")
(assert_return (invoke "leave") (i32.const 2))
(assert_return (invoke "outside") (i32.const 2))
(assert_return (invoke "inside") (i32.const 1))
(assert_return (invoke "resume_throw" (i32.const 0)) (i32.const 1))
(assert_return (invoke "resume_throw" (i32.const 1)) (i32.const 5))
(assert_return (invoke "suspended-handler" (i32.const 1)) (i32.const 30))
(assert_return (invoke "suspended-handler" (i32.const 0)) (i32.const 31))
(assert_return (invoke "nested") (i32.const 2))
