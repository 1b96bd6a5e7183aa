;; Calls from the guest into a host function that returns its argument, n times.
;; Returns their sum.
(module
  (import "env" "nop" (func $nop (param i32) (result i32)))
  (func (export "run") (param $n i32) (result i64)
    (local $sum i64)
    (loop $more
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $nop (local.get $n)))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  ;; Does nothing but return its argument.
  (func (export "same") (param $n i32) (result i64)
    (i64.extend_i32_u (local.get $n))))
