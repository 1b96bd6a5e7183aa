(module $A (func (export "run")))
(module $B (func (export "run")))
