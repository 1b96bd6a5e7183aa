;; n coroutines, all alive at the same time; then they end.
(module
  (type $start (func (param i64) (result i64)))
  (type $fresh (cont $start))
  (type $waiting (cont $start))
  (tag $yield (param i64) (result i64))

  (table $all 0 (ref null $waiting))

  (elem declare func $coroutine)
  (func $coroutine (type $start) (param $v i64) (result i64)
    (suspend $yield (local.get $v)))

  (func $begin (param $at i32) (result i64)
    (local $k (ref null $waiting))
    (block $yielded (result i64 (ref $waiting))
      (resume $fresh (on $yield $yielded)
        (i64.extend_i32_u (local.get $at)) (cont.new $fresh (ref.func $coroutine)))
      (unreachable))
    (local.set $k)
    (table.set $all (local.get $at) (local.get $k)))

  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $sum i64)
    (if (i32.lt_u (table.size $all) (local.get $n))
      (then (drop (table.grow $all (ref.null $waiting)
        (i32.sub (local.get $n) (table.size $all))))))
    (loop $more
      (local.set $sum (i64.add (local.get $sum) (call $begin (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (local.get $n))))
    (local.set $i (i32.const 0))
    (loop $more
      (local.set $sum (i64.add (local.get $sum)
        (resume $waiting (i64.const 1) (table.get $all (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $sum)))
