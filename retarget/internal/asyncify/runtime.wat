;; What takes the place of Asyncify's functions. docs/retarget.md has the design.
;;
;; The state is 0 normal, 1 unwinding, 2 rewinding. Data is a pair of addresses in the program's memory: where the next
;; frame goes, and where the stack ends. What is made for a program stands behind these functions.
(module
  (type $plain (func))
  (type $waiting (cont $plain))
  (import "program" "0" (memory $memory 1))

  (global $state (mut i32) (i32.const 0))
  ;; The slot in the table of what unwinds, or is to be rewound.
  (global $slot (mut i32) (i32.const 0))
  ;; The slot is the address of the stack, shifted by this. It only becomes smaller.
  (global $shift (mut i32) (i32.const 16))
  ;; How many slots there are.
  (global $slots (mut i32) (i32.const 0))

  (table $waiting 0 (ref null $waiting))
  ;; The address of the stack for each slot.
  (memory $stacks 0)
  (tag $unwind)

  ;; start_unwind chooses the slot for the continuation that is going to suspend, and counts a frame on its stack.
  (func $start_unwind (param $data i32) (local $stack i32) (local $slot i32)
    (local.set $slot (i32.shr_u (local.tee $stack (i32.load (local.get $data))) (global.get $shift)))
    (block $known
      (block $new
        (br_if $new (i32.le_s
          (i32.shr_s (i32.sub (i32.load offset=4 (local.get $data)) (local.get $stack)) (global.get $shift))
          (i32.const 0)))
        (br_if $new (i32.ge_u (local.get $slot) (global.get $slots)))
        (br_if $known (i32.eq (i32.load $stacks (i32.shl (local.get $slot) (i32.const 2))) (local.get $stack))))
      (local.set $slot (call $new_slot (local.get $stack) (i32.load offset=4 (local.get $data)))))
    (global.set $slot (local.get $slot))
    (i32.store (local.get $data) (i32.add (local.get $stack) (i32.const 4)))
    (global.set $state (i32.const 1)))

  (func $stop_unwind (global.set $state (i32.const 0)))

  ;; start_rewind takes the frame from the stack again. What waits there must be what was unwound there last.
  (func $start_rewind (param $data i32) (local $stack i32) (local $slot i32)
    (i32.store (local.get $data)
      (local.tee $stack (i32.sub (i32.load (local.get $data)) (i32.const 4))))
    (local.set $slot (i32.shr_u (local.get $stack) (global.get $shift)))
    (block $other
      (br_if $other (i32.ge_u (local.get $slot) (global.get $slots)))
      (br_if $other (i32.ne (i32.load $stacks (i32.shl (local.get $slot) (i32.const 2))) (local.get $stack)))
      (global.set $slot (local.get $slot))
      (global.set $state (i32.const 2))
      (return))
    (unreachable))

  (func $stop_rewind (global.set $state (i32.const 0)))

  ;; new_slot returns the slot for a stack, and sees to it that there is one. A stack that overlaps another one has been
  ;; given to something new: what has waited there is over. Stacks of less than 16 bytes are full.
  (func $new_slot (param $stack i32) (param $end i32) (result i32) (local $slot i32) (local $more i32)
    (if (i32.lt_s (i32.sub (local.get $end) (local.get $stack)) (i32.const 16))
      (then (unreachable)))
    (call $shrink (i32.sub (i32.const 31) (i32.clz (i32.sub (local.get $end) (local.get $stack)))))
    (local.set $slot (i32.shr_u (local.get $stack) (global.get $shift)))
    (if (i32.ge_u (local.get $slot) (global.get $slots))
      (then (call $grow (i32.add (local.get $slot) (i32.const 1)))))
    (i32.store $stacks (i32.shl (local.get $slot) (i32.const 2)) (local.get $stack))
    (local.get $slot))

  ;; grow makes room for a number of slots, and for as many again as there are.
  (func $grow (param $slots i32) (local $pages i32)
    (if (i32.lt_u (local.get $slots) (i32.shl (global.get $slots) (i32.const 1)))
      (then (local.set $slots (i32.shl (global.get $slots) (i32.const 1)))))
    (if (i32.eq (i32.const -1)
          (table.grow $waiting (ref.null $waiting) (i32.sub (local.get $slots) (global.get $slots))))
      (then (unreachable)))
    (local.set $pages (i32.shr_u (i32.add (local.get $slots) (i32.const 0x3FFF)) (i32.const 14)))
    (if (i32.eq (i32.const -1)
          (memory.grow $stacks (i32.sub (local.get $pages) (memory.size $stacks))))
      (then (unreachable)))
    (global.set $slots (local.get $slots)))

  ;; shrink makes the shift smaller, if it is larger than a number, and moves what waits to its new slot. That is never
  ;; a lower one, and never one that has not been moved yet.
  (func $shrink (param $shift i32) (local $from i32) (local $to i32) (local $stack i32) (local $c (ref null $waiting))
    (if (i32.ge_u (local.get $shift) (global.get $shift))
      (then (return)))
    (local.set $from (global.get $slots))
    (if (local.get $from)
      (then (call $grow (i32.shl (local.get $from) (i32.sub (global.get $shift) (local.get $shift))))))
    (global.set $shift (local.get $shift))
    (loop $next
      (if (i32.eqz (local.get $from))
        (then (return)))
      (local.set $from (i32.sub (local.get $from) (i32.const 1)))
      (local.set $stack (i32.load $stacks (i32.shl (local.get $from) (i32.const 2))))
      (local.set $c (table.get $waiting (local.get $from)))
      (i32.store $stacks (i32.shl (local.get $from) (i32.const 2)) (i32.const 0))
      (table.set $waiting (local.get $from) (ref.null $waiting))
      (if (i32.eqz (ref.is_null (local.get $c)))
        (then
          (local.set $to (i32.shr_u (local.get $stack) (local.get $shift)))
          (i32.store $stacks (i32.shl (local.get $to) (i32.const 2)) (local.get $stack))
          (table.set $waiting (local.get $to) (local.get $c))))
      (br $next)))
)
