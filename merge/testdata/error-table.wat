(module $A (global $g (import "B" "g") (ref func)) (table $t 1 1 (ref func) (global.get $g)))
(module $B (func $f) (global $start (export "g") (ref func) (ref.func $f)))
