;; Goroutines as official Go may have them on stack switching: a table of continuations.
;;
;;   weft run --spectest examples/gostacks.wat
;;
;; prints 1 2 3 1 2 3 1 2 3 18: three goroutines print their numbers in turns, three
;; times each, and main prints the sum. A million of them, four turns each, and a
;; hundred thousand that take theirs 100 calls deep:
;;
;;   weft run --spectest --invoke sum examples/gostacks.wat 1000000 4 0
;;   weft run --spectest --invoke sum examples/gostacks.wat 100000 4 100
;;
;; goroutines.wat hands continuations about as values. A compiler whose runtime is
;; written in its own language cannot: to Go a goroutine is a g, a struct in linear
;; memory, and memory holds no references. So each g has a slot in a table, the
;; number of which is a plain integer. The table grows to as many slots as there
;; were goroutines at one time and never shrinks; the g of a goroutine that has
;; ended, and its slot with it, goes to the next one.
;;
;; Names are those of Go's runtime. What is left out: Go also has a stack in memory
;; for each goroutine, with the variables to which pointers point.
(module $gostacks
  (import "spectest" "print_i32" (func $println (param i32)))

  (type $func (func))
  (type $cont (cont $func))              ;; a goroutine that does not run

  ;;;; The runtime.

  ;; A goroutine lets go of the processor. Neither this nor a goroutine has
  ;; parameters or results: values go through memory.
  (tag $park)

  ;; A slot for each g, with its continuation while it does not run. What is in the
  ;; slot of one that runs, or has ended, is used up and must not be resumed.
  (table $conts 0 (ref null $cont))

  ;; What func values point to.
  (table $funcs funcref (elem $main $worker))

  ;; The gs, one behind the other from address 16; 0 is nil.
  ;;   0  schedlink  the next g in the list in which this one is
  ;;   4  slot       its slot in $conts
  ;;   8  fn         what "go" was said of, a number in $funcs
  ;;  12  arg        its argument
  (memory 1)
  (global $end (mut i32) (i32.const 16)) ;; behind the last g

  (global $g (mut i32) (i32.const 0))    ;; the one that runs
  (global $free (mut i32) (i32.const 0)) ;; a list of those that have ended

  ;; The run queue is a list through the gs: no memory of its own, and never full.
  (global $first (mut i32) (i32.const 0))
  (global $last (mut i32) (i32.const 0))

  (func $runqput (param $g i32)
    (i32.store (local.get $g) (i32.const 0))
    (if (global.get $first)
      (then (i32.store (global.get $last) (local.get $g)))
      (else (global.set $first (local.get $g))))
    (global.set $last (local.get $g)))

  (func $runqget (result i32)
    (local $g i32)
    (local.set $g (global.get $first))
    (if (local.get $g)
      (then (global.set $first (i32.load (local.get $g)))))
    (local.get $g))

  ;; A g that was not there before: memory and table grow.
  (func $malg (result i32)
    (local $g i32) (local $slot i32)
    (local.set $g (global.get $end))
    (global.set $end (i32.add (local.get $g) (i32.const 16)))
    (if (i32.gt_u (global.get $end) (i32.shl (memory.size) (i32.const 16)))
      (then
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1))
          (then (unreachable)))))
    (local.set $slot (table.grow $conts (ref.null $cont) (i32.const 1)))
    (if (i32.eq (local.get $slot) (i32.const -1))
      (then (unreachable)))
    (i32.store offset=4 (local.get $g) (local.get $slot))
    (local.get $g))

  ;; go fn(arg)
  (func $newproc (param $fn i32) (param $arg i32)
    (local $g i32)
    (if (global.get $free)
      (then
        (local.set $g (global.get $free))
        (global.set $free (i32.load (local.get $g))))
      (else (local.set $g (call $malg))))
    (i32.store offset=8 (local.get $g) (local.get $fn))
    (i32.store offset=12 (local.get $g) (local.get $arg))
    ;; Only a descriptor: a goroutine gets a stack when it first runs.
    (table.set $conts (i32.load offset=4 (local.get $g))
      (cont.new $cont (ref.func $gostart)))
    (call $runqput (local.get $g)))

  ;; The outermost function of each goroutine. When it returns, so does the resume
  ;; in $schedule, and the continuation's stack is free.
  (elem declare func $gostart)
  (func $gostart
    (call_indirect $funcs (type $func) (i32.load offset=8 (global.get $g)))
    (i32.store (global.get $g) (global.get $free))
    (global.set $free (global.get $g)))

  ;; The running goroutine waits until somebody says $goready of it.
  (func $gopark (suspend $park))
  (func $goready (param $g i32) (call $runqput (local.get $g)))

  ;; runtime.Gosched
  (func $gosched
    (call $runqput (global.get $g))
    (call $gopark))

  ;; The one place at which goroutines begin, go on, wait and end.
  (func $schedule
    (local $k (ref null $cont))
    (loop $switch
      (global.set $g (call $runqget))
      (if (i32.eqz (global.get $g))
        (then (return)))                 ;; all have ended, or wait for ever
      (block $parked (result (ref $cont))
        (resume $cont (on $park $parked)
          (table.get $conts (i32.load offset=4 (global.get $g))))
        (br $switch))                    ;; ended
      (local.set $k)
      (table.set $conts (i32.load offset=4 (global.get $g)) (local.get $k))
      (br $switch)))

  ;;;; The program.
  ;;
  ;;   func down(depth, id int) {
  ;;       if depth > 0 { down(depth-1, id); frames++; return }
  ;;       for range turns { if printing { println(id) }; total += id; runtime.Gosched() }
  ;;   }
  ;;
  ;;   func worker(id int) { down(depth, id); wg.Done() }
  ;;
  ;;   func main() {
  ;;       for id := 1; id <= goroutines; id++ { wg.Add(1); go worker(id) }
  ;;       wg.Wait()
  ;;   }

  (global $goroutines (mut i32) (i32.const 3))
  (global $turns (mut i32) (i32.const 3))
  (global $depth (mut i32) (i32.const 0))
  (global $printing (mut i32) (i32.const 0))
  (global $total (mut i64) (i64.const 0))
  (global $frames (mut i64) (i64.const 0))

  ;; var wg sync.WaitGroup
  (global $count (mut i32) (i32.const 0))
  (global $waiter (mut i32) (i32.const 0))

  (func $down (param $depth i32) (param $id i32)
    (local $left i32)
    (if (local.get $depth)
      (then
        (call $down (i32.sub (local.get $depth) (i32.const 1)) (local.get $id))
        (global.set $frames (i64.add (global.get $frames) (i64.const 1)))
        (return)))
    (local.set $left (global.get $turns))
    (loop $for
      (if (local.get $left)
        (then
          (if (global.get $printing)
            (then (call $println (local.get $id))))
          (global.set $total
            (i64.add (global.get $total) (i64.extend_i32_u (local.get $id))))
          (call $gosched)
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br $for)))))

  (func $worker
    (call $down (global.get $depth) (i32.load offset=12 (global.get $g)))
    ;; wg.Done()
    (global.set $count (i32.sub (global.get $count) (i32.const 1)))
    (if (i32.eqz (global.get $count))
      (then (call $goready (global.get $waiter)))))

  (func $main
    (local $id i32)
    (loop $for
      (if (i32.lt_u (local.get $id) (global.get $goroutines))
        (then
          (local.set $id (i32.add (local.get $id) (i32.const 1)))
          (global.set $count (i32.add (global.get $count) (i32.const 1)))
          (call $newproc (i32.const 1) (local.get $id))
          (br $for))))
    ;; wg.Wait()
    (if (global.get $count)
      (then
        (global.set $waiter (global.get $g))
        (call $gopark))))

  ;; Runs the program. Returns the sum of the goroutines' numbers over all turns, and
  ;; how many calls of down have come back from another.
  (func $sum (export "sum")
    (param $goroutines i32) (param $turns i32) (param $depth i32) (result i64 i64)
    (global.set $goroutines (local.get $goroutines))
    (global.set $turns (local.get $turns))
    (global.set $depth (local.get $depth))
    (global.set $total (i64.const 0))
    (global.set $frames (i64.const 0))
    (call $newproc (i32.const 0) (i32.const 0))
    (call $schedule)
    (global.get $total)
    (global.get $frames))

  ;; The slots of the table.
  (func (export "slots") (result i32) (table.size $conts))

  (func (export "main")
    (global.set $printing (i32.const 1))
    (drop (call $sum (i32.const 3) (i32.const 3) (i32.const 1)))
    (call $println (i32.wrap_i64))
    (global.set $printing (i32.const 0))))
