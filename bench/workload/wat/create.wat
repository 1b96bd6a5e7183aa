;; n coroutines that return at once.
(module
  (type $same (func (param i64) (result i64)))
  (type $k (cont $same))

  (elem declare func $same)
  (func $same (type $same) (local.get 0))

  (func (export "run") (param $n i32) (result i64)
    (local $i i64) (local $sum i64)
    (loop $more
      (local.set $sum (i64.add (local.get $sum)
        (resume $k (local.get $i) (cont.new $k (ref.func $same)))))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $more (i64.lt_u (local.get $i) (i64.extend_i32_u (local.get $n)))))
    (local.get $sum)))
