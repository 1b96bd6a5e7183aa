;; Memories that check: a stronger check makes others superfluous.
(module
  (memory i64 1)
  (func $twice (param i64) (result i64)
    (i64.add (i64.load offset=16 (local.get 0)) (i64.load offset=8 (local.get 0))))
  (func $far (param i64) (result i64) (i64.load offset=0x1_0000_0000 (local.get 0)))
  (func $grow (param i64) (result i64) (drop (i64.load (local.get 0))) (drop (memory.grow (local.get 0))) (i64.load (local.get 0)))
  (func $fill (param i64) (memory.fill (local.get 0) (i32.const 0) (memory.size))))
