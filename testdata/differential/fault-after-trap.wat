;; The code that raises a trap ends with a call, whose return address may be the address of
;; the next instruction, which may fault.
(module
  (memory 1)
  (data (i32.const 4) "\01")
  (global $g (mut i32) (i32.const 0))
  (func $traps (param i32)
    (if (i32.load (i32.mul (local.get 0) (i32.const 4))) (then (global.set $g (i32.const 2)) (unreachable)))
    (global.set $g (i32.load (i32.const 65535)))
    (unreachable))
  (func (export "fault") (call $traps (i32.const 0)))
  (func (export "trap") (call $traps (i32.const 1)))
  (func $returns (param i32)
    (if (i32.load (i32.mul (local.get 0) (i32.const 4))) (then (global.set $g (i32.const 2)) (unreachable)))
    (global.set $g (i32.load (i32.const 8)))
    (unreachable))
  (func (export "no fault") (call $returns (i32.const 0)))
  (func (export "trap before it") (call $returns (i32.const 1))))
