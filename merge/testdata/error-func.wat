(module $A (import "B" "f" (func (param i32) (result i64))))
(module $B (func (export "f") (param i32)))
