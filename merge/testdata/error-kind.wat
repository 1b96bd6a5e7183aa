(module $A (import "B" "f" (func (param i32))))
(module $B (memory (export "f") i64 1 2))
