;; n coroutines in all, of which 10,000 are alive at a time. Each yields once.
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

  (func (export "run") (param $n i32) (result i64)
    (local $first i32) (local $i i32) (local $sum i64)
    (loop $batch
      (local.set $i (i32.const 0))
      (loop $more
        (local.set $sum (i64.add (local.get $sum)
          (call $begin (local.get $i) (i64.extend_i32_u (i32.add (local.get $first) (local.get $i))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (i32.const 10000))))
      (local.set $i (i32.const 0))
      (loop $more
        (local.set $sum (i64.add (local.get $sum)
          (resume $waiting (i64.const 1) (table.get $ready (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (i32.const 10000))))
      (local.set $first (i32.add (local.get $first) (i32.const 10000)))
      (br_if $batch (i32.lt_u (local.get $first) (local.get $n))))
    (local.get $sum)))
