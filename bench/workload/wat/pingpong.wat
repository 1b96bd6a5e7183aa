;; Two coroutines hand control to each other, n times in all, by switch. Returns how
;; often that was.
(module
  (rec
    (type $player (func (param i64 (ref null $k)) (result i64)))
    (type $k (cont $player)))
  (tag $turn (result i64))
  (tag $over)

  (global $turns (mut i64) (i64.const 0))

  (elem declare func $player)
  (func $player (type $player) (param $left i64) (param $other (ref null $k)) (result i64)
    (loop $again
      (if (i64.gt_s (local.get $left) (i64.const 0))
        (then
          (global.set $turns (i64.add (global.get $turns) (i64.const 1)))
          (switch $k $turn (i64.sub (local.get $left) (i64.const 1)) (local.get $other))
          (local.set $other)
          (local.set $left)
          (br $again))))
    ;; The other one still waits: an exception ends it.
    (block $caught
      (try_table (catch $over $caught)
        (drop (resume_throw $k $over (local.get $other)))))
    (global.get $turns))

  (func (export "run") (param $n i32) (result i64)
    (global.set $turns (i64.const 0))
    (resume $k (on $turn switch)
      (i64.extend_i32_u (local.get $n))
      (cont.new $k (ref.func $player))
      (cont.new $k (ref.func $player)))))
