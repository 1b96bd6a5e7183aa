package threads_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// fair has a lock (free, locked, or with those who wait) that anybody may take when it is free, and a flag.
const fair = `(module
  (import "" "yield" (func $yield (result i32)))
  (memory 1 1 shared) (global $own (mut i32) (i32.const 0))
  (func $lock
    (if (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1)) (then
      (loop $again
        (if (i32.atomic.rmw.xchg (i32.const 0) (i32.const 2)) (then
          (drop (memory.atomic.wait32 (i32.const 0) (i32.const 2) (i64.const -1)))
          (br $again)))))))
  (func $unlock
    (if (i32.eq (i32.atomic.rmw.xchg (i32.const 0) (i32.const 0)) (i32.const 2))
      (then (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))))
  (func $work (param $n i32)
    (loop $l
      (i32.store (i32.const 64) (local.get $n))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "count")
    (call $lock)
    (i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
    (call $unlock))
  (func (export "poll") (param $all i32) (result i32 i32) (local $seen i32) (local $before i32) (local $turns i32)
    (loop $again
      (call $lock)
      (call $work (i32.const 500))
      (local.set $seen (i32.load (i32.const 4)))
      (call $unlock)
      (if (local.get $seen)
        (then (local.set $turns (i32.add (local.get $turns) (i32.const 1))))
        (else (local.set $before (i32.add (local.get $before) (i32.const 1)))))
      (br_if $again (i32.ne (local.get $seen) (local.get $all))))
    (local.get $before) (local.get $turns))

  (func $over (result i32) (i32.atomic.load (i32.const 8)))
  (func (export "compute") (param $rounds i32)
    (loop $l (call $work (i32.const 10000))
      (br_if $l (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (i32.atomic.store (i32.const 8) (i32.const 1)))
  (func (export "yield") (result i32) (local $times i32)
    (loop $l
      (local.set $times (i32.add (local.get $times) (i32.const 1)))
      (drop (call $yield))
      (br_if $l (i32.eqz (call $over))))
    (local.get $times))
  (func (export "spin") (loop $l (br_if $l (i32.eqz (call $over)))))
  (func (export "set") (i32.atomic.store (i32.const 8) (i32.const 1)))
  (func (export "play") (param $me i32) (param $other i32)
    (loop $l
      (i32.atomic.store (local.get $other) (i32.const 1))
      (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
      (drop (memory.atomic.wait32 (local.get $me) (i32.const 0) (i64.const 1000000)))
      (i32.atomic.store (local.get $me) (i32.const 0))
      (br_if $l (i32.eqz (call $over))))))`

// eachFair calls a function with a world on each engine, where machine code hands over, and where Go does.
func eachFair(t *testing.T, slice time.Duration, f func(t *testing.T, w *world)) {
	for name, engine := range engines(t) {
		for _, asked := range []bool{false, true} {
			config := threads.Config{Slice: slice}
			if asked {
				config.Trace = func(*threads.Point, *threads.Thread) {}
			}
			t.Run(fmt.Sprintf("%s, asked %v", name, asked), func(t *testing.T) {
				f(t, newWorldWith(t, engine, fair, config, func(w *world, l *weft.Linker) {
					result := wasm.FuncType{Results: []wasm.ValType{wasm.I32}}
					err := l.DefineFunc("", "yield", result, func(_ context.Context, slots []uint64) error {
						slots[0] = 0
						return w.scheduler.At(threads.Yield, 0)
					})
					if err != nil {
						t.Fatal(err)
					}
				}))
			})
		}
	}
}

// TestNoConvoy has a thread that holds a lock nearly always, and so where its slices end: who waits for the lock gets
// it nevertheless, and not one in a slice. The first slice tells how often it takes the lock in one.
func TestNoConvoy(t *testing.T) {
	eachFair(t, 20*time.Millisecond, func(t *testing.T, w *world) {
		const n = 100
		poll := w.spawn(t, "poll", weft.I32(n))
		for range n {
			w.spawn(t, "count")
		}
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if r := poll.Results(); r[1] > n/2*max(r[0], 100) {
			t.Errorf("one has taken the lock %d times before %d others had it, and %d times before", r[1], n, r[0])
		}
	})
}

// TestNobodyStarves has a thread that computes for many slices beside others that hand over to each other, or yield,
// until it has ended.
func TestNobodyStarves(t *testing.T) {
	eachFair(t, time.Millisecond, func(t *testing.T, w *world) {
		w.spawn(t, "compute", weft.I32(2000))
		w.spawn(t, "play", weft.I32(12), weft.I32(16))
		w.spawn(t, "play", weft.I32(16), weft.I32(12))
		yields := []*threads.Thread{}
		for range 20 {
			yields = append(yields, w.spawn(t, "yield"))
		}
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		times := uint64(0)
		for _, thread := range yields {
			times += thread.Results()[0]
		}
		if times > 1_000_000 { // some hundreds, and on a slow machine ten thousand
			t.Errorf("others have yielded %d times meanwhile", times)
		}
	})
}

// TestManyCompute has threads that compute until another one has run, which has been ready from the beginning.
func TestManyCompute(t *testing.T) {
	eachFair(t, time.Millisecond, func(t *testing.T, w *world) {
		for range 3 {
			w.spawn(t, "spin")
		}
		w.spawn(t, "set")
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	})
}

// TestNoStrayPauses has threads that wake each other and wait at once: a pause that one of them was to take is not
// passed on from one to the next.
func TestNoStrayPauses(t *testing.T) {
	const source = `(module (memory 1 1 shared) (global $own (mut i32) (i32.const 0))
  (func (export "play") (param $me i32) (param $other i32) (param $n i32)
    (loop $l
      (i32.atomic.store (local.get $other) (i32.const 1))
      (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
      (drop (memory.atomic.wait32 (local.get $me) (i32.const 0) (i64.const -1)))
      (i32.atomic.store (local.get $me) (i32.const 0))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.atomic.store (local.get $other) (i32.const 1))
    (drop (memory.atomic.notify (local.get $other) (i32.const 1))))
  (func (export "compute") (param $n i32)
    (loop $l
      (i32.store (i32.const 64) (local.get $n))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`
	for name, engine := range engines(t) {
		const turns = 100_000
		slices := 0
		w := newWorld(t, engine, source, threads.Config{Slice: 5 * time.Millisecond,
			Trace: func(p *threads.Point, _ *threads.Thread) {
				if p.Kind == threads.Slice {
					slices++
				}
			}})
		w.spawn(t, "play", weft.I32(0), weft.I32(4), weft.I32(turns))
		w.spawn(t, "play", weft.I32(4), weft.I32(0), weft.I32(turns))
		w.spawn(t, "compute", weft.I32(20_000_000))
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if slices > turns/10 {
			t.Errorf("%s: %d slices were over while threads waited %d times", name, slices, 2*turns)
		}
	}
}
