;; Functions in dispatch form. Rare entries begin anew.
(module
  (import "m" "f" (func $f (param i32) (result i32)))
  (global $sp (mut i32) (i32.const 0))
  (memory 1)
  ;; A machine whose states are all known: nothing of the dispatch remains.
  (func $states (param $x i32) (result i32) (local $state i32)
    (loop $entry
      (block $done (block $odd (block $even (block $start
        (br_table $start $even $odd $done (local.get $state)))
      ;; start
      (local.set $state (select (i32.const 1) (i32.const 1) (local.get $x))) (local.set $state (i32.const 1)) (br $entry))
      ;; even
      (if (i32.eqz (local.get $x)) (then (local.set $state (i32.const 3)) (br $entry)))
      (local.set $x (i32.sub (local.get $x) (i32.const 1)))
      (local.set $state (i32.const 2)) (br $entry))
      ;; odd
      (local.set $x (i32.sub (local.get $x) (i32.const 1)))
      (local.set $state (i32.const 1)) (br $entry))
      (return (local.get $x)))
    (unreachable))
  ;; As official Go has it: a loop with a call in it, behind which the function is entered again.
  (func $resumes (param $pc i32) (result i32) (local $sp i32)
    (local.set $sp (global.get $sp))
    (loop $entry
      (block $b3 (block $b2 (block $b1 (block $b0
        (br_table $b0 $b1 $b2 $b3 (local.get $pc)))
      ;; 0: the beginning
      (i32.store (local.get $sp) (i32.const 10)))
      ;; 1: the loop
      (if (i32.eqz (i32.load (local.get $sp))) (then (local.set $pc (i32.const 3)) (br $entry)))
      (call $resumes (i32.const 0))
      (local.set $sp (global.get $sp))
      (if (then (return (i32.const 1)))))
      ;; 2: behind the call
      (i32.store (local.get $sp) (i32.sub (i32.load (local.get $sp)) (i32.const 1)))
      (local.set $pc (i32.const 1)) (br $entry))
      (return (i32.const 0)))
    (unreachable))
  ;; A state that is computed keeps the dispatch.
  (func $computed (param $x i32) (local $state i32)
    (loop $entry
      (block $done (block $b (block $a
        (br_table $a $b $done (local.get $state)))
      (local.set $state (call $f (local.get $x))) (br $entry))
      (global.set $sp (local.get $x))
      (local.set $state (i32.const 0)) (br $entry)))))
