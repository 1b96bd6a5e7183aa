;; An array of n structs with pseudo-random keys is sorted by quicksort, with a comparison that is
;; called by reference and casts its arguments, as compilers of object-oriented languages do.
;; Returns the sum of key times position, modulo 2^64.
(module
  (rec
    (type $object (sub (struct)))
    (type $item (sub $object (struct (field $key i32) (field $name (mut i64)))))
    (type $items (array (mut (ref null $object))))
    (type $less (func (param (ref null $object) (ref null $object)) (result i32))))
  (elem declare func $less)
  (func $less (type $less) (param $a (ref null $object)) (param $b (ref null $object)) (result i32)
    (i32.lt_u (struct.get $item $key (ref.cast (ref $item) (local.get $a)))
              (struct.get $item $key (ref.cast (ref $item) (local.get $b)))))
  (func $sort (param $items (ref $items)) (param $low i32) (param $high i32) (param $less (ref $less))
    (local $i i32) (local $j i32) (local $pivot (ref null $object)) (local $x (ref null $object))
    (loop $again
      (if (i32.ge_s (local.get $low) (local.get $high)) (then (return)))
      (local.set $i (local.get $low))
      (local.set $j (local.get $high))
      (local.set $pivot (array.get $items (local.get $items)
        (i32.shr_u (i32.add (local.get $low) (local.get $high)) (i32.const 1))))
      (loop $part
        (loop $up
          (if (call_ref $less (array.get $items (local.get $items) (local.get $i)) (local.get $pivot) (local.get $less)) (then
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $up))))
        (loop $down
          (if (call_ref $less (local.get $pivot) (array.get $items (local.get $items) (local.get $j)) (local.get $less)) (then
            (local.set $j (i32.sub (local.get $j) (i32.const 1)))
            (br $down))))
        (if (i32.le_s (local.get $i) (local.get $j)) (then
          (local.set $x (array.get $items (local.get $items) (local.get $i)))
          (array.set $items (local.get $items) (local.get $i) (array.get $items (local.get $items) (local.get $j)))
          (array.set $items (local.get $items) (local.get $j) (local.get $x))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (local.set $j (i32.sub (local.get $j) (i32.const 1)))
          (br_if $part (i32.le_s (local.get $i) (local.get $j))))))
      (call $sort (local.get $items) (local.get $low) (local.get $j) (local.get $less))
      (local.set $low (local.get $i))
      (br $again)))
  (func (export "run") (param $n i32) (result i64)
    (local $items (ref $items)) (local $i i32) (local $key i32) (local $sum i64)
    (local.set $items (array.new_default $items (local.get $n)))
    (local.set $key (i32.const 12345))
    (loop $fill
      (local.set $key (i32.add (i32.mul (local.get $key) (i32.const 1664525)) (i32.const 1013904223)))
      (array.set $items (local.get $items) (local.get $i) (struct.new $item (local.get $key) (i64.const 7)))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (call $sort (local.get $items) (i32.const 0) (i32.sub (local.get $n) (i32.const 1)) (ref.func $less))
    (local.set $i (i32.const 0))
    (loop $add
      (local.set $sum (i64.add (local.get $sum) (i64.mul (i64.extend_i32_u (local.get $i))
        (i64.extend_i32_u (struct.get $item $key (ref.cast (ref $item) (array.get $items (local.get $items) (local.get $i))))))))
      (br_if $add (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum)))
