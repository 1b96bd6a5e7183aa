(module
  (memory 1)
  (func $small (param $x i32) (result i32) (i32.add (local.get $x) (i32.const 1)))
  (func $large (param $x i32) (result i32)
    (local $i i32)
    (loop $more
      (i32.store (local.get $i) (local.get $x))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 400))))
    (local.get $i))
  ;; The unlikely arm lies behind the others, and its call is one.
  (func $if (param $x i32) (result i32)
    local.get $x
    (@metadata.code.branch_hint "\00") if
      (local.set $x (call $small (local.get $x)))
    end
    (call $small (local.get $x)))
  (func $else (param $x i32) (result i32)
    local.get $x
    (@metadata.code.branch_hint "\01") if (result i32)
      (call $small (local.get $x))
    else
      (call $small (i32.const 7))
    end)
  ;; What follows a likely branch is unlikely, and an unlikely branch leads to what is.
  (func $likely (param $x i32) (result i32)
    block $out
      local.get $x
      (@metadata.code.branch_hint "\01") br_if $out
      (local.set $x (call $large (local.get $x)))
    end
    (local.get $x))
  (func $unlikely (param $x i32) (result i32)
    block $out (result i32)
      i32.const 5
      local.get $x
      (@metadata.code.branch_hint "\00") br_if $out
      drop
      (return (call $large (local.get $x)))
    end)
  ;; That a loop goes on says nothing about what follows.
  (func $loop (param $x i32) (result i32)
    loop $more
      (i32.store (local.get $x) (i32.const 0))
      (local.tee $x (i32.sub (local.get $x) (i32.const 4)))
      (@metadata.code.branch_hint "\01") br_if $more
    end
    (call $small (local.get $x)))
  ;; Hints of a body that is built into another.
  (func $inner (param $x i32) (result i32)
    local.get $x
    (@metadata.code.branch_hint "\00") if
      (return (i32.const 3))
    end
    (i32.const 4))
  (func $outer (param $x i32) (param $y i32) (result i32)
    (local $z i64)
    (i32.add (call $inner (local.get $x)) (call $inner (local.get $y))))
)
