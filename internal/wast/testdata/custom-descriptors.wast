;; Structs that other structs describe, exact types, casts by a descriptor, and imports of functions of exactly a type.

;; A hierarchy whose root has no descriptor. The narrow fields of the root and those behind the descriptor share words.
(module $shapes
  (type $thing (sub (struct (field $id i32) (field $small (mut i8)))))
  (rec
    (type $shape (sub $thing (descriptor $shape.class) (struct (field $id i32) (field $small (mut i8)) (field $tag i16))))
    (type $shape.class (sub (describes $shape) (struct (field $name i32))))
    (type $square (sub $shape (descriptor $square.class)
      (struct (field $id i32) (field $small (mut i8)) (field $tag i16) (field $side f64))))
    (type $square.class (sub $shape.class (describes $square) (struct (field $name i32) (field $sides i32)))))
  (type $list (array i32))

  (global $shape.class (export "shape.class") (ref (exact $shape.class)) (struct.new $shape.class (i32.const 100)))
  (global $square.class (ref (exact $square.class)) (struct.new $square.class (i32.const 200) (i32.const 4)))
  (global $other.class (ref (exact $square.class)) (struct.new $square.class (i32.const 300) (i32.const 4)))
  (global $constant (export "constant") (ref $shape)
    (struct.new_desc $square (i32.const 7) (i32.const 8) (i32.const 9) (f64.const 0.5) (global.get $square.class)))
  (global $zeros (export "zeros") (ref (exact $shape)) (struct.new_default_desc $shape (global.get $shape.class)))

  (func $make (param i32) (result anyref)
    (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 $5 (local.get 0)))
      (return (struct.new_desc $shape (i32.const 1) (i32.const 2) (i32.const 3) (global.get $shape.class))))
      (return (struct.new_desc $square (i32.const 1) (i32.const -2) (i32.const -3) (f64.const 4) (global.get $square.class))))
      (return (struct.new_default_desc $square (global.get $other.class))))
      (return (struct.new $thing (i32.const 5) (i32.const 6))))
      (return (ref.i31 (i32.const 7))))
    (array.new $list (i32.const 1) (i32.const 2)))

  (func (export "name") (param i32) (result i32)
    (struct.get $shape.class $name (ref.get_desc $shape (ref.cast (ref $shape) (call $make (local.get 0))))))
  (func (export "sides") (param i32) (result i32)
    (struct.get $square.class $sides (ref.get_desc $square (ref.cast (ref (exact $square)) (call $make (local.get 0))))))
  (func (export "fields") (param i32) (result i32 i32 i32 f64)
    (local $s (ref null $square))
    (local.set $s (ref.cast (ref $square) (call $make (local.get 0))))
    (struct.set $thing $small (local.get $s)
      (i32.add (i32.const 1) (struct.get_s $thing $small (local.get $s))))
    (struct.get $thing $id (local.get $s))
    (struct.get_s $shape $small (local.get $s))
    (struct.get_s $square $tag (local.get $s))
    (struct.get $square $side (local.get $s)))
  (func (export "constant.fields") (result i32 i32 f64)
    (local $s (ref null $square))
    (local.set $s (ref.cast (ref (exact $square)) (global.get $constant)))
    (struct.get $thing $id (local.get $s))
    (struct.get_s $square $tag (local.get $s))
    (struct.get $square $side (local.get $s)))

  ;; What an object is: 1 a thing, 2 a shape, 4 exactly a shape, 8 exactly a thing, 16 described by the squares' class,
  ;; 32 exactly a square.
  (func (export "is") (param i32) (result i32)
    (local $x anyref) (local $n i32)
    (local.set $x (call $make (local.get 0)))
    (local.set $n (i32.or (ref.test (ref $thing) (local.get $x)) (i32.shl (ref.test (ref $shape) (local.get $x)) (i32.const 1))))
    (local.set $n (i32.or (local.get $n) (i32.shl (ref.test (ref (exact $shape)) (local.get $x)) (i32.const 2))))
    (local.set $n (i32.or (local.get $n) (i32.shl (ref.test (ref null (exact $thing)) (local.get $x)) (i32.const 3))))
    (block $no (result anyref)
      (br_on_cast_desc_eq_fail $no anyref (ref (exact $square)) (local.get $x) (global.get $square.class))
      (local.set $n (i32.or (local.get $n) (i32.const 16))))
    (drop)
    (block $yes (result anyref)
      (br_on_cast $yes anyref (ref (exact $square)) (local.get $x))
      (drop)
      (return (local.get $n)))
    (drop)
    (i32.or (local.get $n) (i32.const 32)))

  ;; Casts by the class of squares, to shapes: of anything, and of what is known to have a descriptor.
  (func (export "cast") (param i32) (result i32)
    (struct.get $shape $id
      (ref.cast_desc_eq (ref $shape) (call $make (local.get 0)) (global.get $square.class))))
  (func (export "cast.shape") (param i32) (result i32)
    (struct.get $shape $id
      (ref.cast_desc_eq (ref null $shape) (ref.cast (ref null $shape) (call $make (local.get 0))) (global.get $square.class))))
  (func (export "cast.null") (param (ref null $shape.class)) (result i32)
    (ref.is_null (ref.cast_desc_eq (ref null $shape) (ref.null none) (local.get 0))))
  (func (export "cast.non-null") (param (ref null $shape.class)) (result i32)
    (ref.is_null (ref.cast_desc_eq (ref $shape) (ref.null none) (local.get 0))))
  (func (export "class") (result (ref $shape.class)) (global.get $shape.class))

  (func (export "branch") (param i32) (result i32)
    (block $yes (result (ref $shape))
      (br_on_cast_desc_eq $yes anyref (ref $shape) (call $make (local.get 0)) (global.get $other.class))
      (return (i32.const -1)))
    (struct.get $shape.class $name (ref.get_desc $shape)))
  (func (export "branch.null") (param anyref (ref null $square.class)) (result i32)
    (block $no (result (ref any))
      (br_on_cast_desc_eq_fail $no anyref (ref null $square) (local.get 0) (local.get 1))
      (return (ref.is_null)))
    (drop)
    (i32.const 2))

  ;; Values below those that a branch takes stay what they are, on both ways.
  (func (export "below") (param i32) (result i32 i64)
    (block $yes (result i32 i64 (ref $shape))
      (i32.const 10) (i64.const 20)
      (br_on_cast_desc_eq $yes anyref (ref $shape) (call $make (local.get 0)) (global.get $other.class))
      (drop)
      (return))
    (drop)
    (i64.add (i64.const 1)))
)
(assert_return (invoke "name" (i32.const 0)) (i32.const 100))
(assert_return (invoke "name" (i32.const 1)) (i32.const 200))
(assert_return (invoke "name" (i32.const 2)) (i32.const 300))
(assert_trap (invoke "name" (i32.const 3)) "cast failure")
(assert_trap (invoke "sides" (i32.const 0)) "cast failure")
(assert_return (invoke "sides" (i32.const 1)) (i32.const 4))
(assert_return (invoke "fields" (i32.const 1)) (i32.const 1) (i32.const -1) (i32.const -3) (f64.const 4))
(assert_return (invoke "fields" (i32.const 2)) (i32.const 0) (i32.const 1) (i32.const 0) (f64.const 0))
(assert_return (invoke "constant.fields") (i32.const 7) (i32.const 9) (f64.const 0.5))
(assert_return (invoke "is" (i32.const 0)) (i32.const 7))
(assert_return (invoke "is" (i32.const 1)) (i32.const 0x33))
(assert_return (invoke "is" (i32.const 2)) (i32.const 0x23))
(assert_return (invoke "is" (i32.const 3)) (i32.const 9))
(assert_return (invoke "is" (i32.const 4)) (i32.const 0))
(assert_return (invoke "is" (i32.const 5)) (i32.const 0))
(assert_return (invoke "cast" (i32.const 1)) (i32.const 1))
(assert_trap (invoke "cast" (i32.const 0)) "descriptor cast failure")
(assert_trap (invoke "cast" (i32.const 2)) "descriptor cast failure")
(assert_trap (invoke "cast" (i32.const 3)) "descriptor cast failure")
(assert_trap (invoke "cast" (i32.const 4)) "descriptor cast failure")
(assert_trap (invoke "cast" (i32.const 5)) "descriptor cast failure")
(assert_return (invoke "cast.shape" (i32.const 1)) (i32.const 1))
(assert_trap (invoke "cast.shape" (i32.const 2)) "descriptor cast failure")
(assert_trap (invoke "cast.null" (ref.null none)) "null descriptor reference")
(assert_trap (invoke "cast.non-null" (ref.null none)) "null descriptor reference")
(assert_return (invoke "branch" (i32.const 0)) (i32.const -1))
(assert_return (invoke "branch" (i32.const 1)) (i32.const -1))
(assert_return (invoke "branch" (i32.const 2)) (i32.const 300))
(assert_return (invoke "branch" (i32.const 4)) (i32.const -1))
(assert_trap (invoke "branch.null" (ref.null none) (ref.null none)) "null descriptor reference")
(assert_return (invoke "below" (i32.const 1)) (i32.const 10) (i64.const 20))
(assert_return (invoke "below" (i32.const 2)) (i32.const 10) (i64.const 21))
(register "shapes")

;; Another module has the same types, and the objects of both are alike.
(module
  (type $thing (sub (struct (field i32) (field (mut i8)))))
  (rec
    (type $shape (sub $thing (descriptor $class) (struct (field i32) (field (mut i8)) (field i16))))
    (type $class (sub (describes $shape) (struct (field i32))))
    (type $square (sub $shape (descriptor $sub) (struct (field i32) (field (mut i8)) (field i16) (field f64))))
    (type $sub (sub $class (describes $square) (struct (field i32) (field i32)))))
  (import "shapes" "shape.class" (global $class (ref (exact $class))))
  (import "shapes" "zeros" (global $zeros (ref $shape)))
  (import "shapes" "constant" (global $constant (ref $shape)))
  (import "shapes" "class" (func $class (result (ref $class))))
  (import "shapes" "cast.null" (func $cast-null (param (ref null $class)) (result i32)))
  (import "shapes" "cast.non-null" (func $cast-non-null (param (ref null $class)) (result i32)))
  (import "shapes" "branch.null" (func $branch-null (param anyref (ref null $sub)) (result i32)))
  (func (export "same") (result i32) (ref.eq (ref.get_desc $shape (global.get $zeros)) (global.get $class)))
  (func (export "of.class") (result i32) (ref.eq (global.get $class) (call $class)))
  (func (export "own") (result i32)
    (struct.get $class 0 (ref.get_desc $shape (struct.new_default_desc $shape (call $exactly (call $class))))))
  (func $exactly (param (ref null $class)) (result (ref (exact $class))) (ref.cast (ref (exact $class)) (local.get 0)))
  (func (export "cast.null") (result i32) (call $cast-null (global.get $class)))
  (func (export "cast.non-null") (result i32) (call $cast-non-null (global.get $class)))
  (func (export "branch.null") (result i32)
    (call $branch-null (ref.null none) (struct.new $sub (i32.const 1) (i32.const 2))))
  (func (export "branch.other") (result i32)
    (call $branch-null (global.get $constant) (struct.new $sub (i32.const 1) (i32.const 2)))))
(assert_return (invoke "same") (i32.const 1))
(assert_return (invoke "of.class") (i32.const 1))
(assert_return (invoke "own") (i32.const 100))
(assert_return (invoke "cast.null") (i32.const 1))
(assert_trap (invoke "cast.non-null") "descriptor cast failure")
(assert_return (invoke "branch.null") (i32.const 1))
(assert_return (invoke "branch.other") (i32.const 2))

;; Without its clauses, a type is another one; so it is if it is exact within.
(assert_unlinkable
  (module
    (rec (type $shape (sub (struct (field i32) (field (mut i8)) (field i16)))) (type $class (sub (struct (field i32)))))
    (import "shapes" "shape.class" (global (ref $class))))
  "incompatible import type")
(module $exact-field
  (type $s (struct))
  (type $in (struct (field (ref null (exact $s)))))
  (global (export "in") (ref $in) (struct.new_default $in)))
(register "exact-field")
(assert_unlinkable
  (module (type $s (struct)) (type $in (struct (field (ref null $s)))) (import "exact-field" "in" (global (ref $in))))
  "incompatible import type")

;; Descriptors of descriptors, and what a collection must not lose.
(module
  (rec
    (type $a (descriptor $b) (struct (field (mut i32))))
    (type $b (describes $a) (descriptor $c) (struct (field i64)))
    (type $c (describes $b) (descriptor $d) (struct (field f32)))
    (type $d (describes $c) (struct (field v128))))
  (type $many (array (mut (ref null $a))))
  (global $many (ref $many) (array.new_default $many (i32.const 64)))
  (func $new (param $i i32) (result (ref (exact $a)))
    (struct.new_desc $a (local.get $i)
      (struct.new_desc $b (i64.extend_i32_u (local.get $i))
        (struct.new_desc $c (f32.convert_i32_u (local.get $i))
          (struct.new $d (i8x16.splat (local.get $i)))))))
  (func (export "fill") (local $i i32)
    (loop $next
      (array.set $many (global.get $many) (local.get $i) (call $new (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 64)))))
  (func (export "get") (param i32) (result i32 i64 f32 i32)
    (local $b (ref null (exact $b))) (local $a (ref null $a))
    (local.set $a (array.get $many (global.get $many) (local.get 0)))
    (struct.get $a 0 (local.get $a))
    (struct.get $b 0 (ref.get_desc $a (local.get $a)))
    (struct.get $c 0 (ref.get_desc $b (ref.get_desc $a (local.get $a))))
    (i8x16.extract_lane_s 15 (struct.get $d 0 (ref.get_desc $c (ref.get_desc $b (ref.get_desc $a (local.get $a))))))))
(assert_return (invoke "fill"))
(assert_return (invoke "get" (i32.const 0)) (i32.const 0) (i64.const 0) (f32.const 0) (i32.const 0))
(assert_return (invoke "get" (i32.const 63)) (i32.const 63) (i64.const 63) (f32.const 63) (i32.const 63))
(assert_trap (invoke "get" (i32.const 64)) "out of bounds array access")

;; What is not null but is no object, or one of the host, has no descriptor.
(module
  (rec
    (type $a (descriptor $b) (struct))
    (type $b (describes $a) (struct)))
  (func (export "cast") (param externref)
    (drop (ref.cast_desc_eq (ref null $a) (any.convert_extern (local.get 0)) (struct.new $b))))
  (func (export "array") (param i32)
    (drop (ref.cast_desc_eq (ref null $a) (array.new_default $many (local.get 0)) (struct.new $b))))
  (type $many (array (mut i64)))
  (func (export "null-descriptor") (param externref)
    (drop (ref.cast_desc_eq (ref null $a) (any.convert_extern (local.get 0)) (ref.null none))))
  (func (export "get.null") (drop (ref.get_desc $a (ref.null none)))))
(assert_trap (invoke "cast" (ref.extern 1)) "descriptor cast failure")
(assert_return (invoke "cast" (ref.null extern)))
(assert_trap (invoke "null-descriptor" (ref.null extern)) "null descriptor reference")
(assert_trap (invoke "array" (i32.const 0)) "descriptor cast failure")
(assert_trap (invoke "array" (i32.const 100_000)) "descriptor cast failure")
(assert_trap (invoke "get.null") "null reference")

;; Deep hierarchies, whose casts the records of types do not answer.
(module
  (rec
    (type $0 (sub (descriptor $d0) (struct))) (type $d0 (sub (describes $0) (struct)))
    (type $1 (sub $0 (descriptor $d1) (struct))) (type $d1 (sub $d0 (describes $1) (struct)))
    (type $2 (sub $1 (descriptor $d2) (struct))) (type $d2 (sub $d1 (describes $2) (struct)))
    (type $3 (sub $2 (descriptor $d3) (struct))) (type $d3 (sub $d2 (describes $3) (struct)))
    (type $4 (sub $3 (descriptor $d4) (struct))) (type $d4 (sub $d3 (describes $4) (struct)))
    (type $5 (sub $4 (descriptor $d5) (struct))) (type $d5 (sub $d4 (describes $5) (struct)))
    (type $6 (sub $5 (descriptor $d6) (struct))) (type $d6 (sub $d5 (describes $6) (struct)))
    (type $7 (sub $6 (descriptor $d7) (struct))) (type $d7 (sub $d6 (describes $7) (struct)))
    (type $8 (sub $7 (descriptor $d8) (struct))) (type $d8 (sub $d7 (describes $8) (struct)))
    (type $9 (sub $8 (descriptor $d9) (struct))) (type $d9 (sub $d8 (describes $9) (struct)))
    (type $10 (sub $9 (descriptor $d10) (struct))) (type $d10 (sub $d9 (describes $10) (struct)))
    (type $11 (sub $10 (descriptor $d11) (struct))) (type $d11 (sub $d10 (describes $11) (struct)))
    (type $12 (sub $11 (descriptor $d12) (struct))) (type $d12 (sub $d11 (describes $12) (struct)))
    (type $13 (sub $12 (descriptor $d13) (struct))) (type $d13 (sub $d12 (describes $13) (struct))))
  (global $d13 (ref (exact $d13)) (struct.new $d13))
  (global $d12 (ref (exact $d12)) (struct.new $d12))
  (global $x13 (ref any) (struct.new_desc $13 (global.get $d13)))
  (global $x12 (ref any) (struct.new_desc $12 (global.get $d12)))
  (func (export "cast") (param i32) (result i32)
    (local $x (ref any)) (local $d (ref $d12))
    (local.set $x (select (result (ref any)) (global.get $x13) (global.get $x12) (i32.and (local.get 0) (i32.const 1))))
    (local.set $d (select (result (ref $d12)) (global.get $d13) (global.get $d12) (i32.and (local.get 0) (i32.const 2))))
    (block $yes (result (ref $12))
      (drop (br_on_cast_desc_eq $yes (ref any) (ref $12) (local.get $x) (local.get $d)))
      (return (i32.const 0)))
    (ref.test (ref (exact $13)))
    (i32.add (i32.const 1))))
(assert_return (invoke "cast" (i32.const 0)) (i32.const 1))
(assert_return (invoke "cast" (i32.const 1)) (i32.const 0))
(assert_return (invoke "cast" (i32.const 2)) (i32.const 0))
(assert_return (invoke "cast" (i32.const 3)) (i32.const 2))

;; Functions: what is defined, and what is imported exactly, is of exactly its type.
(module $functions
  (type $f (sub (func (result i32))))
  (type $g (sub $f (func (result i32))))
  (func $own (export "f") (type $f) (i32.const 1))
  (func (export "g") (type $g) (i32.const 2))
  (global (ref (exact $f)) (ref.func $own))
  (func (export "call") (param (ref (exact $f))) (result i32) (call_ref $f (local.get 0)))
  (func (export "is") (param funcref) (result i32)
    (i32.or
      (i32.or (ref.test (ref $f) (local.get 0)) (i32.shl (ref.test (ref (exact $f)) (local.get 0)) (i32.const 1)))
      (i32.or (i32.shl (ref.test (ref $g) (local.get 0)) (i32.const 2))
              (i32.shl (ref.test (ref null (exact $g)) (local.get 0)) (i32.const 3)))))
  (func (export "cast") (param funcref) (drop (ref.cast (ref (exact $f)) (local.get 0)))))
(register "functions")
(module
  (type $f (sub (func (result i32))))
  (type $g (sub $f (func (result i32))))
  (import "functions" "f" (func $f (exact (type $f))))
  (import "functions" "g" (func $g (exact (type $g) (result i32))))
  (import "functions" "g" (func $g-as-f (type $f)))
  (import "functions" "call" (func $call (exact (param (ref (exact $f))) (result i32))))
  (import "functions" "is" (func $is (param funcref) (result i32)))
  (import "functions" "cast" (func $cast (param funcref)))
  (elem declare func $f $g $g-as-f)
  (global (ref (exact $g)) (ref.func $g))
  (func (export "call") (result i32) (call $call (ref.func $f)))
  (func (export "is.f") (result i32) (call $is (ref.func $f)))
  (func (export "is.g") (result i32) (call $is (ref.func $g)))
  (func (export "is.g-as-f") (result i32) (call $is (ref.func $g-as-f)))
  (func (export "is.null") (result i32) (call $is (ref.null func)))
  (func (export "cast") (param i32)
    (call $cast (select (result funcref) (ref.func $f) (ref.func $g) (local.get 0)))))
(assert_return (invoke "call") (i32.const 1))
(assert_return (invoke "is.f") (i32.const 3))
(assert_return (invoke "is.g") (i32.const 13))
(assert_return (invoke "is.g-as-f") (i32.const 13))
(assert_return (invoke "is.null") (i32.const 8))
(assert_return (invoke "cast" (i32.const 1)))
(assert_trap (invoke "cast" (i32.const 0)) "cast failure")
(assert_unlinkable
  (module (type $f (sub (func (result i32)))) (import "functions" "g" (func (exact (type $f)))))
  "incompatible import type")
(assert_invalid
  (module (type $f (func)) (import "functions" "f" (func $f (type $f))) (global (ref (exact $f)) (ref.func $f)))
  "type mismatch")
(assert_malformed (module quote "(func (exact (param i32)))") "unexpected token")
(assert_malformed (module quote "(import \"\" \"\" (tag (exact (param i32))))") "unexpected token")

;; Continuations: what makes one knows its type, who gets one from a suspension does not.
(module
  (type $f (func)) (type $k (cont $f))
  (func $f)
  (elem declare func $f)
  (func (export "new") (result i32)
    (local $k (ref (exact $k)))
    (local.set $k (cont.new $k (ref.func $f)))
    (resume $k (cont.bind $k $k (local.get $k)))
    (i32.const 1)))
(assert_return (invoke "new") (i32.const 1))
(assert_invalid
  (module
    (type $f (func)) (type $k (cont $f)) (tag $t)
    (func (param (ref $k))
      (block $on (result (ref (exact $k))) (resume $k (on $t $on) (local.get 0)) (return))
      (drop)))
  "type mismatch")

;; What a cast leads to need not be of the type that is cast, nor the other way round.
(module
  (type $s (sub (struct))) (type $t (sub $s (struct))) (type $a (array i8))
  (func (export "unrelated") (result i32)
    (block $yes (result (ref null $a))
      (drop (br_on_cast $yes (ref null $s) (ref null $a) (struct.new $s)))
      (return (i32.const 0)))
    (drop) (i32.const 1))
  (func (export "up") (result i32)
    (block $no (result anyref)
      (drop (br_on_cast_fail $no (ref null $t) (ref $s) (struct.new $t)))
      (return (i32.const 1)))
    (drop) (i32.const 0))
  (func (export "known") (result i32)
    (i32.or (ref.test (ref (exact $s)) (struct.new $s))
      (i32.or (i32.shl (ref.test (ref (exact $s)) (struct.new $t)) (i32.const 1))
        (i32.or (i32.shl (ref.test (ref $s) (struct.new $t)) (i32.const 2))
          (i32.shl (ref.test (ref (exact $a)) (array.new_default $a (i32.const 3))) (i32.const 3)))))))
(assert_return (invoke "unrelated") (i32.const 0))
(assert_return (invoke "up") (i32.const 1))
(assert_return (invoke "known") (i32.const 13))
(assert_invalid
  (module (type $s (struct)) (type $f (func))
    (func (result funcref) (br_on_cast 0 (ref null $s) (ref null $f) (struct.new $s)) (unreachable)))
  "type mismatch")

;; Only what makes objects knows that their type is exact.
(assert_invalid
  (module (type $s (sub (struct))) (func (param (ref $s)) (result (ref (exact $s))) (local.get 0)))
  "type mismatch")
(assert_invalid
  (module (type $s (sub (struct))) (type $t (sub $s (struct))) (func (result (ref (exact $s))) (struct.new $t)))
  "type mismatch")
(assert_invalid (module (func (param (ref (exact 7))))) "unknown type")
(assert_invalid (module (type (array i8)) (func (drop (ref.get_desc 0 (unreachable))))) "type without descriptor")
(assert_invalid
  (module
    (type $a (sub (struct (field i32))))
    (rec (type $b (sub $a (descriptor $c) (struct (field i32)))) (type $c (sub (describes $b) (struct)))
         (type $d (sub $b (struct (field i32))))))
  "sub type 3 does not match super type 1")
(assert_malformed (module quote "(type (descriptor 0) (describes 1) (struct))") "unexpected token")
(assert_malformed (module quote "(rec (type (exact 0) (struct)))") "unexpected token")

;; Both types of a pair are structs of one group, name each other, and what is described stands first.
(assert_invalid (module (type (struct)) (type (describes 0) (struct))) "described type is outside rec group")
(assert_invalid (module (type (descriptor 1) (struct)) (type (struct))) "descriptor type is outside rec group")
(assert_invalid (module (rec (type (descriptor 2) (struct)) (type (struct)))) "descriptor type is outside rec group")
(assert_invalid (module (rec (type (descriptor 1) (struct)) (type (struct)))) "type is not described by its descriptor")
(assert_invalid (module (rec (type (struct)) (type (describes 0) (struct)))) "described type is not described by descriptor")
(assert_invalid
  (module (rec (type (describes 1) (struct)) (type (descriptor 0) (struct)))) "forward use of described type")
(assert_invalid (module (type (describes 0) (descriptor 0) (struct))) "forward use of described type")
(assert_invalid
  (module (rec (type (descriptor 2) (struct)) (type (descriptor 2) (struct)) (type (describes 0) (struct))))
  "type is not described by its descriptor")
(assert_invalid (module (rec (type (descriptor 1) (array i8)) (type (describes 0) (struct)))) "descriptor type must be a struct")
(assert_invalid (module (rec (type (descriptor 1) (struct)) (type (describes 0) (func)))) "described type must be a struct")
(assert_invalid
  (module
    (rec (type $a (sub (struct))) (type $b (sub (descriptor $c) (struct))) (type $c (sub $a (describes $b) (struct)))))
  "sub type 2 does not match super type 0")
(assert_invalid
  (module
    (rec (type $a (sub (descriptor $b) (struct))) (type $b (sub (describes $a) (struct))) (type $c (sub $b (struct)))))
  "sub type 2 does not match super type 1")
(assert_invalid
  (module
    (rec (type $a (sub (descriptor $b) (struct))) (type $b (sub (describes $a) (struct)))
         (type $c (sub $a (descriptor $d) (struct))) (type $d (describes $c) (struct))))
  "descriptor type 3 does not match")
(assert_invalid
  (module
    (rec (type $a (sub (descriptor $b) (struct))) (type $b (sub (describes $a) (struct)))
         (type $c (descriptor $d) (struct)) (type $d (sub $b (describes $c) (struct)))))
  "described type 2 does not match")

;; Objects are made with what describes them, exactly, and only with that.
(assert_invalid
  (module (rec (type (descriptor 1) (struct)) (type (describes 0) (struct))) (func (drop (struct.new 0))))
  "type with descriptor requires descriptor allocation")
(assert_invalid
  (module (rec (type (descriptor 1) (struct)) (type (describes 0) (struct))) (func (drop (struct.new_default 0))))
  "type with descriptor requires descriptor allocation")
(assert_invalid
  (module (type (struct)) (func (drop (struct.new_default_desc 0 (ref.null none)))))
  "type without descriptor requires non-descriptor allocation")
(assert_invalid
  (module
    (rec (type (sub (descriptor 1) (struct))) (type (sub (describes 0) (struct))))
    (func (param (ref 1)) (drop (struct.new_desc 0 (local.get 0)))))
  "type mismatch")
(assert_invalid
  (module
    (rec (type (sub (descriptor 1) (struct))) (type (sub (describes 0) (struct))))
    (func (param anyref (ref 1)) (drop (ref.cast_desc_eq (ref (exact 0)) (local.get 0) (local.get 1)))))
  "type mismatch")
(assert_invalid
  (module (func (param anyref) (drop (ref.cast_desc_eq (ref struct) (local.get 0) (ref.null none)))))
  "type struct does not have a descriptor")
(assert_invalid
  (module
    (rec (type (descriptor 1) (struct)) (type (describes 0) (struct)))
    (global (ref 1) (ref.get_desc 0 (ref.null none))))
  "constant expression required")
(assert_invalid
  (module
    (rec (type (sub (descriptor 1) (struct))) (type (sub (describes 0) (struct))))
    (func (param (ref 0)) (result (ref (exact 1))) (ref.get_desc 0 (local.get 0))))
  "type mismatch")

;; The bytes: clauses 4c and 4d, the exact heap type 62, the exact import 20, instructions fb 20 to fb 26.
(module definition binary
  "\00asm" "\01\00\00\00"
  "\01\18\03"                      ;; types
  "\4e\02\50\00\4d\01\5f\00"       ;; 0: open, descriptor 1
  "\50\00\4c\00\5f\00"             ;; 1: open, describes 0
  "\60\00\00"                      ;; 2
  "\60\01\63\62\00\00"             ;; 3: (param (ref null (exact 0)))
  "\02\05\01\00\00\20\02"          ;; import a function of exactly type 2
  "\03\02\01\03"
  "\0a\49\01\47\00"
  "\fb\00\01\fb\20\00\1a"          ;; struct.new, struct.new_desc
  "\fb\00\01\fb\21\00\1a"          ;; struct.new_default_desc
  "\20\00\fb\22\00\1a"             ;; ref.get_desc
  "\20\00\fb\00\01\fb\23\62\00\1a" ;; ref.cast_desc_eq to (ref (exact 0))
  "\20\00\fb\00\01\fb\24\00\1a"    ;; ref.cast_desc_eq to (ref null 0)
  "\02\6e\20\00\fb\00\01\fb\25\03\00\6e\00\0b\1a" ;; br_on_cast_desc_eq from anyref to (ref null 0)
  "\02\6e\20\00\fb\00\01\fb\26\03\00\6e\00\0b\1a" ;; br_on_cast_desc_eq_fail
  "\0b")
(assert_malformed
  (module binary "\00asm" "\01\00\00\00" "\01\04\01\60\00\00" "\02\05\01\00\00\21\00") "malformed import kind")
(assert_malformed
  (module binary "\00asm" "\01\00\00\00" "\01\0a\01\4e\02\4c\01\4c\01\5f\00\5f\00") "malformed definition type")
