;; What is known to be in memory and records.
(module
  (memory 1) (memory 1)
  (global $sp (mut i32) (i32.const 0))
  (func $f)
  ;; The second load is the first, and the third what was stored between, at another place of the same frame.
  (func $again (param $p i32) (result i64)
    (i64.store offset=16 (local.get $p) (i64.load offset=8 (local.get $p)))
    (i64.add (i64.load offset=8 (local.get $p)) (i64.load offset=16 (local.get $p))))
  ;; Places that overlap, may overlap, or are of a memory that may be the same are read again.
  (func $changed (param $p i32) (param $q i32) (result i32)
    (drop (i32.load offset=8 (local.get $p)))
    (i32.store8 offset=11 (local.get $p) (local.get $q))
    (i32.store (local.get $p) (i32.load offset=8 (local.get $p)))
    (i32.store (local.get $q) (i32.const 0))
    (i32.store (local.get $p) (i32.load (local.get $p)))
    (i32.store 1 offset=0 (local.get $q) (i32.const 0))
    (i32.add (i32.load (local.get $p)) (i32.load offset=8 (local.get $p))))
  ;; An address that is the sum of the same and a number is at a distance.
  (func $apart (param $p i32) (result i32)
    (i32.store (i32.sub (local.get $p) (i32.const 4)) (i32.const 1))
    (i32.store (local.get $p) (i32.const 2))
    (i32.store offset=0xfffffff0 (i32.add (local.get $p) (i32.const 16)) (i32.const 3))
    (i32.add (i32.load (i32.sub (local.get $p) (i32.const 4))) (i32.load (local.get $p))))
  ;; The low bits of what has been written or read are known, too, as a load widens them.
  (func $narrow (param $p i32) (param $x i64) (param $y i32) (result i64)
    (i64.store8 (local.get $p) (local.get $x))
    (i64.store32 offset=8 (local.get $p) (local.get $x))
    (i32.store16 offset=16 (local.get $p) (local.get $y))
    (i64.store offset=24 (local.get $p) (i64.load8_s (local.get $p)))
    (i64.store offset=32 (local.get $p) (i64.load32_u offset=8 (local.get $p)))
    (i64.store offset=40 (local.get $p) (i64.extend_i32_u (i32.load8_u offset=8 (local.get $p))))
    (i64.load16_s offset=16 (local.get $p)))
  ;; Not more than was written, and not of floats.
  (func $wider (param $p i32) (param $x f32) (result i32)
    (i32.store8 (local.get $p) (i32.const 1))
    (f32.store offset=8 (local.get $p) (local.get $x))
    (i32.add (i32.load (local.get $p)) (i32.load offset=8 (local.get $p))))
  ;; A block knows what its only predecessor does; a loop begins with nothing.
  (func $blocks (param $p i32) (result i32)
    (i32.store (local.get $p) (i32.const 7))
    (if (i32.load offset=4 (local.get $p)) (then (return (i32.load (local.get $p)))))
    (loop $again
      (br_if $again (i32.load offset=4 (local.get $p))))
    (i32.load (local.get $p)))
  ;; After a call nothing is known.
  (func $called (param $p i32) (result i32)
    (i32.store (local.get $p) (i32.const 1))
    (call_indirect (i32.const 0))
    (i32.load (local.get $p)))
  (table 1 funcref)
  ;; A write to a global goes if another one follows which nobody comes between: a trap would.
  (func $overwritten (param $p i32)
    (global.set $sp (i32.const 1))
    (global.set $sp (i32.const 2))
    (drop (i32.load (local.get $p)))
    (global.set $sp (i32.const 3)))
)
