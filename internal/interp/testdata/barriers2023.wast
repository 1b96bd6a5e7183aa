;; The 2023 dialect: barriers.
(module
  (type $f (func)) (type $k (cont $f))
  (type $fi (func (result i32))) (type $ki (cont $fi))
  (tag $a) (tag $b) (tag $e (param i32))
  (elem declare func $suspend $inside $outside $middle $after $throw $branch $barred)

  (func $suspend (suspend $a))

  ;; Runs a function until it suspends with $a: 1, or to its end: 0.
  (func $run (param $f (ref $f)) (result i32)
    (block $h (result (ref $k))
      (resume $k (tag $a $h) (cont.new $k (local.get $f)))
      (return (i32.const 0)))
    (drop)
    (i32.const 1))

  ;; A barrier is a block: it has a type, and a label.
  (func (export "block") (param i32) (result i32)
    (local.get 0)
    (barrier $l (param i32) (result i32)
      (br_if $l (i32.const 5) (local.get 0))
      (drop)
      (i32.add (i32.const 1))))

  ;; What is handled inside does not meet it, what is handled outside does.
  (func $inside (barrier (drop (call $run (ref.func $suspend)))))
  (func (export "inside") (result i32) (call $run (ref.func $inside)))
  (func $outside (barrier (call $suspend)))
  (func (export "outside") (result i32) (call $run (ref.func $outside)))

  ;; Around the resume that handles.
  (func (export "around") (result i32) (barrier (result i32) (call $run (ref.func $suspend))))

  ;; In a continuation between the one that suspends and the handler.
  (func $middle (barrier (resume $k (cont.new $k (ref.func $suspend)))))
  (func (export "middle") (result i32) (call $run (ref.func $middle)))

  ;; Before and after it nothing is barred.
  (func $after (barrier (nop)) (suspend $a) (barrier (nop)))
  (func (export "after") (result i32) (call $run (ref.func $after)))

  ;; A branch leaves it, an exception too.
  (func $branch (block $out (barrier (br $out))) (suspend $a))
  (func (export "branch") (result i32) (call $run (ref.func $branch)))
  (func $throw (throw $e (i32.const 7)))
  (func (export "exception") (result i32)
    (block $h (result i32)
      (try_table (catch $e $h)
        (barrier (resume $k (cont.new $k (ref.func $throw)))))
      (i32.const 0)))

  ;; Without a handler.
  (func (export "unhandled") (suspend $a))
  (func (export "unhandled-barred") (barrier (suspend $a)))

  ;; A handler for another tag does not end the search.
  (func $barred
    (block $h (result (ref $k))
      (resume $k (tag $b $h) (cont.new $k (ref.func $suspend)))
      (unreachable))
    (drop))
  (func (export "other-tag") (result i32)
    (barrier (result i32) (call $run (ref.func $barred)))))

(assert_return (invoke "block" (i32.const 0)) (i32.const 1))
(assert_return (invoke "block" (i32.const 1)) (i32.const 5))
(assert_return (invoke "inside") (i32.const 0))
(assert_trap (invoke "outside") "barrier hit by suspension")
(assert_return (invoke "around") (i32.const 1))
(assert_trap (invoke "middle") "barrier hit by suspension")
(assert_return (invoke "after") (i32.const 1))
(assert_return (invoke "branch") (i32.const 1))
(assert_return (invoke "exception") (i32.const 7))
(assert_suspension (invoke "unhandled") "unhandled")
(assert_trap (invoke "unhandled-barred") "barrier hit by suspension")
(assert_return (invoke "other-tag") (i32.const 1))

;; The same in the binary form: barrier is e5, clauses have no lead byte.
(module binary
  "\00asm\01\00\00\00"
  "\01\0a\03" "\60\00\00" "\5d\00" "\60\00\01\7f"  ;; types: func, cont 0, func -> i32
  "\03\05\04\00\00\02\02"
  "\0d\03\01\00\00"                                ;; tag
  "\07\0d\02" "\03bar\00\02" "\03run\00\03"
  "\09\06\01\03\00\02\00\01"                       ;; declare 0 1
  "\0a\3a\04"
  "\04\00\e2\00\0b"                                ;; suspend 0
  "\07\00\e5\40\10\00\0b\0b"                       ;; barrier (call 0) end
  "\15\00\02\64\01"                                ;; block (result (ref 1))
  "\d2\01\e0\01\e3\01\01\00\00"                    ;; resume 1 (tag 0 0) (cont.new 1 (ref.func 1))
  "\41\00\0f\0b\1a\41\01\0b"                       ;; return (i32.const 0) end drop i32.const 1
  "\15\00\02\64\01\d2\00\e0\01\e3\01\01\00\00\41\00\0f\0b\1a\41\01\0b")
(assert_trap (invoke "bar") "barrier hit by suspension")
(assert_return (invoke "run") (i32.const 1))
