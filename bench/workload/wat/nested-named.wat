;; nested.wat with named handlers: what the generator yields goes to the consumer by the name of its handler.
(module
  (type $consumer (handler))
  (type $level (func (param i32 (ref $consumer))))
  (type $k (cont $level))
  (type $plain (func))
  (type $unused (cont $plain))
  (type $rest (func (param (ref $consumer))))
  (type $paused (cont $rest))
  (tag $yield (param i64))
  (tag $other)

  (global $n (mut i64) (i64.const 0))

  (elem declare func $level)
  (func $level (type $level) (param $depth i32) (param $to (ref $consumer))
    (local $i i64)
    (if (local.get $depth)
      (then
        (block $unused (result (ref $unused))
          (resume $k (on $other $unused)
            (i32.sub (local.get $depth) (i32.const 1)) (local.get $to) (cont.new $k (ref.func $level)))
          (return))
        (unreachable)))
    (loop $next
      (local.set $to (suspend_to $consumer $yield (local.get $i) (local.get $to)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $next (i64.lt_u (local.get $i) (global.get $n)))))

  (func $generate (param $depth i32) (param $n i32) (result i64)
    (local $k (ref null $paused)) (local $sum i64)
    (global.set $n (i64.extend_i32_u (local.get $n)))
    (local.set $k (cont.bind $k $paused (local.get $depth) (cont.new $k (ref.func $level))))
    (loop $more
      (block $yielded (result i64 (ref $paused))
        (resume_with $paused (on $yield $yielded) (local.get $k))
        (return (local.get $sum)))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br $more))
    (unreachable))

  (func (export "run1") (param $n i32) (result i64) (call $generate (i32.const 1) (local.get $n)))
  (func (export "run16") (param $n i32) (result i64) (call $generate (i32.const 16) (local.get $n))))
