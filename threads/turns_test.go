package threads_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// Machine code hands over by itself (weft.Turns). The tests here compare with runs in which Go does all of it.

var turnPrograms = flag.Int("turns", 60, "how many generated programs TestTurns runs")

// A turnProgram is a program of threads that wait, wake each other, yield and make others, at random. Each writes what
// comes of it, and its own globals, to a log in memory.
func turnProgram(r *rand.Rand) string {
	const kinds = 6
	var b strings.Builder
	b.WriteString(`(module
  (import "" "yield" (func $yield (result i32)))
  (import "" "spawn" (func $spawn (param i32) (result i32)))
  (memory $other 1)
  (memory $m (export "memory") 4 4 shared)
  (global $n (mut i64) (i64.const 7)) (global $f (mut f32) (f32.const 0.5))
  (global $v (mut v128) (v128.const i64x2 1 2))
  (func $log (param $who i32) (param $what i32) (local $at i32)
    (local.set $at (i32.load $m (i32.const 512)))
    (if (i32.ge_u (local.get $at) (i32.const 200000)) (then (return)))
    (i32.store $m (i32.const 512) (i32.add (local.get $at) (i32.const 32)))
    (global.set $n (i64.add (global.get $n) (i64.extend_i32_u (local.get $who))))
    (global.set $f (f32.add (global.get $f) (f32.const 1)))
    (global.set $v (i64x2.add (global.get $v) (v128.const i64x2 1 3)))
    (i32.store $m offset=1024 (local.get $at) (local.get $who))
    (i32.store $m offset=1028 (local.get $at) (local.get $what))
    (i64.store $m offset=1032 (local.get $at)
      (i64.add (global.get $n) (i64.extend_i32_u (i32.reinterpret_f32 (global.get $f)))))
    (v128.store $m offset=1040 (local.get $at) (global.get $v)))
  (func $touch (param i32) (local $room i64)
    (drop (local.get $room))
    (if (local.get 0) (then (call $touch (i32.sub (local.get 0) (i32.const 1))))))
`)
	counts := []string{"0", "1", "1", "2", "-1"}
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	for k := range kinds {
		fmt.Fprintf(&b, "  (func (export \"t%d\") (param $me i32) (local $i i32)\n    (loop $again\n", k)
		for range 3 + r.IntN(8) {
			address := fmt.Sprintf("(i32.const %d) ", 8*r.IntN(4))
			op := ""
			switch r.IntN(9) {
			case 0, 1:
				op = fmt.Sprintf("(memory.atomic.wait32 $m offset=%d %s(i32.const %d) (i64.const -1))",
					64*r.IntN(2), address, r.IntN(2))
			case 2:
				op = fmt.Sprintf("(memory.atomic.wait64 $m %s(i64.const %d) (i64.const -1))", address, r.IntN(2))
			case 3, 4, 5:
				op = fmt.Sprintf("(memory.atomic.notify $m offset=%d %s(i32.const %s))", 64*r.IntN(2), address, pick(counts))
			case 6:
				op = "(call $yield)"
			case 7:
				fmt.Fprintf(&b, "      (i64.atomic.store $m %s(i64.const %d))\n", address, r.IntN(2))
				op = fmt.Sprintf("(i32.atomic.load $m %s)", address)
			case 8:
				fmt.Fprintf(&b, "      (call $touch (i32.const %d))\n", r.IntN(40))
				op = fmt.Sprintf("(if (result i32) (i32.eq (local.get $i) (i32.const %d))"+
					" (then (call $spawn (i32.const %d))) (else (i32.const -9)))", r.IntN(9), r.IntN(kinds))
			}
			fmt.Fprintf(&b, "      (call $log (local.get $me) %s)\n", op)
		}
		fmt.Fprintf(&b, "      (local.set $i (i32.add (local.get $i) (i32.const 1)))\n"+
			"      (br_if $again (i32.lt_u (local.get $i) (i32.const %d)))))\n", 5+r.IntN(40))
	}
	b.WriteString(`  (func (export "waker") (param $me i32) (local $i i32)
    (loop $again
      (i64.atomic.store $m (i32.const 0) (i64.extend_i32_u (i32.and (local.get $i) (i32.const 1))))
`)
	for a := range 4 {
		fmt.Fprintf(&b, "      (drop (memory.atomic.notify $m (i32.const %d) (i32.const %d)))\n", 8*a, 1+a%2)
		fmt.Fprintf(&b, "      (drop (memory.atomic.notify $m offset=64 (i32.const %d) (i32.const 1)))\n", 8*a)
	}
	b.WriteString(`      (drop (call $yield))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 300))))))`)
	return b.String()
}

// runTurns runs a program, and returns its log and who waits where at the end.
func runTurns(t *testing.T, engine *weft.Engine, source string, config threads.Config) (log []byte, end string) {
	t.Helper()
	made := int32(0)
	var w *world
	spawn := func(kind string) int32 {
		if made == 30 {
			return -1
		}
		made++
		w.spawn(t, kind, weft.I32(made))
		return made
	}
	w = newWorldWith(t, engine, source, config, func(w *world, l *weft.Linker) {
		i32 := []wasm.ValType{wasm.I32}
		yield := func(_ context.Context, slots []uint64) error {
			slots[0] = 5
			return w.scheduler.At(threads.Yield, 5)
		}
		if err := l.DefineFunc("", "yield", wasm.FuncType{Results: i32}, yield); err != nil {
			t.Fatal(err)
		}
		spawns := func(_ context.Context, slots []uint64) error {
			slots[0] = uint64(uint32(spawn(fmt.Sprint("t", slots[0]))))
			return nil
		}
		if err := l.DefineFunc("", "spawn", wasm.FuncType{Params: i32, Results: i32}, spawns); err != nil {
			t.Fatal(err)
		}
	})
	for k := range 6 {
		spawn(fmt.Sprint("t", k))
	}
	spawn("waker")
	err := w.scheduler.Run(context.Background(), nil)
	var deadlock *threads.DeadlockError
	if errors.As(err, &deadlock) {
		for _, waiter := range deadlock.Threads {
			end += fmt.Sprintf("%d at %d, ", waiter.ID, waiter.Address)
		}
		for _, thread := range w.scheduler.Threads() {
			p := thread.At()
			end += fmt.Sprint(p.Kind, p.Blocked, p.Address, p.Size, len(thread.Stack().Frames), " ")
		}
	} else if err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(w.instance.Memory("memory").Bytes()), end
}

// TestTurns runs generated programs on all engines, and with a trace, for which Go is asked at each point.
func TestTurns(t *testing.T) {
	all := engines(t)
	for n := range *turnPrograms {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			source := turnProgram(rand.New(rand.NewPCG(uint64(n), 3)))
			points := 0
			counted := threads.Config{Slice: -1, Trace: func(*threads.Point, *threads.Thread) { points++ }}
			log, end := runTurns(t, all["interpreter"], source, counted)
			if points < 100 {
				t.Errorf("it has only %d points", points)
			}
			for name, engine := range all {
				got, gotEnd := runTurns(t, engine, source, threads.Config{Slice: -1})
				if at := differAt(got, log); at >= 0 || gotEnd != end {
					t.Fatalf("%s: memory differs at %d (the log begins at 1024, 32 bytes each), ends\n%s\n%s\n%s",
						name, at, gotEnd, end, source)
				}
			}
		})
	}
}

// differAt returns where two memories differ; -1 if they do not.
func differAt(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

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
			woken := make(chan int32)
			go func() { // by a store of its own
				time.Sleep(time.Duration(round) * 50 * time.Microsecond)
				woken <- wakeElsewhere(t, engine, w.instance.Memory("memory").Shared(), 128)
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

// wakeElsewhere notifies at an address from a store of its own, and at others, until one has been woken there.
func wakeElsewhere(t *testing.T, engine *weft.Engine, shared *weft.SharedMemory, address int32) (woken int32) {
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Error(err)
		return 0
	}
	defer store.Close()
	memory, err := shared.In(store)
	if err != nil {
		t.Error(err)
		return 0
	}
	linker := weft.NewLinker(store)
	linker.Define("", "memory", memory)
	module, err := engine.Compile([]byte(`(module (import "" "memory" (memory 1 1 shared))
  (func (export "wake") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 1))))`))
	if err != nil {
		t.Error(err)
		return 0
	}
	in, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		t.Error(err)
		return 0
	}
	for deadline := time.Now().Add(20 * time.Second); woken == 0 && time.Now().Before(deadline); {
		results, err := in.Func("wake").Call(context.Background(), weft.I32(address))
		if err != nil {
			t.Error(err)
			return 0
		}
		woken += results[0].I32()
	}
	return woken
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
