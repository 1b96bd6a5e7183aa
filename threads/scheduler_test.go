package threads_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// engines are those on which the tests run, counting engines those that count steps.
func engines(t testing.TB) map[string]*weft.Engine {
	return made(t, func(c weft.Config) weft.Config { return c })
}

func countingEngines(t testing.TB) map[string]*weft.Engine { return made(t, weft.Config.WithSteps) }

func made(t testing.TB, change func(weft.Config) weft.Config) map[string]*weft.Engine {
	all := map[string]weft.Config{
		"interpreter": weft.NewConfig().WithExecutor(weft.Interpreter),
		"native":      weft.NewConfig().WithExecutor(weft.Native),
		"polls":       weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{NoSignals: true}),
		"plain":       weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{Plain: 1<<32 - 1}),
		"small":       weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{SmallStacks: true}),
	}
	made := map[string]*weft.Engine{}
	for name, config := range all {
		engine, err := weft.NewEngine(change(config).WithFeatures(wasm.AllFeatures))
		if err != nil {
			if t, ok := t.(*testing.T); ok {
				t.Run(name, func(t *testing.T) { t.Skip(err) }) // so that it is seen
			}
			continue
		}
		made[name] = engine
	}
	return made
}

// A world is an instance whose functions threads run.
type world struct {
	store     *weft.Store
	instance  *weft.Instance
	scheduler *threads.Scheduler
	globals   *weft.InstanceGlobals
}

func newWorld(t testing.TB, engine *weft.Engine, source string, config threads.Config) *world {
	t.Helper()
	return newWorldWith(t, engine, source, config, func(*world, *weft.Linker) {})
}

// newWorldWith is newWorld for a guest that imports what define gives it.
func newWorldWith(
	t testing.TB, engine *weft.Engine, source string, config threads.Config, define func(*world, *weft.Linker),
) *world {
	t.Helper()
	return newWorldLimited(t, engine, source, config, weft.DefaultLimits(), define)
}

// newWorldLimited is newWorldWith with limits.
func newWorldLimited(
	t testing.TB, engine *weft.Engine, source string, config threads.Config, limits weft.Limits,
	define func(*world, *weft.Linker),
) *world {
	t.Helper()
	store, err := engine.NewStore(limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	module, err := engine.Compile([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{store: store}
	if w.scheduler, err = threads.New(store, config); err != nil {
		t.Fatal(err)
	}
	linker := weft.NewLinker(store)
	define(w, linker)
	if w.instance, err = linker.Instantiate(context.Background(), module); err != nil {
		t.Fatal(err)
	}
	if w.globals, err = w.instance.MutableGlobals(); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) spawn(t testing.TB, name string, args ...weft.Value) *threads.Thread {
	t.Helper()
	thread, err := w.scheduler.Spawn(threads.Spec{Func: w.instance.Func(name), Args: args, Globals: w.globals})
	if err != nil {
		t.Fatal(err)
	}
	return thread
}

// pingPong has two threads that hand a turn to each other n times, each by its own word.
const pingPong = `(module
  (memory (export "memory") 1 1 shared)
  (global $own (export "own") (mut i64) (i64.const 0))
  (func (export "play") (param $me i32) (param $other i32) (param $n i32) (result i64)
    (loop $turn
      (block $mine
        (loop $wait
          (br_if $mine (i32.atomic.load (local.get $me)))
          (drop (memory.atomic.wait32 (local.get $me) (i32.const 0) (i64.const -1)))
          (br $wait)))
      (i32.atomic.store (local.get $me) (i32.const 0))
      (global.set $own (i64.add (global.get $own) (i64.extend_i32_u (i32.add (local.get $me) (i32.const 1)))))
      (i32.atomic.store (local.get $other) (i32.const 1))
      (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
      (br_if $turn (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (global.get $own))
  (func (export "start") (i32.atomic.store (i32.const 0) (i32.const 1))
    (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
  (global $sum (mut i32) (i32.const 0))
  (func (export "spin") (result i32)
    (local $turns i32)
    (loop $wait
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if $wait (i32.eqz (i32.load (i32.const 64)))))
    (local.get $turns))
  (func (export "set") (i32.store (i32.const 64) (i32.const 1)))
  (func (export "forever") (drop (memory.atomic.wait32 (i32.const 128) (i32.const 0) (i64.const -1))))
  (func (export "timeout") (param i64) (result i32) (memory.atomic.wait32 (i32.const 128) (i32.const 0) (local.get 0)))
)`

func TestPingPong(t *testing.T) {
	for name, engine := range engines(t) {
		w := newWorld(t, engine, pingPong, threads.Config{})
		a := w.spawn(t, "play", weft.I32(0), weft.I32(4), weft.I32(1000))
		b := w.spawn(t, "play", weft.I32(4), weft.I32(0), weft.I32(1000))
		w.spawn(t, "start")
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a.Results()[0] != 1000 || b.Results()[0] != 5000 {
			t.Errorf("%s: own sums are %v and %v, want 1000 and 5000", name, a.Results(), b.Results())
		}
	}
}

// TestSpin lets a thread spin until another one has set a word: it is interrupted.
func TestSpin(t *testing.T) {
	for name, engine := range engines(t) {
		// A slice in which the function is compiled, too, on a slow machine.
		w := newWorld(t, engine, pingPong, threads.Config{Slice: 30 * time.Millisecond})
		spinning := w.spawn(t, "spin")
		w.spawn(t, "set")
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		if err := w.scheduler.Run(ctx, nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		cancel()
		if spinning.Results()[0] < 2 {
			t.Errorf("%s: it has not spun", name)
		}
	}
}

func TestDeadlock(t *testing.T) {
	for name, engine := range engines(t) {
		w := newWorld(t, engine, pingPong, threads.Config{})
		w.spawn(t, "forever")
		w.spawn(t, "forever")
		var deadlock *threads.DeadlockError
		if err := w.scheduler.Run(context.Background(), nil); !errors.As(err, &deadlock) ||
			len(deadlock.Threads) != 2 || deadlock.Threads[0].Address != 128 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCloseFromTrace closes the store while threads wait for each other: that is what the run ends with.
func TestCloseFromTrace(t *testing.T) {
	for name, engine := range engines(t) {
		var w *world
		w = newWorld(t, engine, pingPong, threads.Config{Trace: func(*threads.Point, *threads.Thread) { w.store.Close() }})
		w.spawn(t, "forever")
		w.spawn(t, "forever")
		if err := w.scheduler.Run(context.Background(), nil); !errors.Is(err, weft.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTimeout(t *testing.T) {
	for name, engine := range engines(t) {
		for _, virtual := range []bool{false, true} {
			w := newWorld(t, engine, pingPong, threads.Config{Virtual: virtual})
			waits := w.spawn(t, "timeout", weft.I64(3e6))
			if err := w.scheduler.Run(context.Background(), nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := waits.Results()[0]; got != 2 || w.scheduler.Now() < 3*time.Millisecond {
				t.Errorf("%s: result %d after %v", name, got, w.scheduler.Now())
			}
		}
	}
}

// TestSameSeed runs a program with many choices twice.
func TestSameSeed(t *testing.T) {
	run := func(name string, engine *weft.Engine, seed uint64) uint64 {
		w := newWorld(t, engine, pingPong, threads.Config{Strategy: threads.NewRandomWalk(seed), Steps: true, Virtual: true})
		w.spawn(t, "play", weft.I32(0), weft.I32(4), weft.I32(300))
		w.spawn(t, "play", weft.I32(4), weft.I32(0), weft.I32(300))
		w.spawn(t, "spin")
		w.spawn(t, "start")
		w.spawn(t, "set")
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return w.scheduler.Hash()
	}
	hashes := map[uint64]bool{}
	for seed := range uint64(20) {
		all := map[uint64]string{}
		for name, engine := range countingEngines(t) {
			all[run(name, engine, seed)] += name + " "
			all[run(name, engine, seed)] += name + " "
		}
		if len(all) > 1 {
			t.Errorf("seed %d: %v", seed, all)
		}
		for hash := range all {
			hashes[hash] = true
		}
	}
	if len(hashes) < 15 {
		t.Errorf("20 seeds have only %d schedules", len(hashes))
	}
}
