;; Binary trees: one of depth 16 that lives throughout, and n of depth 10, each of
;; which is made, counted and dropped. Returns the number of all nodes.
(module
  (type $node (sub final (struct (field $left (ref null $node)) (field $right (ref null $node)))))
  (func $make (param $depth i32) (result (ref $node))
    (if (result (ref $node)) (i32.eqz (local.get $depth))
      (then (struct.new $node (ref.null $node) (ref.null $node)))
      (else (struct.new $node
        (call $make (i32.sub (local.get $depth) (i32.const 1)))
        (call $make (i32.sub (local.get $depth) (i32.const 1)))))))
  (func $count (param $tree (ref null $node)) (result i32)
    (if (result i32) (ref.is_null (local.get $tree))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (i32.add
        (call $count (struct.get $node $left (local.get $tree)))
        (call $count (struct.get $node $right (local.get $tree))))))))
  (func (export "run") (param $n i32) (result i64)
    (local $long (ref $node)) (local $sum i64)
    (local.set $long (call $make (i32.const 16)))
    (loop $next
      (if (local.get $n) (then
        (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $count (call $make (i32.const 10))))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next))))
    (i64.add (local.get $sum) (i64.extend_i32_u (call $count (local.get $long))))))
