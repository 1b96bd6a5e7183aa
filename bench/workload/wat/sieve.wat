;; The first n primes by a chain of coroutines: the first one counts, and behind it
;; stands one for each prime that lets pass what the prime does not divide. Returns
;; their sum. Each coroutine resumes the one before it, so the chain of resumes is
;; as long as the primes that a number has passed.
(module
  ;; A resumed coroutine gets 0, or 1 when it shall return.
  (type $step (func (param i32)))
  (type $k (cont $step))
  (tag $number (param i64) (result i32))

  ;; The coroutine before the filter i is $source[i].
  (table $source 4096 (ref null $k))

  (elem declare func $numbers $filter)
  (func $numbers (type $step) (param $stop i32)
    (local $i i64)
    (local.set $i (i64.const 2))
    (loop $next
      (if (suspend $number (local.get $i)) (then (return)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br $next)))

  ;; The next number of a source; the rest of it goes back into the table.
  (func $take (param $i i32) (result i64)
    (local $k (ref null $k))
    (block $got (result i64 (ref $k))
      (resume $k (on $number $got) (i32.const 0) (table.get $source (local.get $i)))
      (unreachable))
    (local.set $k)
    (table.set $source (local.get $i) (local.get $k)))

  (type $filter (func (param i32 i64 i32)))
  (type $unbound (cont $filter))
  (func $filter (type $filter) (param $i i32) (param $prime i64) (param $stop i32)
    (local $v i64)
    (loop $next
      (local.set $v (call $take (local.get $i)))
      (if (i64.ne (i64.rem_u (local.get $v) (local.get $prime)) (i64.const 0))
        (then (if (suspend $number (local.get $v)) (then (return)))))
      (br $next)))

  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $prime i64) (local $sum i64)
    (table.set $source (i32.const 0) (cont.new $k (ref.func $numbers)))
    (loop $next
      (local.set $prime (call $take (local.get $i)))
      (local.set $sum (i64.add (local.get $sum) (local.get $prime)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (table.set $source (local.get $i)
        (cont.bind $unbound $k
          (i32.sub (local.get $i) (i32.const 1)) (local.get $prime)
          (cont.new $unbound (ref.func $filter))))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    ;; The last one has not started; the others are told to return.
    (table.set $source (local.get $i) (ref.null $k))
    (loop $end
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (resume $k (i32.const 1) (table.get $source (local.get $i)))
      (br_if $end (local.get $i)))
    (local.get $sum)))
