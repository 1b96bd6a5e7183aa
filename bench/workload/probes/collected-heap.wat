;; Needs structs, arrays and casts.
(module
  (type $point (sub (struct (field $x i32) (field $y i32))))
  (type $points (array (mut (ref null $point))))
  (func (export "run") (param i32) (result i64)
    (local $all (ref $points))
    (local.set $all (array.new_default $points (i32.const 2)))
    (array.set $points (local.get $all) (i32.const 1) (struct.new $point (local.get 0) (i32.const 7)))
    (i64.extend_i32_u (struct.get $point $x
      (ref.cast (ref $point) (array.get $points (local.get $all) (i32.const 1)))))))
