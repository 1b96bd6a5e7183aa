;; Walks a tree whose n leaves lie 20 levels deep and yields each from there. n is a
;; power of two: the upper levels have one child, the lower ones two.
(module
  (type $run (func))
  (type $k (cont $run))
  (tag $yield (param i64))

  (global $width (mut i32) (i32.const 0)) ;; the levels with two children

  (func $walk (param $level i32) (param $first i64)
    (if (i32.eqz (local.get $level))
      (then (suspend $yield (local.get $first)) (return)))
    (local.set $level (i32.sub (local.get $level) (i32.const 1)))
    (call $walk (local.get $level) (local.get $first))
    (if (i32.lt_u (local.get $level) (global.get $width))
      (then
        (call $walk (local.get $level)
          (i64.add (local.get $first)
                   (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $level))))))))

  (elem declare func $walker)
  (func $walker (call $walk (i32.const 20) (i64.const 0)))

  (func (export "run") (param $n i32) (result i64)
    (local $k (ref null $k)) (local $sum i64)
    (global.set $width (i32.ctz (local.get $n)))
    (local.set $k (cont.new $k (ref.func $walker)))
    (loop $more
      (block $yielded (result i64 (ref $k))
        (resume $k (on $yield $yielded) (local.get $k))
        (return (local.get $sum)))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br $more))
    (unreachable)))
