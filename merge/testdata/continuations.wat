;; Two modules that switch between stacks, with types of one shape.
;; export main
(module $yield
  (type $f (func))
  (type $k (cont $f))
  (tag $yield (export "yield") (param i32))
  (tag $swap (export "swap"))
  (func (export "emit") (param i32) (suspend $yield (local.get 0))))
(module $main
  (type $g (func (param i32)))
  (type $cg (cont $g))
  (type $f (func))
  (type $k (cont $f))
  (tag $yield (import "yield" "yield") (param i32))
  (tag $swap (import "yield" "swap"))
  (func $emit (import "yield" "emit") (param i32))
  (tag $own (param f32))
  (func $body (export "body") (param i32) (call $emit (local.get 0)))
  (func (export "main") (result i32)
    (block $on (result i32 (ref $k))
      (resume $k (on $yield $on) (on $swap switch)
        (cont.bind $cg $k (i32.const 7) (cont.new $cg (ref.func $body))))
      (return (i32.const -1)))
    (drop)))
