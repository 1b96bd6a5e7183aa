;; What takes the place of Go's switching between goroutines.
;;
;; A goroutine runs in a continuation. Go's scheduler stays as it is, and so do Go's stacks in memory: they have the
;; variables that pointers point to, and the return addresses for tracebacks and the collector. The scheduler runs on
;; the continuation of the goroutine that has called it; only SP changes to the scheduler's stack. So a goroutine that
;; waits has the scheduler's frames on its continuation, down to the call of gogo for another goroutine; when it goes
;; on, that call returns 1, and so do the scheduler's functions, up to mcall, which returns to the goroutine.
;;
;; Functions take SP as their parameter and return it: what they have popped is off it, and morestack may have moved it.
;; Switching ones return before that whether another goroutine has gone on. The global SP is where it stands when none
;; of Go's functions runs: at a switch, a recovery, and a call of the host or of what the host calls.
;;
;; The continuations of waiting goroutines are in a table. Its index, the slot, is kept in a word of the goroutine's
;; gobuf that is of no use on WebAssembly, and that runtime.newproc clears: 0 says that the goroutine is new. When a
;; goroutine goes on, the one that waits for it takes its slot. When one ends and another goes on in its place, a slot
;; becomes free.
;;
;; The first globals, the memory and the table are those of the program, by number; its functions are imported by
;; name. $SCHED stands for the offset of a goroutine's gobuf in it.
(module
  (type $plain (func (param i32) (result i32)))
  (type $switching (func (param i32) (result i32 i32)))
  (type $grow (func (param i32 i64 i32) (result i32)))
  (rec
    (type $body (func (param (ref null $goroutine))))
    (type $goroutine (cont $body)))
  (import "runtime" "goexit1" (func $goexit1 (type $plain)))
  (import "" "memory" (memory $memory 1))
  (import "" "table" (table $functions 0 funcref))
  (import "" "SP" (global $SP (mut i32)))
  (import "" "CTXT" (global $CTXT (mut i64)))
  (import "" "g" (global $g (mut i64)))
  (import "" "RET0" (global (mut i64)))
  (import "" "RET1" (global (mut i64)))
  (import "" "RET2" (global (mut i64)))
  (import "" "RET3" (global (mut i64)))
  (import "" "PAUSE" (global $PAUSE (mut i32)))

  ;; The goroutine whose continuation runs; 0 if it is at its end, or none runs. It is the first global that is added.
  (global $current (mut i64) (i64.const 0))
  ;; The current goroutine is dead.
  (global $dead (mut i32) (i32.const 0))
  ;; The goroutine that ends by returning from the function it was made with.
  (global $ending (mut i64) (i64.const 0))
  ;; The goroutine to go on with when the current one has come to its end, its SP, and from its gobuf its PC and its
  ;; slot.
  (global $next (mut i64) (i64.const 0))
  (global $nextSP (mut i32) (i32.const 0))
  (global $nextPC (mut i64) (i64.const 0))
  (global $nextSlot (mut i32) (i32.const 0))
  ;; The slot for the goroutine that has switched to the one that goes on.
  (global $left (mut i32) (i32.const 0))
  ;; The PC at which a new goroutine begins.
  (global $startPC (mut i64) (i64.const 0))
  ;; How many loops run that go on with goroutines, and which of them has an exported function that has returned.
  (global $level (mut i32) (i32.const 0))
  (global $returned (mut i32) (i32.const 0))
  ;; Slots: how many there are, and how many of them are free. Those are listed in the second memory.
  (global $slots (mut i32) (i32.const 0))
  (global $free (mut i32) (i32.const 0))

  (table $waiting 1 (ref null $goroutine))
  (memory $freeSlots 1)
  (tag $switch)
  ;; The goroutine leaves all its functions, to end or to pause.
  (tag $leave)
  ;; The goroutine goes on at a PC_B of the function whose frame SP is at.
  (tag $recover (param i32))
  (elem declare func $goroutine $exported)

  ;; gogo goes on with the goroutine of a gobuf, which is its argument. It returns 1 when the goroutine that has called
  ;; it goes on, whose SP is in the global then, or has nothing more to do.
  (func $gogo (type $switching) (param $at i32) (result i32 i32)
    (local $buf i32) (local $slot i32) (local $target (ref null $goroutine)) (local $pc i64)
    (local.set $buf (i32.load offset=8 (local.get $at)))
    (local.set $pc (i64.load offset=8 (local.get $buf)))
    (global.set $g (i64.load offset=16 (local.get $buf))) ;; as in load, without the call
    (global.set $SP (i32.load (local.get $buf)))
    (global.set $CTXT (i64.load offset=24 (local.get $buf)))
    (i64.store (local.get $buf) (i64.const 0))
    (i64.store offset=24 (local.get $buf) (i64.const 0))
    (if (global.get $dead)
      (then
        (global.set $dead (i32.const 0))
        (global.set $current (i64.const 0))))
    (if (i64.eq (global.get $g) (global.get $current))
      (then (return (i32.const 1) (i32.const 0))))
    (local.set $slot (i32.load offset=40 (local.get $buf)))
    (i32.store offset=40 (local.get $buf) (i32.const 0))
    (if (i64.eqz (global.get $current))
      (then
        (global.set $next (global.get $g))
        (global.set $nextSP (global.get $SP))
        (global.set $nextPC (local.get $pc))
        (global.set $nextSlot (local.get $slot))
        (return (i32.const 1) (i32.const 0))))
    (if (local.get $slot)
      (then (local.set $target (table.get $waiting (local.get $slot))))
      (else
        (local.set $target (call $new (local.get $pc)))
        (local.set $slot (call $take))))
    (i32.store offset=$SCHED+40 (i32.wrap_i64 (global.get $current)) (local.get $slot))
    (global.set $left (local.get $slot))
    (global.set $current (global.get $g))
    (local.set $target (switch $goroutine $switch (local.get $target)))
    (if (i32.eqz (ref.is_null (local.get $target))) ;; as in keep, without the call
      (then (table.set $waiting (global.get $left) (local.get $target))))
    (i32.const 1)
    (i32.const 0))

  ;; load takes the registers from a gobuf, as Go's gogo does.
  (func $load (param $buf i32)
    (global.set $g (i64.load offset=16 (local.get $buf)))
    (global.set $SP (i32.load (local.get $buf)))
    (global.set $CTXT (i64.load offset=24 (local.get $buf)))
    (i64.store (local.get $buf) (i64.const 0))
    (i64.store offset=24 (local.get $buf) (i64.const 0)))

  ;; goOnAt is gogo where runtime.recovery calls it.
  (func $goOnAt (type $plain) (param $at i32) (result i32) (local $buf i32)
    (local.set $buf (i32.load offset=8 (local.get $at)))
    (call $load (local.get $buf))
    (throw $recover (i32.load16_u offset=8 (local.get $buf))))

  ;; keep puts the one that has switched here into its slot; null is a loop that has resumed.
  (func $keep (param $from (ref null $goroutine))
    (if (ref.is_null (local.get $from))
      (then (return)))
    (table.set $waiting (global.get $left) (local.get $from)))

  ;; new makes a goroutine that begins at a PC. It can only begin at the entry of a function.
  (func $new (param $pc i64) (result (ref $goroutine))
    (if (i32.and (i32.wrap_i64 (local.get $pc)) (i32.const 0xFFFF))
      (then (unreachable)))
    (global.set $startPC (local.get $pc))
    (cont.new $goroutine (ref.func $goroutine)))

  ;; goroutine is what a goroutine runs: its function, then goexit1, which makes the scheduler choose another.
  (func $goroutine (type $body)
    (call $keep (local.get 0))
    (block $left
      (try_table (catch $leave $left)
        (call_indirect $functions (type $plain)
          (global.get $SP) (i32.wrap_i64 (i64.shr_u (global.get $startPC) (i64.const 16))))
        (global.set $ending (global.get $g))
        (call $push (i64.const $GOEXIT))
        (drop (call $goexit1)))))

  ;; ended is what mcall calls when it comes back from a goroutine that is dead: when none is current. Only one that has
  ;; returned from its function is not in others, which it has to leave.
  (func $ended (param $g i64)
    (if (i64.ne (local.get $g) (global.get $ending))
      (then (throw $leave)))
    (global.set $ending (i64.const 0)))

  ;; die is what runtime.gdestroy does first.
  (func $die (global.set $dead (i32.const 1)))

  ;; quit is what runtime.pause does last.
  (func $quit (throw $leave))

  ;; push pushes a return address, and returns SP.
  (func $push (param $SP i32) (param $pc i64) (result i32)
    (local.set $SP (i32.sub (local.get $SP) (i32.const 8)))
    (i64.store (local.get $SP) (local.get $pc))
    (local.get $SP))

  ;; loop goes on with goroutines until the program pauses. It takes the place of wasm_pc_f_loop.
  (func $loop
    (global.set $level (i32.add (global.get $level) (i32.const 1)))
    (loop $again
      (call $resume (call $chosen))
      (br_if $again (i32.eqz (global.get $PAUSE))))
    (global.set $PAUSE (i32.const 0))
    (global.set $current (i64.const 0))
    (global.set $level (i32.sub (global.get $level) (i32.const 1))))

  ;; export calls an exported function, by its PC_F, for the host, and goes on with other goroutines until it has
  ;; returned. The function runs for the goroutine that has called the host, or that has paused; but in a continuation
  ;; of its own, because the goroutine's own is beneath the host. It takes the place of wasm_pc_f_loop_export.
  (func $export (param $pcf i32)
    (local $outer i64) (local $level i32) (local $target (ref null $goroutine)) (local $failed exnref)
    (local.set $outer (global.get $current))
    (global.set $level (local.tee $level (i32.add (global.get $level) (i32.const 1))))
    (global.set $current (global.get $g))
    (global.set $startPC (i64.extend_i32_u (local.get $pcf)))
    (local.set $target (cont.new $goroutine (ref.func $exported)))
    (block $threw (result exnref)
      (try_table (catch_all_ref $threw)
        (loop $again
          (call $resume (local.get $target))
          (if (i32.ne (global.get $returned) (local.get $level))
            (then
              (local.set $target (call $chosen))
              (br $again)))))
      (global.set $returned (i32.const 0))
      (global.set $current (local.get $outer))
      (global.set $level (i32.sub (local.get $level) (i32.const 1)))
      (return))
    (local.set $failed)
    (global.set $current (local.get $outer))
    (global.set $level (i32.sub (local.get $level) (i32.const 1)))
    (throw_ref (local.get $failed)))

  ;; exported is what runs an exported function. It may have waited, and then another loop may go on with it, for
  ;; another export that was called later; that one cannot return to its own host before the later one has.
  (func $exported (type $body) (local $level i32)
    (call $keep (local.get 0))
    (local.set $level (global.get $level))
    (block $left
      (try_table (catch $leave $left)
        (global.set $SP
          (call_indirect $functions (type $plain) (global.get $SP) (i32.wrap_i64 (global.get $startPC))))
        (if (i32.ne (local.get $level) (global.get $level))
          (then (unreachable)))
        (global.set $returned (local.get $level)))))

  (func $resume (param $target (ref null $goroutine))
    (resume $goroutine (on $switch switch) (ref.null $goroutine) (local.get $target)))

  ;; chosen returns the goroutine that the scheduler has chosen to go on with, and frees its slot.
  (func $chosen (result (ref null $goroutine)) (local $target (ref null $goroutine))
    (if (i64.eqz (global.get $next))
      (then (unreachable)))
    (global.set $current (global.get $next))
    (global.set $next (i64.const 0))
    (global.set $SP (global.get $nextSP))
    (if (i32.eqz (global.get $nextSlot))
      (then (return (call $new (global.get $nextPC)))))
    (local.set $target (table.get $waiting (global.get $nextSlot)))
    (table.set $waiting (global.get $nextSlot) (ref.null $goroutine))
    (i32.store $freeSlots (i32.shl (global.get $free) (i32.const 2)) (global.get $nextSlot))
    (global.set $free (i32.add (global.get $free) (i32.const 1)))
    (local.get $target))

  ;; take returns a free slot.
  (func $take (result i32)
    (if (global.get $free)
      (then
        (global.set $free (i32.sub (global.get $free) (i32.const 1)))
        (return (i32.load $freeSlots (i32.shl (global.get $free) (i32.const 2))))))
    (global.set $slots (i32.add (global.get $slots) (i32.const 1)))
    (if (i32.ge_u (global.get $slots) (table.size $waiting))
      (then (call $grow)))
    (global.get $slots))

  ;; grow doubles the slots, and the room to list them when they are free.
  (func $grow
    (if (i32.eq (table.grow $waiting (ref.null $goroutine) (table.size $waiting)) (i32.const -1))
      (then (unreachable)))
    (if (i32.gt_u (i32.shl (table.size $waiting) (i32.const 2)) (i32.shl (memory.size $freeSlots) (i32.const 16)))
      (then
        (if (i32.eq (memory.grow $freeSlots (memory.size $freeSlots)) (i32.const -1))
          (then (unreachable))))))
)
