(module $A (type $s (struct)) (import "B" "f" (func (param (ref $s)))))
(module $B (rec (type $s (struct)) (type (func))) (func (export "f") (param (ref $s)) unreachable))
