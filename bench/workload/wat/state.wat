;; A state that a coroutine reaches only through the effects get and put: it counts
;; to n. Each effect is a suspension, and the handler keeps the state in a local.
(module
  (type $run (func))
  (type $resumed-put (cont $run))
  (type $got (func (param i64)))
  (type $resumed-get (cont $got))
  (tag $get (result i64))
  (tag $put (param i64))

  (global $n (mut i32) (i32.const 0))

  (elem declare func $count)
  (func $count (local $i i32)
    (loop $next
      (suspend $put (i64.add (suspend $get) (i64.const 1)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (global.get $n)))))

  (func (export "run") (param $n i32) (result i64)
    (local $asked (ref null $resumed-get)) (local $told (ref null $resumed-put)) (local $state i64)
    (global.set $n (local.get $n))
    (local.set $told (cont.new $resumed-put (ref.func $count)))
    (loop $go-on
      ;; A put comes before the next get, and a get before the next put.
      (block $on-get (result (ref $resumed-get))
        (resume $resumed-put (on $get $on-get) (local.get $told))
        (return (local.get $state)))
      (local.set $asked)
      (block $on-put (result i64 (ref $resumed-put))
        (resume $resumed-get (on $put $on-put) (local.get $state) (local.get $asked))
        (unreachable))
      (local.set $told)
      (local.set $state)
      (br $go-on))
    (unreachable)))
