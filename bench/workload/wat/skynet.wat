;; A tree of coroutines with n leaves, ten children each. A leaf gives its number to
;; its parent, the others the sum of what they get. n is a power of ten.
(module
  (type $node (func (param i64 i64)))
  (type $fresh (cont $node))
  (type $rest (func))
  (type $paused (cont $rest))
  (tag $sum (param i64))

  (elem declare func $node)
  (func $node (type $node) (param $first i64) (param $leaves i64)
    (local $i i32) (local $sum i64)
    (if (i64.eq (local.get $leaves) (i64.const 1))
      (then (local.set $sum (local.get $first)))
      (else
        (local.set $leaves (i64.div_u (local.get $leaves) (i64.const 10)))
        (loop $child
          (local.set $sum (i64.add (local.get $sum)
            (call $run (local.get $first) (local.get $leaves))))
          (local.set $first (i64.add (local.get $first) (local.get $leaves)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $child (i32.lt_u (local.get $i) (i32.const 10))))))
    (suspend $sum (local.get $sum)))

  (func $run (param $first i64) (param $leaves i64) (result i64)
    (block $got (result i64 (ref $paused))
      (resume $fresh (on $sum $got)
        (local.get $first) (local.get $leaves) (cont.new $fresh (ref.func $node)))
      (unreachable))
    (resume $paused))

  (func (export "run") (param $n i32) (result i64)
    (call $run (i64.const 0) (i64.extend_i32_u (local.get $n)))))
