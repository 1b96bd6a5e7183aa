(module $A)
(module $B (func $f (result i32)))
