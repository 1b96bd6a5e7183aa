;; Symmetric switching: two coroutines hand control to each other directly.
;;
;;   weft run --spectest examples/switch.wat
;;
;; prints 0 1 2 3 4 5: even numbers by one coroutine, odd ones by the other.
;;
;; With suspend and resume every change of tasks passes through a scheduler.
;; switch goes straight from one to the other: it suspends the running one and
;; runs the target in its place, under the same resume. What the target gets is
;; the number to go on with, and the continuation of the one that switched.
(module $switch
  (import "spectest" "print_i32" (func $print (param i32)))

  ;; A partner takes a number and its partner's continuation. The types refer to
  ;; each other, hence the recursion group.
  (rec
    (type $partner (func (param i32 (ref null $partner-cont))))
    (type $partner-cont (cont $partner)))

  (tag $turn)                            ;; no values: only a permission to switch

  (elem declare func $player)
  (func $player (type $partner) (param $n i32) (param $other (ref null $partner-cont))
    (loop $again
      (if (i32.gt_s (local.get $n) (i32.const 5))
        (then (return)))                 ;; ends the resume in main
      (call $print (local.get $n))
      ;; Arguments for the other, then the other. The results arrive when somebody
      ;; switches back to us.
      (switch $partner-cont $turn
        (i32.add (local.get $n) (i32.const 1))
        (local.get $other))
      (local.set $other)
      (local.set $n)
      (br $again)))

  (func (export "main")
    ;; (on $turn switch) allows switching beneath this resume; it has no label,
    ;; because control does not come here when they switch.
    (resume $partner-cont (on $turn switch)
      (i32.const 0)
      (cont.new $partner-cont (ref.func $player))
      (cont.new $partner-cont (ref.func $player)))))
