;; rename
(module $A (func (export "run")) (func (export "B.run")))
(module $B (func (export "run")) (memory (export "memory") 1))
