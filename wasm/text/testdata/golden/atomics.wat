;; Orders of atomic accesses. That of all accesses goes without saying.
(module
  (memory 1 1 shared)
  (memory $b 1)
  (func (param i32)
    (atomic.fence)
    (atomic.fence seqcst)
    (atomic.fence acqrel)
    (pause)
    (drop (i32.atomic.load $b offset=4 align=4 acqrel (local.get 0)))
    (drop (i32.atomic.load seqcst (local.get 0)))
    (i64.atomic.store32 acqrel (local.get 0) (i64.const 1))
    (drop (i64.atomic.rmw16.cmpxchg_u $b acqrel (local.get 0) (i64.const 1) (i64.const 2))))
  ;; What is written as numbers is printed as a string.
  (data "a" (i8 1 2) (i16 -1) (v128 i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)))
