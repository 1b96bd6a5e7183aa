;; Only an export declared the function that ref.func names.
;; export B
(module $A
  (func $f (export "f"))
  (func $take (export "take") (result funcref) (ref.func $f)))
(module $B (func (export "take") (import "A" "take") (result funcref)))
