;; The guest of the servers without stack switching: it answers a request, after a
;; sleep in which it blocks.
(module
  (import "host" "sleep" (func $sleep (param i32))) ;; milliseconds
  (import "host" "write" (func $write (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "Hello from the guest.\n")
  (func (export "handle") (param $ms i32)
    (if (local.get $ms) (then (call $sleep (local.get $ms))))
    (call $write (i32.const 0) (i32.const 22))))
