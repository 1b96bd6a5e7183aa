;; What a module imports inexactly, it hands on so; and an exact import wants no subtype.
(module $lib
  (type $f (sub (func)))
  (type $g (sub $f (func)))
  (import "host" "f" (func $f (type $f)))
  (export "handed on" (func $f))
  (func (export "g") (type $g)))
(module $main
  (type $f (sub (func)))
  (import "lib" "handed on" (func (exact (type $f))))
  (import "lib" "g" (func (type $f)))
  (import "lib" "g" (func (exact (type $f)))))
