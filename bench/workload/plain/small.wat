;; A small module of the usual kinds of things, to be instantiated.
(module
  (memory (export "memory") 16)
  (data (i32.const 1024) "some bytes that an instance begins with")
  (table funcref (elem $add $sub))
  (global $top (mut i32) (i32.const 65536))
  (type $binary (func (param i32 i32) (result i32)))
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func (export "run") (param $n i32) (result i64)
    (i64.extend_i32_u (call_indirect (type $binary) (local.get $n) (i32.const 0) (i32.const 0)))))
