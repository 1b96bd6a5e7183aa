;; Of two accesses that are out of bounds the first traps, even if the second operand of an
;; instruction can be in memory.
(module
  (memory 1)
  (func (export "lt") (result i32)
    (f64.lt (f64.load offset=0x7fffffff (memory.size)) (f64.abs (f64.load (i32.const 0x7fffffff)))))
  (func (export "sub") (result i32)
    (i32.sub (i32.load (i32.const 65534)) (i32.mul (i32.load (i32.const 65535)) (i32.const 3))))
  (func (export "add") (result i32)
    (i32.add (i32.load (i32.const 65534)) (i32.load (i32.const 65535)))))
