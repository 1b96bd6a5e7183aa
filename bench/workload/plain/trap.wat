;; Traps by a load behind the end of the memory.
(module
  (memory 1)
  (func (export "run") (param $n i32) (result i64)
    (i64.load (i32.const 65536))))
