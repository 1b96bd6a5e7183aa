;; The sum of n values that a coroutine yields.
(module
  (type $run (func))
  (type $k (cont $run))
  (tag $yield (param i64))

  (global $n (mut i64) (i64.const 0))

  (elem declare func $numbers)
  (func $numbers (local $i i64)
    (loop $next
      (suspend $yield (local.get $i))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $next (i64.lt_u (local.get $i) (global.get $n)))))

  (func (export "run") (param $n i32) (result i64)
    (local $k (ref null $k)) (local $sum i64)
    (global.set $n (i64.extend_i32_u (local.get $n)))
    (local.set $k (cont.new $k (ref.func $numbers)))
    (loop $more
      (block $yielded (result i64 (ref $k))
        (resume $k (on $yield $yielded) (local.get $k))
        (return (local.get $sum)))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br $more))
    (unreachable)))
