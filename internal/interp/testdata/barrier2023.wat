;; A barrier is a range; nothing of it is executed.
(module
  (tag $t)
  (func $f (param $a i32) (result i32)
    (barrier $l (result i32)
      (suspend $t)
      (drop (br_if $l (i32.const 1) (local.get $a)))
      (barrier (suspend $t))
      (i32.const 2))))
