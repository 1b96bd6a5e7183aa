package threads_test

import (
	"context"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// TestLaterAlarm has a wait whose alarm is behind that of another one, which ends before its alarm is due: the later one must
// still ring.
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
