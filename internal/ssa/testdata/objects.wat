(module
  (rec
    (type $shape (sub (struct (field $id i32) (field $tag (mut i8)))))
    (type $circle (sub final $shape (struct (field $id i32) (field $tag (mut i8)) (field $r (mut f64)))))
    (type $list (array (mut (ref null $shape))))
    (type $bytes (array (mut i8))))
  ;; All fields are written before the object is there; what was just stored need not be loaded.
  (func $make (param $id i32) (result i32) (local $s (ref null $circle))
    (local.set $s (struct.new $circle (local.get $id) (i32.const 1) (f64.const 2)))
    (struct.set $circle $r (local.get $s) (f64.const 3))
    (f64.gt (struct.get $circle $r (local.get $s)) (f64.const 2)))
  ;; The second access finds the reference checked; a field that never changes is loaded once.
  (func $twice (param $s (ref null $shape)) (result i32)
    (i32.add (struct.get $shape $id (local.get $s))
      (i32.add (struct.get_s $shape $tag (local.get $s)) (struct.get $shape $id (local.get $s)))))
  ;; An index is compared with the length, which is part of the header.
  (func $element (param $l (ref $list)) (param $i i32) (result (ref null $shape))
    (array.get $list (local.get $l) (local.get $i)))
  ;; A final type is the header's, another one is looked up in the record of the object's type.
  (func $cast (param $a anyref) (result f64) (struct.get $circle $r (ref.cast (ref $circle) (local.get $a))))
  (func $test (param $a eqref) (result i32) (ref.test (ref null $shape) (local.get $a)))
  (func $branch (param $a anyref) (result i32)
    (block $no (result anyref)
      (return (struct.get $shape $id (br_on_cast_fail $no anyref (ref $shape) (local.get $a)))))
    (drop) (i32.const -1))
  (func $i31 (param $a anyref) (result i32) (i31.get_s (ref.cast (ref i31) (local.get $a))))
  ;; The length of an array that has just been made is known; a narrow value is repeated in a word.
  (func $fill (param $s (ref $shape)) (param $n i32) (result (ref $list))
    (array.new $list (local.get $s) (local.get $n)))
  (func $bytes (param $v i32) (param $n i32) (result i32)
    (array.get_u $bytes (array.new $bytes (local.get $v) (local.get $n)) (i32.const 3)))
  (func $few (result (ref $bytes)) (array.new $bytes (i32.const 0x1ff) (i32.const 9)))
  (func $pair (param $s (ref $shape)) (result (ref $list))
    (array.new_fixed $list 2 (local.get $s) (ref.null none))))
