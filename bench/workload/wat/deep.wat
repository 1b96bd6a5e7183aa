;; Yields n values from 100 frames deep. Returns their sum, and the frames on top.
(module
  (type $generator (func (param i64) (result i64)))
  (type $fresh (cont $generator))
  (type $rest (func (result i64)))
  (type $k (cont $rest))
  (tag $yield (param i64))

  (func $descend (param $frames i32) (param $n i64) (result i64)
    (local $i i64)
    (if (i32.gt_u (local.get $frames) (i32.const 1))
      (then
        (return (i64.add (i64.const 1)
          (call $descend (i32.sub (local.get $frames) (i32.const 1)) (local.get $n))))))
    (loop $next
      (suspend $yield (local.get $i))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $next (i64.lt_u (local.get $i) (local.get $n))))
    (i64.const 1))

  (elem declare func $generate)
  (func $generate (type $generator) (param $n i64) (result i64)
    (call $descend (i32.const 100) (local.get $n)))

  (func (export "run") (param $n i32) (result i64)
    (local $k (ref null $k)) (local $sum i64)
    (local.set $k (cont.bind $fresh $k
      (i64.extend_i32_u (local.get $n)) (cont.new $fresh (ref.func $generate))))
    (loop $more
      (block $yielded (result i64 (ref $k))
        (return (i64.add (local.get $sum)
          (resume $k (on $yield $yielded) (local.get $k)))))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br $more))
    (unreachable)))
