;; A generator: a function that yields values one at a time to a consumer.
;;
;;   weft run --spectest examples/generator.wat
;;
;; prints 0 1 2 3 4 5 6 7 8 9, one per line.
;;
;; The producer is an ordinary loop. It does not know who consumes its values:
;; it suspends with the tag $yield, and whoever resumed it with a handler for
;; that tag gets the value together with the rest of the producer's life, a
;; continuation.
(module $generator
  (import "spectest" "print_i32" (func $print (param i32)))

  (type $producer (func))                ;; what runs
  (type $paused (cont $producer))        ;; what is left of it while it is paused

  ;; Suspending with $yield hands out an i32 and gets nothing back.
  (tag $yield (param i32))

  (elem declare func $count)
  (func $count
    (local $i i32)
    (loop $next
      (suspend $yield (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 10)))))

  (func (export "main")
    (local $rest (ref null $paused))
    ;; Nothing runs yet: cont.new only makes a continuation of the function.
    (local.set $rest (cont.new $paused (ref.func $count)))
    (loop $more
      ;; resume runs the producer until it suspends or returns. When it suspends
      ;; with $yield, control arrives at the end of the block $yielded with the
      ;; payload and the new continuation on the stack.
      (block $yielded (result i32 (ref $paused))
        (resume $paused (on $yield $yielded) (local.get $rest))
        (return))                        ;; the producer has returned
      (local.set $rest)                  ;; remember what is left,
      (call $print)                      ;; print the value,
      (br $more))))                      ;; and go on
