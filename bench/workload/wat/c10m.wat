;; n coroutines in all, of which 10,000 are alive at a time. Each yields once. n is at
;; least 10,000.
(module
  (type $start (func (param i64) (result i64)))
  (type $fresh (cont $start))
  (type $rest (func (param i64) (result i64)))
  (type $waiting (cont $rest))
  (tag $yield (param i64) (result i64))

  (table $ready 10000 (ref null $waiting))

  (elem declare func $coroutine)
  (func $coroutine (type $start) (param $v i64) (result i64)
    (i64.add (local.get $v) (suspend $yield (local.get $v))))

  ;; Starts the coroutine with the number $v, keeps it in the table, and returns what
  ;; it yields.
  (func $begin (param $at i32) (param $v i64) (result i64)
    (local $k (ref null $waiting))
    (block $yielded (result i64 (ref $waiting))
      (resume $fresh (on $yield $yielded) (local.get $v) (cont.new $fresh (ref.func $coroutine)))
      (unreachable))
    (local.set $k)
    (table.set $ready (local.get $at) (local.get $k)))

  ;; Ends the coroutine that waits at $at.
  (func $end (param $at i32) (result i64)
    (resume $waiting (i64.const 1) (table.get $ready (local.get $at))))

  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $at i32) (local $sum i64)
    ;; The oldest one makes room for each that comes.
    (loop $more
      (local.set $at (i32.rem_u (local.get $i) (i32.const 10000)))
      (if (i32.ge_u (local.get $i) (i32.const 10000))
        (then (local.set $sum (i64.add (local.get $sum) (call $end (local.get $at))))))
      (local.set $sum (i64.add (local.get $sum)
        (call $begin (local.get $at) (i64.extend_i32_u (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (local.get $n))))
    (local.set $at (i32.const 0))
    (loop $more
      (local.set $sum (i64.add (local.get $sum) (call $end (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $at) (i32.const 10000))))
    (local.get $sum)))
