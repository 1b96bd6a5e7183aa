(module
  (type $thing (sub (struct (field i32))))
  (rec
    (type $shape (sub $thing (descriptor $class) (struct (field i32) (field i64))))
    (type $class (sub (describes $shape) (struct (field i32))))
    (type $square (sub $shape (descriptor $sub) (struct (field i32) (field i64))))
    (type $sub (sub $class (describes $square) (struct (field i32)))))

  ;; The descriptor is written where no field lies.
  (func (export "new") (param i32 i64 (ref null (exact $class))) (result (ref $shape))
    (struct.new_desc $shape (local.get 0) (local.get 1) (local.get 2)))
  (func (export "default") (param (ref (exact $sub))) (result anyref)
    (struct.new_default_desc $square (local.get 0)))

  ;; One load.
  (func (export "get") (param (ref $square)) (result (ref $class)) (ref.get_desc $shape (local.get 0)))

  ;; One load and one comparison.
  (func (export "cast") (param (ref $shape) (ref $sub)) (result (ref $square))
    (ref.cast_desc_eq (ref $square) (local.get 0) (local.get 1)))
  (func (export "branch") (param (ref $shape) (ref $sub)) (result i32)
    (block $no (result (ref $shape))
      (br_on_cast_desc_eq_fail $no (ref $shape) (ref $square) (local.get 0) (local.get 1))
      (return (i32.const 1)))
    (drop)
    (i32.const 0))

  ;; A test of the type comes first.
  (func (export "cast.any") (param anyref (ref (exact $sub))) (result (ref null (exact $square)))
    (ref.cast_desc_eq (ref null (exact $square)) (local.get 0) (local.get 1)))

  ;; Casts that types decide.
  (func (export "up") (param (ref null $square)) (result i32)
    (ref.test (ref $thing) (local.get 0)))
  (func (export "exact") (param (ref (exact $shape))) (result i32)
    (ref.test (ref $square) (local.get 0))
    (i32.add (ref.test (ref null (exact $shape)) (local.get 0))))
  (func (export "class") (param (ref (exact $square))) (result (ref (exact $sub)))
    (ref.cast (ref (exact $sub)) (ref.get_desc $shape (local.get 0))))
  (func (export "unrelated") (param (ref $shape)) (result (ref null $class))
    (ref.cast (ref $class) (local.get 0)))

  ;; And one that they do not: no supertype is looked for.
  (func (export "exactly") (param (ref $shape)) (result (ref (exact $shape)))
    (ref.cast (ref (exact $shape)) (local.get 0))))
