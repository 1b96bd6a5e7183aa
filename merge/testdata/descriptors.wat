;; Types with descriptors are one in the result, and what was exact stays so.
(module $shapes
  (rec
    (type $shape (sub (descriptor $class) (struct (field i32))))
    (type $class (sub (describes $shape) (struct (field (ref null (exact $f))))))
    (type $f (sub (func (param (ref (exact $shape))) (result i32)))))
  (func $id (export "id") (type $f) (struct.get $shape 0 (local.get 0)))
  (global (export "class") (ref (exact $class)) (struct.new $class (ref.func $id))))
(module $main
  (type (func))
  (rec
    (type $shape (sub (descriptor $class) (struct (field i32))))
    (type $class (sub (describes $shape) (struct (field (ref null (exact $f))))))
    (type $f (sub (func (param (ref (exact $shape))) (result i32)))))
  (import "shapes" "id" (func $id (exact (type $f))))
  (import "shapes" "class" (global $class (ref (exact $class))))
  (import "host" "f" (func $host (exact (type $f))))
  (global (ref (exact $f)) (ref.func $id))
  (func (export "main") (param anyref) (result i32)
    (call $host
      (ref.cast_desc_eq (ref (exact $shape)) (local.get 0)
        (ref.get_desc $shape (struct.new_desc $shape (i32.const 1) (global.get $class)))))))
