package threads_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// Situations in which machine code must leave a hand-over to Go, or Go must see what machine code has done.

const nesting = `(module (import "" "nest" (func $nest))
  (memory (export "memory") 1 1 shared)
  (func (export "inner") (result i64 i64) (i64.const 41) (i64.const 42))
  (func (export "play") (param $me i32) (param $other i32) (param $n i32) (param $nester i32) (result i32)
    (loop $again
      (if (i32.and (i32.eq (local.get $nester) (local.get $me)) (i32.eq (i32.const 50) (local.get $n)))
        (then
          (call $nest)
          (drop (memory.atomic.wait32 (i32.const 2048) (i32.const 0) (i64.const 100000))))) ;; by Go
      (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
      (drop (memory.atomic.wait32 (local.get $me) (i32.const 0) (i64.const -1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
    (local.get $me)))`

// handOverAround makes two threads that hand over to each other. In its 50th round from the end, the one whose word is
// at an address calls nest.
func handOverAround(
	t *testing.T, engine *weft.Engine, nester int32, nest func(context.Context, *world) error,
) (*world, []*threads.Thread) {
	w := newWorldWith(t, engine, nesting, threads.Config{Slice: -1}, func(w *world, l *weft.Linker) {
		do := func(ctx context.Context, _ []uint64) error { return nest(ctx, w) }
		if err := l.DefineFunc("", "nest", wasm.FuncType{}, do); err != nil {
			t.Fatal(err)
		}
	})
	a := w.spawn(t, "play", weft.I32(0), weft.I32(4), weft.I32(100), weft.I32(nester))
	b := w.spawn(t, "play", weft.I32(4), weft.I32(0), weft.I32(100), weft.I32(nester))
	return w, []*threads.Thread{a, b}
}

// TestTurnsTakenOverSameAddress: several threads wait at one address in the queues of Turns when the host comes.
// All must be woken.
func TestTurnsTakenOverSameAddress(t *testing.T) {
	for name, engine := range engines(t) {
		w := newWorld(t, engine, handing, threads.Config{Outside: true})
		for range 3 {
			w.spawn(t, "wait", weft.I32(64))
		}
		other := newStranger(t, engine, w.instance.Memory("memory").Shared())
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for woken := uint32(0); ctx.Err() == nil && woken < 3; {
				time.Sleep(time.Millisecond)
				woken += other.notify(t, 64, 1)
			}
		}()
		if err := w.scheduler.Run(ctx, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		<-done
	}
}

// TestTurnsOwnNotifyAfterTakeOver is the same, but the wake-up is of the store's own code, after the host has come.
func TestTurnsOwnNotifyAfterTakeOver(t *testing.T) {
	for name, engine := range engines(t) {
		var w *world
		var other stranger
		w = newWorldWith(t, engine, `(module (import "" "host" (func $host))
  (memory (export "memory") 1 1 shared)
  (func (export "wait") (param i32) (drop (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const -1))))
  (func (export "wake") (param i32) (result i32) (call $host) (memory.atomic.notify (local.get 0) (i32.const -1))))`,
			threads.Config{}, func(_ *world, l *weft.Linker) {
				err := l.DefineFunc("", "host", wasm.FuncType{}, func(context.Context, []uint64) error {
					other.notify(t, 0, 1)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		other = newStranger(t, engine, w.instance.Memory("memory").Shared())
		for range 3 {
			w.spawn(t, "wait", weft.I32(64))
		}
		w.spawn(t, "wake", weft.I32(64))
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := w.scheduler.Run(ctx, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTurnsNestedResume has threads hand over, of which one calls a host function that resumes a continuation.
func TestTurnsNestedResume(t *testing.T) {
	resume := func(ctx context.Context, w *world) error {
		k, err := w.store.NewContinuation(w.instance.Func("inner"))
		if err != nil {
			return err
		}
		h, err := w.store.NewHandlers()
		if err != nil {
			return err
		}
		slots := make([]uint64, 8)
		if _, err := k.ResumeSlots(ctx, h, slots); err != nil {
			return fmt.Errorf("nested: %w", err)
		}
		if slots[0] != 41 || slots[1] != 42 {
			return fmt.Errorf("nested: %v", slots)
		}
		return nil
	}
	for name, engine := range engines(t) {
		for _, nester := range []int32{0, 4} {
			w, pair := handOverAround(t, engine, nester, resume)
			if err := w.scheduler.Run(context.Background(), nil); err != nil {
				t.Fatalf("%s, %d: %v", name, nester, err)
			}
			if pair[0].Results()[0] != 0 || pair[1].Results()[0] != 4 {
				t.Errorf("%s, %d: results %v %v", name, nester, pair[0].Results(), pair[1].Results())
			}
		}
	}
}

// TestTurnsTwoMemories: a thread has waited last by Go at another memory, then by machine code; the run ends. Nobody
// waits any more then, so a notify of the host wakes nobody.
func TestTurnsTwoMemories(t *testing.T) {
	for name, engine := range engines(t) {
		source := `(module (memory $a (export "a") 1 1 shared) (memory $b (export "b") 1 1 shared)
  (func (export "one") (param $n i32)
    (loop $again
      (drop (memory.atomic.notify $a (i32.const 4) (i32.const 1)))
      (drop (memory.atomic.wait32 $a (i32.const 0) (i32.const 0) (i64.const -1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    ;; now at the other memory: Go
    (drop (memory.atomic.notify $a (i32.const 4) (i32.const 1)))
    (drop (memory.atomic.wait32 $b (i32.const 0) (i32.const 0) (i64.const -1)))
    (drop (memory.atomic.notify $a (i32.const 4) (i32.const 1)))
    (drop (memory.atomic.wait32 $a (i32.const 256) (i32.const 0) (i64.const -1)))
    (unreachable))
  (func (export "two") (param $n i32)
    (loop $again
      (drop (memory.atomic.notify $a (i32.const 0) (i32.const 1)))
      (drop (memory.atomic.wait32 $a (i32.const 4) (i32.const 0) (i64.const -1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (memory.atomic.notify $b (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.wait32 $a (i32.const 4) (i32.const 0) (i64.const -1)))
    (drop (memory.atomic.wait32 $a (i32.const 512) (i32.const 0) (i64.const -1)))
    (unreachable)))`
		w := newWorld(t, engine, source, threads.Config{Slice: -1})
		w.spawn(t, "one", weft.I32(20))
		w.spawn(t, "two", weft.I32(20))
		err := w.scheduler.Run(context.Background(), nil)
		var d *threads.DeadlockError
		if !errors.As(err, &d) {
			t.Fatalf("%s: %v", name, err)
		}
		other := newStranger(t, engine, w.instance.Memory("a").Shared())
		n, n2 := other.notify(t, 256, 10), other.notify(t, 512, 10)
		if n != 0 || n2 != 0 {
			t.Errorf("%s: after the run %d and %d threads are woken", name, n, n2)
		}
	}
}

// TestTurnsAt: At of a thread that machine code has stopped and made ready again.
func TestTurnsAt(t *testing.T) {
	source := `(module (import "" "yield" (func $yield (result i32))) (import "" "look" (func $look))
  (memory (export "memory") 1 1 shared)
  (func (export "one") (param $n i32)
    (loop $again
      (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))
      (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))
    (drop (memory.atomic.wait64 (i32.const 128) (i64.const 0) (i64.const -1))))
  (func (export "two") (param $n i32)
    (loop $again
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (memory.atomic.notify (i32.const 128) (i32.const 1)))
    (call $look)))`
	run := func(engine *weft.Engine, config threads.Config) (seen string) {
		var a *threads.Thread
		w := newWorldWith(t, engine, source, config, func(w *world, l *weft.Linker) {
			i32 := []wasm.ValType{wasm.I32}
			_ = l.DefineFunc("", "yield", wasm.FuncType{Results: i32}, func(_ context.Context, slots []uint64) error {
				slots[0] = 5
				return w.scheduler.At(threads.Yield, 5)
			})
			_ = l.DefineFunc("", "look", wasm.FuncType{}, func(context.Context, []uint64) error {
				p := a.At()
				seen += fmt.Sprintf("%v kind %v blocked %v at %d size %d", a.State(), p.Kind, p.Blocked, p.Address, p.Size)
				return nil
			})
		})
		a = w.spawn(t, "one", weft.I32(20))
		w.spawn(t, "two", weft.I32(20))
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	for name, engine := range engines(t) {
		want := run(engine, threads.Config{Slice: -1, Trace: func(*threads.Point, *threads.Thread) {}})
		got := run(engine, threads.Config{Slice: -1})
		if got != want {
			t.Errorf("%s: %q, with a trace %q", name, got, want)
		}
	}
}

// TestTurnsNewMeanwhile: threads.New in a host function fails, and changes nothing.
func TestTurnsNewMeanwhile(t *testing.T) {
	for name, engine := range engines(t) {
		for _, nester := range []int32{0, 4} {
			t.Run(fmt.Sprint(name, nester), func(t *testing.T) {
				w, _ := handOverAround(t, engine, nester, func(_ context.Context, w *world) error {
					if _, err := threads.New(w.store, threads.Config{}); err == nil {
						t.Error("it could be made")
					}
					return nil
				})
				if err := w.scheduler.Run(context.Background(), nil); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestTurnsTwoSchedulers: one after the other, and the first one again.
func TestTurnsTwoSchedulers(t *testing.T) {
	for name, engine := range engines(t) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, engine, handing, threads.Config{Slice: -1})
			for range 3 {
				w.spawn(t, "wait", weft.I32(64))
			}
			first := w.scheduler
			var err error
			if w.scheduler, err = threads.New(w.store, threads.Config{Slice: -1}); err != nil {
				t.Fatal(err)
			}
			if err := first.Run(context.Background(), nil); err == nil {
				t.Error("threads of a scheduler that the store does not ask could wait")
			}
			for range 3 {
				w.spawn(t, "wait", weft.I32(64))
			}
			w.spawn(t, "wake", weft.I32(64), weft.I32(-1))
			if err := w.scheduler.Run(context.Background(), nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTurnsServeTraps: threads fail in host functions and otherwise, between hand-overs; the others go on.
func TestTurnsServeTraps(t *testing.T) {
	for name, engine := range engines(t) {
		for _, nester := range []int32{0, 4} {
			t.Run(fmt.Sprint(name, nester), func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				defer cancel()
				failed := errors.New("failed")
				w, pair := handOverAround(t, engine, nester, func(context.Context, *world) error { return failed })
				go func() {
					<-pair[nester/4].Done()
					w.scheduler.Do(func() {
						for range 3 {
							w.spawn(t, "play", weft.I32(128), weft.I32(132), weft.I32(60), weft.I32(1))
							w.spawn(t, "play", weft.I32(132), weft.I32(128), weft.I32(60), weft.I32(1))
						}
						time.AfterFunc(200*time.Millisecond, cancel)
					})
				}()
				err := w.scheduler.Serve(ctx)
				if !errors.Is(pair[nester/4].Err(), failed) || pair[1-nester/4].State() != threads.Waiting {
					t.Error(err, pair[0].Err(), pair[1].Err(), pair[0].State(), pair[1].State())
				}
				if n := len(w.scheduler.Threads()); n > 3 {
					t.Errorf("%d are left", n)
				}
			})
		}
	}
}

// TestTurnsEnd ends contexts while threads hand over.
func TestTurnsEnd(t *testing.T) {
	for name, engine := range engines(t) {
		for _, slice := range []time.Duration{-1, 0, time.Microsecond} {
			w := newWorld(t, engine, pingPong, threads.Config{Slice: slice})
			w.spawn(t, "play", weft.I32(0), weft.I32(4), weft.I32(-1))
			w.spawn(t, "play", weft.I32(4), weft.I32(0), weft.I32(-1))
			w.spawn(t, "start")
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			err := w.scheduler.Run(ctx, nil)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s, slice %v: %v", name, slice, err)
			}
		}
	}
}

// barring has threads that hand over, of which one calls a function that another module puts into the table.
const barring = `(module (import "" "nest" (func $nest)) (import "" "link" (func $link))
  (memory (export "memory") 1 1 shared) (table (export "table") 1 funcref)
  (func (export "link") (call $link))
  (func (export "play") (param $me i32) (param $other i32) (param $n i32) (result i32)
    (loop $again
      (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
      (if (i32.and (i32.eq (i32.const 50) (local.get $n)) (i32.eqz (local.get $me)))
        (then (call $nest) (call_indirect (i32.const 0))))
      (drop (memory.atomic.wait32 (local.get $me) (i32.const 0) (i64.const -1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
    (local.get $me)))`

// barred is that module: the function waits in a barrier.
const barred = `(module (import "" "table" (table 1 funcref)) (import "" "memory" (memory 1 1 shared))
  (func $f (barrier (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))
  (elem (i32.const 0) $f))`

// TestTurnsBarrier instantiates a module with barriers in a call of a thread, or in a call within it: the thread must
// not wait through a barrier then.
func TestTurnsBarrier(t *testing.T) {
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Native} {
		t.Run(fmt.Sprint(executor), func(t *testing.T) {
			config := weft.NewConfig().WithExecutor(executor).WithFeatures(wasm.AllFeatures | wasm.TypedContinuations2023)
			engine, err := weft.NewEngine(config)
			if err != nil {
				t.Skip(err)
			}
			for _, within := range []bool{false, true} {
				err := runBarring(t, engine, within)
				var trap *weft.Trap
				if !errors.As(err, &trap) || trap.Code != wasm.TrapBarrier {
					t.Errorf("within a call: %v: %v", within, err)
				}
			}
		})
	}
}

// runBarring runs the threads.
func runBarring(t *testing.T, engine *weft.Engine, within bool) error {
	var w *world
	link := func(ctx context.Context, _ []uint64) error {
		module, err := engine.Compile([]byte(barred))
		if err != nil {
			return err
		}
		l := weft.NewLinker(w.store)
		l.Define("", "table", w.instance.Table("table"))
		l.Define("", "memory", w.instance.Memory("memory"))
		_, err = l.Instantiate(ctx, module)
		return err
	}
	nest := link
	if within {
		nest = func(ctx context.Context, _ []uint64) error {
			_, err := w.instance.Func("link").Call(ctx)
			return err
		}
	}
	w = newWorldWith(t, engine, barring, threads.Config{Slice: -1}, func(_ *world, l *weft.Linker) {
		if err := l.DefineFunc("", "link", wasm.FuncType{}, link); err != nil {
			t.Fatal(err)
		}
		if err := l.DefineFunc("", "nest", wasm.FuncType{}, nest); err != nil {
			t.Fatal(err)
		}
	})
	w.spawn(t, "play", weft.I32(0), weft.I32(4), weft.I32(100))
	w.spawn(t, "play", weft.I32(4), weft.I32(0), weft.I32(100))
	return w.scheduler.Run(context.Background(), nil)
}

// A stranger is a store of its own that has a shared memory.
type stranger struct{ wake *weft.Func }

func newStranger(t testing.TB, engine *weft.Engine, shared *weft.SharedMemory) stranger {
	t.Helper()
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	memory, err := shared.In(store)
	if err != nil {
		t.Fatal(err)
	}
	linker := weft.NewLinker(store)
	linker.Define("", "memory", memory)
	m, index, address := shared.Type(), "", "(local.get 0)"
	if m.Limits.Is64 {
		index, address = "i64 ", "(i64.extend_i32_u (local.get 0))"
	}
	module, err := engine.Compile(fmt.Appendf(nil, `(module (import "" "memory" (memory %s%d %d shared))
  (func (export "wake") (param i32 i32) (result i32) (memory.atomic.notify %s (local.get 1))))`,
		index, m.Limits.Min, m.Limits.Max, address))
	if err != nil {
		t.Fatal(err)
	}
	in, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		t.Fatal(err)
	}
	return stranger{in.Func("wake")}
}

// notify wakes threads at an address, and returns how many.
func (s stranger) notify(t testing.TB, at, count int32) uint32 {
	results, err := s.wake.Call(context.Background(), weft.I32(at), weft.I32(count))
	if err != nil {
		t.Error(err)
		return 0
	}
	return uint32(results[0].I32())
}
