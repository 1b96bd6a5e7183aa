package threads_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft"
	"weft/threads"
)

// Machine code hands over by itself (weft.Turns). The tests here compare with runs in which Go does all of it.

// handing is a module whose threads wait for their turn at words of their own, wake each other, and count.
const handing = `(module
  (memory (export "memory") 1 1 shared)
  (global $sum (mut i64) (i64.const 0))
  (func $wait (param $a i32) (param $timeout i64) (result i32)
    (memory.atomic.wait32 (local.get $a) (i32.const 0) (local.get $timeout)))
  ;; waits and notifies at random; returns how many it has woken, less of how often it was woken
  (func (export "mix") (param $seed i32) (param $n i32) (result i64) (local $sum i64) (local $a i32)
    (global.set $sum (i64.extend_i32_u (local.get $seed)))
    (loop $again
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (local.set $a (i32.and (i32.shr_u (local.get $seed) (i32.const 12)) (i32.const 12)))
      (if (i32.and (local.get $seed) (i32.const 0x10000))
        (then (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u
          (memory.atomic.notify (local.get $a) (i32.and (i32.shr_u (local.get $seed) (i32.const 20)) (i32.const 3)))))))
        (else
          (if (i32.eqz (call $wait (local.get $a) (i64.extend_i32_u
              (i32.shl (i32.and (i32.shr_u (local.get $seed) (i32.const 18)) (i32.const 255)) (i32.const 9)))))
            (then (local.set $sum (i64.sub (local.get $sum) (i64.const 1)))))))
      (global.set $sum (i64.add (global.get $sum) (i64.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "wait") (param $a i32) (result i32) (call $wait (local.get $a) (i64.const -1)))
  (func (export "wake") (param $a i32) (param $count i32) (result i32)
    (memory.atomic.notify (local.get $a) (local.get $count))))`

// TestTurnsTimeouts lets waits end by notify and by time, while slices end and functions of Do come between: each
// wake-up that notify has counted is a wait's result.
func TestTurnsTimeouts(t *testing.T) {
	for name, engine := range engines(t) {
		w := newWorld(t, engine, handing, threads.Config{Slice: 50 * time.Microsecond, Outside: true})
		var all []*threads.Thread
		for i := range 6 {
			all = append(all, w.spawn(t, "mix", weft.I32(int32(i+1)), weft.I32(3000)))
		}
		stop, asked := make(chan struct{}), make(chan int)
		go func() {
			done := atomic.Int64{}
			for {
				select {
				case <-stop:
					asked <- int(done.Load())
					return
				case <-time.After(30 * time.Microsecond):
					w.scheduler.Do(func() { done.Add(1) })
				}
			}
		}()
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		close(stop)
		if <-asked == 0 {
			t.Errorf("%s: no function of Do was called", name)
		}
		sum := int64(0)
		for _, thread := range all {
			sum += int64(thread.Results()[0])
		}
		if sum != 0 {
			t.Errorf("%s: threads have woken %d more than were woken", name, sum)
		}
	}
}

// TestTurnsTakenOver lets another store come to the memory while threads hand over: it wakes some of them, and from
// then on all queues are Go's.
func TestTurnsTakenOver(t *testing.T) {
	for name, engine := range engines(t) {
		for round := range 5 {
			w := newWorld(t, engine, strings.Replace(pingPong, `(func (export "start")`,
				`(func (export "wake") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 1)))
  (func (export "start")`, 1), threads.Config{Outside: true})
			turns := int32(10_000)
			a := w.spawn(t, "play", weft.I32(0), weft.I32(4), weft.I32(turns))
			b := w.spawn(t, "play", weft.I32(4), weft.I32(0), weft.I32(turns))
			forever := w.spawn(t, "forever")
			w.spawn(t, "start")
			woken := make(chan uint32)
			go func() { // by a store of its own
				time.Sleep(time.Duration(round) * 50 * time.Microsecond)
				stranger, n := newStranger(t, engine, w.instance.Memory("memory").Shared()), uint32(0)
				for deadline := time.Now().Add(20 * time.Second); n == 0 && time.Now().Before(deadline); {
					n += stranger.notify(t, 128, 1)
				}
				woken <- n
			}()
			if err := w.scheduler.Run(context.Background(), nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if <-woken != 1 || forever.Err() != nil {
				t.Errorf("%s: the thread at 128 was not woken once: %v", name, forever.Err())
			}
			if a.Results()[0] != uint64(turns) || b.Results()[0] != 5*uint64(turns) {
				t.Errorf("%s: own sums are %v and %v", name, a.Results(), b.Results())
			}
		}
	}
}

// TestTurnsMany lets many threads wait at many addresses, three at each, and wakes them in another order.
func TestTurnsMany(t *testing.T) {
	for name, engine := range engines(t) {
		w := newWorld(t, engine, handing, threads.Config{Slice: -1})
		const places = 1000
		for i := range 3 * places {
			w.spawn(t, "wait", weft.I32(int32(4*(i%places))))
		}
		var wakes []*threads.Thread
		for round := range 2 { // one at each place, then all that are left
			for i := range places {
				count := []int32{1, -1}[round]
				wakes = append(wakes, w.spawn(t, "wake", weft.I32(int32(4*(i*387%places))), weft.I32(count)))
			}
		}
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, x := range wakes {
			if want := uint64(1 + i/places); x.Results()[0] != want {
				t.Errorf("%s: wake %d has woken %d, want %d", name, i, x.Results()[0], want)
			}
		}
	}
}
