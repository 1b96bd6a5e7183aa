(module $A (func (export "f") (import "B" "g")))
(module $B (func (export "g") (import "A" "f")))
