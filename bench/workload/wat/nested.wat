;; A generator within 1, 4 or 16 resumes that do not handle what it yields: each
;; suspension passes them, and takes them with it.
(module
  (type $level (func (param i32)))
  (type $k (cont $level))
  (type $rest (func))
  (type $paused (cont $rest))
  (tag $yield (param i64))
  (tag $other)

  (global $n (mut i64) (i64.const 0))

  (elem declare func $level)
  (func $level (type $level) (param $depth i32)
    (local $i i64)
    (if (local.get $depth)
      (then
        (block $unused (result (ref $paused))
          (resume $k (on $other $unused)
            (i32.sub (local.get $depth) (i32.const 1)) (cont.new $k (ref.func $level)))
          (return))
        (unreachable)))
    (loop $next
      (suspend $yield (local.get $i))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $next (i64.lt_u (local.get $i) (global.get $n)))))

  (func $generate (param $depth i32) (param $n i32) (result i64)
    (local $k (ref null $paused)) (local $sum i64)
    (global.set $n (i64.extend_i32_u (local.get $n)))
    (local.set $k (cont.bind $k $paused (local.get $depth) (cont.new $k (ref.func $level))))
    (loop $more
      (block $yielded (result i64 (ref $paused))
        (resume $paused (on $yield $yielded) (local.get $k))
        (return (local.get $sum)))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br $more))
    (unreachable))

  (func (export "run1") (param $n i32) (result i64) (call $generate (i32.const 1) (local.get $n)))
  (func (export "run4") (param $n i32) (result i64) (call $generate (i32.const 4) (local.get $n)))
  (func (export "run16") (param $n i32) (result i64) (call $generate (i32.const 16) (local.get $n))))
