;; Branches: comparisons melt in, values move to where the label wants them.
(module
  (func $loop (param $n i32) (result i32) (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $i))
  (func $if (param $n i64) (result i32)
    (if (result i32) (i64.eqz (local.get $n)) (then (i32.const 1)) (else (i32.const 2))))
  ;; The value lies above another one, so the branch must move it.
  (func $move (param $c i32) (result i32)
    (block $out (result i32)
      (i32.const 1)
      (br_if $out (i32.const 2) (local.get $c))
      (drop)))
  (func $table (param $n i32) (result i32)
    (block $a (block $b
      (br_table $a $b $a (local.get $n)))
      (return (i32.const 1)))
    (i32.const 2))
  (func $dead (result i32)
    (return (i32.const 1))
    (block (br 0))
    (unreachable)))
