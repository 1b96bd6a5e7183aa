;; Grows the memory by n pages, one at a time, and writes to each. Returns how many
;; it got.
(module
  (memory 1)
  (func (export "run") (param $n i32) (result i64)
    (local $got i64) (local $page i32)
    (loop $more
      (local.set $page (memory.grow (i32.const 1)))
      (if (i32.ne (local.get $page) (i32.const -1))
        (then
          (local.set $got (i64.add (local.get $got) (i64.const 1)))
          (i32.store (i32.shl (local.get $page) (i32.const 16)) (i32.const 1))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $got)))
