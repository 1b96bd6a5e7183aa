;; Goroutines: a Go program and the runtime beneath it, on continuations.
;;
;;   weft run --spectest examples/goroutines.wat
;;
;; prints 1 to 10. The program is
;;
;;   func printOdds() { for i := 1; i <= 9; i += 2 { println(i); runtime.Gosched() } }
;;
;;   func main() {
;;       go printOdds()
;;       for i := 2; i <= 10; i += 2 { runtime.Gosched(); println(i) }
;;   }
;;
;; A Go compiler for WebAssembly without stack switching has to transform whole
;; programs so that goroutines can be paused. Here the program is compiled as it
;; stands; "go" and "pause" are two functions of the runtime.
(module $goroutines
  (import "spectest" "print_i32" (func $println (param i32)))

  (type $func (func))
  (type $g (cont $func))                 ;; a goroutine that does not run

  ;;;; The runtime.

  (tag $pause)                           ;; the running goroutine lets others run
  (tag $go (param (ref $g)))             ;; start another one

  ;; The run queue: a ring buffer that doubles when it is full.
  (table $queue 2 (ref null $g))
  (global $head (mut i32) (i32.const 0))
  (global $count (mut i32) (i32.const 0))

  (func $push (param $g (ref $g))
    (local $size i32)
    (local.set $size (table.size $queue))
    (if (i32.eq (global.get $count) (local.get $size))
      (then
        (drop (table.grow $queue (ref.null $g) (local.get $size)))
        ;; What had wrapped around comes behind the rest.
        (table.copy $queue $queue (local.get $size) (i32.const 0) (global.get $head))
        (local.set $size (table.size $queue))))
    (table.set $queue
      (i32.rem_u (i32.add (global.get $head) (global.get $count)) (local.get $size))
      (local.get $g))
    (global.set $count (i32.add (global.get $count) (i32.const 1))))

  (func $pop (result (ref $g))
    (local $at i32)
    (local.set $at (global.get $head))
    (global.set $head (i32.rem_u (i32.add (local.get $at) (i32.const 1)) (table.size $queue)))
    (global.set $count (i32.sub (global.get $count) (i32.const 1)))
    (ref.as_non_null (table.get $queue (local.get $at)))
    (table.set $queue (local.get $at) (ref.null $g)))

  ;; runtime.Gosched
  (func $gosched (suspend $pause))

  ;; go f()
  (func $start (param $f (ref $func))
    (suspend $go (cont.new $g (local.get $f))))

  ;; The scheduler: runs $main and all goroutines it starts, until all have ended.
  (func $schedule (param $main (ref $func))
    (local $g (ref $g))
    (local.set $g (cont.new $g (local.get $main)))
    (loop $run
      (block $paused (result (ref $g))
        (block $started (result (ref $g) (ref $g))
          (resume $g (on $pause $paused) (on $go $started) (local.get $g))
          ;; The goroutine has ended. If others are ready, they run.
          (if (i32.eqz (global.get $count)) (then (return)))
          (local.set $g (call $pop))
          (br $run))
        ;; go: the new goroutine waits for its turn, the old one goes on.
        (local.set $g)
        (call $push)
        (br $run))
      ;; pause: to the end of the queue, and the first one runs.
      (call $push)
      (local.set $g (call $pop))
      (br $run)))

  ;;;; The program.

  (elem declare func $printOdds $main)
  (func $printOdds
    (local $i i32)
    (local.set $i (i32.const 1))
    (loop $for
      (call $println (local.get $i))
      (call $gosched)
      (local.set $i (i32.add (local.get $i) (i32.const 2)))
      (br_if $for (i32.le_s (local.get $i) (i32.const 9)))))

  (func $main
    (local $i i32)
    (call $start (ref.func $printOdds))
    (local.set $i (i32.const 2))
    (loop $for
      (call $gosched)
      (call $println (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 2)))
      (br_if $for (i32.le_s (local.get $i) (i32.const 10)))))

  (func (export "main")
    (call $schedule (ref.func $main))))
