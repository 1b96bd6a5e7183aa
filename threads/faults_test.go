package threads_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// TestLaterAlarm has a wait whose alarm is behind that of another one, which ends before its alarm is due: the later
// one must still ring.
func TestLaterAlarm(t *testing.T) {
	const source = `(module
  (memory 1 1 shared)
  (func (export "short") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 20000000)))
  (func (export "long") (result i32) (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const 60000000)))
  (func (export "notify") (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))))`
	for name, engine := range engines(t) {
		w := newWorld(t, engine, source, threads.Config{})
		w.spawn(t, "short")
		long := w.spawn(t, "long")
		w.spawn(t, "notify")
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		err := w.scheduler.Run(ctx, nil)
		cancel()
		if err != nil || long.Results()[0] != uint64(weft.TimedOut) {
			t.Errorf("%s: %v: the wait of 60 ms has %v after %v", name, err, long.Results(), w.scheduler.Now())
		}
	}
}

// TestManyResults has a thread with more results than those before it, made while they run.
func TestManyResults(t *testing.T) {
	const source = `(module
  (import "h" "spawn" (func $spawn (result i32)))
  (func (export "first") (drop (call $spawn)))
  (func (export "many") (result i64 i64 i64) (i64.const 1) (i64.const 2) (i64.const 3)))`
	for name, engine := range engines(t) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		scheduler, err := threads.New(store, threads.Config{})
		if err != nil {
			t.Fatal(err)
		}
		var instance *weft.Instance
		var many *threads.Thread
		linker := weft.NewLinker(store)
		err = linker.DefineFunc("h", "spawn", wasm.FuncType{Results: []wasm.ValType{wasm.I32}}, func(_ context.Context, slots []uint64) error {
			slots[0] = 0
			if many, err = scheduler.Spawn(threads.Spec{Func: instance.Func("many")}); err != nil {
				return err
			}
			return scheduler.At(threads.Yield, 0)
		})
		if err != nil {
			t.Fatal(err)
		}
		if instance, err = linker.Instantiate(context.Background(), module); err != nil {
			t.Fatal(err)
		}
		if _, err := scheduler.Spawn(threads.Spec{Func: instance.Func("first")}); err != nil {
			t.Fatal(err)
		}
		if err := scheduler.Run(context.Background(), nil); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r := many.Results(); len(r) != 3 || r[0] != 1 || r[1] != 2 || r[2] != 3 {
			t.Errorf("%s: results %v, want [1 2 3]", name, r)
		}
	}
}

// TestSliceInNestedCall has a thread whose slice is over in a call that a host function has made, and which computes
// for ever afterwards: it must be interrupted for the others all the same.
func TestSliceInNestedCall(t *testing.T) {
	const source = `(module
  (import "h" "nested" (func $nested))
  (memory 1 1 shared)
  (func (export "short"))
  (func (export "spin") (call $nested) (loop $l (br_if $l (i32.eqz (i32.atomic.load (i32.const 0))))))
  (func (export "set") (i32.atomic.store (i32.const 0) (i32.const 1))))`
	for name, engine := range engines(t) {
		w := &world{}
		w = newHosted(t, engine, source, threads.Config{Slice: 2 * time.Millisecond}, map[string]weft.HostFunc{
			"nested": func(ctx context.Context, _ []uint64) error {
				for begin := time.Now(); time.Since(begin) < 20*time.Millisecond; {
					if _, err := w.instance.Func("short").Call(ctx); err != nil {
						return err
					}
				}
				return nil
			},
		}, &w)
		w.spawn(t, "spin")
		w.spawn(t, "set")
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		if err := w.scheduler.Run(ctx, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}

// TestResumeSlotsInThread has a host function that resumes a continuation of its own by ResumeSlots, in a thread whose
// slice is over.
func TestResumeSlotsInThread(t *testing.T) {
	const source = `(module
  (import "h" "nested" (func $nested))
  (memory 1 1 shared)
  (func (export "count") (local $n i32)
    (loop $l
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $n) (i32.const 5000000)))))
  (func (export "first") (call $nested))
  (func (export "second") (i32.atomic.store (i32.const 0) (i32.const 1))))`
	for name, engine := range engines(t) {
		w := &world{}
		w = newHosted(t, engine, source, threads.Config{Slice: time.Millisecond}, map[string]weft.HostFunc{
			"nested": func(ctx context.Context, _ []uint64) error {
				k, err := w.store.NewContinuation(w.instance.Func("count"))
				if err == nil {
					_, err = k.ResumeSlots(ctx, nil, make([]uint64, 4))
				}
				return err
			},
		}, &w)
		w.spawn(t, "first")
		w.spawn(t, "second")
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		if err := w.scheduler.Run(ctx, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}

// newHosted is newWorld for a guest that imports functions without parameters and results.
func newHosted(t testing.TB, engine *weft.Engine, source string, config threads.Config,
	functions map[string]weft.HostFunc, to **world) *world {
	t.Helper()
	return newWorldWith(t, engine, source, config, func(w *world, linker *weft.Linker) {
		*to = w
		for name, f := range functions {
			if err := linker.DefineFunc("h", name, wasm.FuncType{}, f); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestGrowTable has threads that let a table grow, by a random walk: what happens is the same on all executors.
func TestGrowTable(t *testing.T) {
	const source = `(module
  (table $t 1 100000 funcref)
  (func (export "grow") (result i32) (local $n i32) (local $failed i32)
    (loop $l
      (local.set $failed (i32.add (local.get $failed)
        (i32.eq (table.grow $t (ref.null func) (i32.const 50)) (i32.const -1))))
      (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 100))))
    (local.get $failed))
  (func (export "count") (local $n i32)
    (loop $l (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10000))))))`
	for name, engine := range countingEngines(t) {
		w := newWorld(t, engine, source, threads.Config{Strategy: threads.NewRandomWalk(3), Steps: true, Virtual: true})
		w.spawn(t, "count")
		grows := w.spawn(t, "grow")
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r := grows.Results()[0]; r != 0 {
			t.Errorf("%s: %d of 100 times the table has not grown", name, r)
		}
	}
}

// TestOnlyYields has threads that do nothing but yield: the pauses that they are asked for in between must not pile up.
func TestOnlyYields(t *testing.T) {
	const source = `(module
  (import "h" "yield" (func $yield (result i32)))
  (func (export "yield") (loop $l (br_if $l (i32.eqz (call $yield))))))`
	for name, engine := range engines(t) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		scheduler, err := threads.New(store, threads.Config{Slice: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		most, turns := 0, 0
		linker := weft.NewLinker(store)
		err = linker.DefineFunc("h", "yield", wasm.FuncType{Results: []wasm.ValType{wasm.I32}}, func(_ context.Context, slots []uint64) error {
			turns++
			most = max(most, runtime.NumGoroutine())
			slots[0] = 0
			if turns > 200_000 {
				slots[0] = 1
			}
			return scheduler.At(threads.Yield, uint32(slots[0]))
		})
		if err != nil {
			t.Fatal(err)
		}
		instance, err := linker.Instantiate(context.Background(), module)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := scheduler.Spawn(threads.Spec{Func: instance.Func("yield")}); err != nil {
				t.Fatal(err)
			}
		}
		if err := scheduler.Run(context.Background(), nil); err != nil || most > 50 {
			t.Errorf("%s: %v, at most %d goroutines", name, err, most)
		}
	}
}

// TestCloseInRun closes the store where the scheduler, or a host function, is asked.
func TestCloseInRun(t *testing.T) {
	const source = `(module
  (import "h" "close" (func $close))
  (memory 1 1 shared)
  (func (export "close") (call $close) (loop $l (br $l)))
  (func (export "wait") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))) (loop $l (br $l))))`
	for name, engine := range engines(t) {
		for _, first := range []string{"close", "wait"} {
			w := &world{}
			config := threads.Config{Slice: time.Millisecond, Trace: func(p *threads.Point, _ *threads.Thread) {
				if p.Kind == threads.Wait && first == "wait" {
					w.store.Close()
				}
			}}
			w = newHosted(t, engine, source, config, map[string]weft.HostFunc{
				"close": func(context.Context, []uint64) error { w.store.Close(); return nil },
			}, &w)
			w.spawn(t, first)
			w.spawn(t, "wait")
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			err := w.scheduler.Run(ctx, nil)
			cancel()
			t.Logf("%s: %s: %v", name, first, err)
			if err == nil {
				t.Errorf("%s: %s: no error", name, first)
			}
			for _, thread := range w.scheduler.Threads() {
				thread.Stack()
			}
		}
	}
}
