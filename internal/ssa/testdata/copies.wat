;; Copies and fills of few bytes.
(module
  (memory $m 1)
  (memory $shared 1 1 shared)
  (memory $large i64 1)
  ;; Of a known size: all is loaded before anything is stored.
  (func (param $to i32) (param $from i32)
    (memory.copy (local.get $to) (local.get $from) (i32.const 24)))
  (func (param $to i32)
    (memory.fill (local.get $to) (i32.const 0) (i32.const 7)))
  (func (param $to i32) (param $value i32)
    (memory.fill (local.get $to) (local.get $value) (i32.const 16)))
  ;; Of any size.
  (func (param $to i32) (param $from i32) (param $n i32)
    (memory.copy (local.get $to) (local.get $from) (local.get $n)))
  ;; From one that threads share, whose length may be known too late.
  (func (param $to i32) (param $from i32)
    (memory.copy $m $shared (local.get $to) (local.get $from) (i32.const 4)))
  ;; Left to Go: too many, or addresses that are too large.
  (func (param $to i32) (param $from i32)
    (memory.copy (local.get $to) (local.get $from) (i32.const 129)))
  (func (param $to i64)
    (memory.fill $large (local.get $to) (i32.const 0) (i64.const 8))))
