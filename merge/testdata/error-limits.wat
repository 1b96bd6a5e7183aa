(module $A (import "B" "t" (table 4 8 funcref)))
(module $B (table (export "t") 4 funcref))
