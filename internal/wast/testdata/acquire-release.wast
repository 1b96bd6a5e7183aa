;; Atomic accesses with an order, and what waits in a loop.

(module
  (memory 1 1 shared)
  (memory $own 1)
  (func (export "load") (param i32) (result i32) (i32.atomic.load offset=4 acqrel (local.get 0)))
  (func (export "load8") (param i32) (result i64) (i64.atomic.load8_u $own acqrel (local.get 0)))
  (func (export "store") (param i32 i32) (i32.atomic.store offset=4 align=4 acqrel (local.get 0) (local.get 1)))
  (func (export "store8") (param i32 i64) (i64.atomic.store8 $own acqrel (local.get 0) (local.get 1)))
  (func (export "store16") (param i32 i32) (i32.atomic.store16 acqrel (local.get 0) (local.get 1)))
  (func (export "store64") (param i32) (i64.atomic.store acqrel (local.get 0) (i64.const 0x1_0000_0002)))
  (func (export "add") (param i32 i32) (result i32) (i32.atomic.rmw.add acqrel (local.get 0) (local.get 1)))
  (func (export "cmpxchg") (param i32 i64 i64) (result i64)
    (i64.atomic.rmw32.cmpxchg_u seqcst (local.get 0) (local.get 1) (local.get 2)))
  ;; What is stored and then loaded again is what is in memory.
  (func (export "narrow") (param i32 i32) (result i32)
    (i32.atomic.store8 acqrel (local.get 0) (local.get 1))
    (atomic.fence acqrel)
    (pause)
    (i32.load8_s (local.get 0)))
  (func (export "spin") (result i32)
    (local i32)
    (loop $again
      (pause)
      (atomic.fence seqcst)
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get 0) (i32.const 100))))
    (local.get 0)))
(assert_return (invoke "store" (i32.const 8) (i32.const -3)))
(assert_return (invoke "load" (i32.const 8)) (i32.const -3))
(assert_return (invoke "add" (i32.const 12) (i32.const 5)) (i32.const -3))
(assert_return (invoke "cmpxchg" (i32.const 12) (i64.const 2) (i64.const 0xffff_ffff_0000_0007)) (i64.const 2))
(assert_return (invoke "load" (i32.const 8)) (i32.const 7))
(assert_return (invoke "store8" (i32.const 65535) (i64.const 0x1ff)))
(assert_return (invoke "load8" (i32.const 65535)) (i64.const 0xff))
(assert_return (invoke "load8" (i32.const 65534)) (i64.const 0))
(assert_return (invoke "store16" (i32.const 8) (i32.const 0x12345)))
(assert_return (invoke "load" (i32.const 4)) (i32.const 0x2345))
(assert_return (invoke "store64" (i32.const 16)))
(assert_return (invoke "load" (i32.const 12)) (i32.const 2))
(assert_return (invoke "load" (i32.const 16)) (i32.const 1))
(assert_return (invoke "narrow" (i32.const 3) (i32.const 0x180)) (i32.const -128))
(assert_return (invoke "spin") (i32.const 100))
(assert_trap (invoke "load" (i32.const 1)) "unaligned atomic")
(assert_trap (invoke "store" (i32.const 6) (i32.const 0)) "unaligned atomic")
(assert_trap (invoke "store" (i32.const 65532) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "store8" (i32.const 65536) (i64.const 0)) "out of bounds memory access")
(assert_trap (invoke "store64" (i32.const -4)) "unaligned atomic")
(assert_trap (invoke "store64" (i32.const -8)) "out of bounds memory access")

;; Other accesses have no order; the order stands behind alignment and offset.
(assert_malformed (module quote "(memory 1) (func (drop (i32.load acqrel (i32.const 0))))") "unexpected token")
(assert_malformed
  (module quote "(memory 1) (func (drop (memory.atomic.notify acqrel (i32.const 0) (i32.const 0))))") "unexpected token")
(assert_malformed (module quote "(memory 1) (func (drop (i32.atomic.load acqrel offset=4 (i32.const 0))))") "unexpected token")
(assert_malformed (module quote "(func (atomic.fence relaxed))") "unknown operator")
(assert_invalid (module (func (drop (i32.atomic.load acqrel (i32.const 0))))) "unknown memory")

;; A read and a write have one order. The byte stands before the offset, behind the memory.
(module binary
  "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\05\05\02\00\01\00\01"
  "\0a\1f\01\1d\00"
  "\41\00\fe\10\12\01\00\1a"             ;; i32.atomic.load acqrel
  "\41\00\fe\10\52\01\00\04\1a"         ;; of memory 1, seqcst, at offset 4
  "\41\00\41\00\fe\1e\12\11\08\1a\0b")  ;; i32.atomic.rmw.add acqrel at offset 8
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\05\03\01\00\01"
    "\0a\0e\01\0c\00\41\00\41\00\fe\1e\12\01\08\1a\0b") "malformed memory order")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\05\03\01\00\01"
    "\0a\0c\01\0a\00\41\00\fe\10\12\11\00\1a\0b") "malformed memory order")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\07\01\05\00\fe\03\02\0b") "malformed memory order")
