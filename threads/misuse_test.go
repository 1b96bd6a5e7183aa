package threads_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// hosting has functions that call the host, which parks them, or calls the guest again.
const hosting = `(module
  (import "h" "park" (func $park (param i32) (result i32)))
  (import "h" "nested" (func $nested (result i32)))
  (import "h" "spawn" (func $spawn (result i32)))
  (memory (export "memory") 1 1 shared)
  (func (export "park") (param i32) (result i32) (i32.add (i32.const 100) (call $park (local.get 0))))
  (func (export "nested") (result i32) (call $nested))
  (func (export "spawn") (result i32) (call $spawn))
  (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
  (func (export "notify") (param i32) (result i32) (memory.atomic.notify (i32.const 0) (local.get 0)))
  (func (export "trap") unreachable)
  (func (export "loop") (loop $l (br $l))))`

// A hostWorld is a world whose guest imports what the test does.
type hostWorld struct {
	world
	parks chan *threads.Thread // takes threads that park; nil for nobody
}

func newHostWorld(t *testing.T, engine *weft.Engine, config threads.Config) *hostWorld {
	t.Helper()
	w := &hostWorld{}
	w.world = *newWorldWith(t, engine, hosting, config, func(_ *world, linker *weft.Linker) { w.define(t, linker) })
	return w
}

// define gives a guest what it imports.
func (w *hostWorld) define(t *testing.T, linker *weft.Linker) {
	t.Helper()
	i32 := []wasm.ValType{wasm.I32}
	define := func(name string, params []wasm.ValType, f weft.HostFunc) {
		if err := linker.DefineFunc("h", name, wasm.FuncType{Params: params, Results: i32}, f); err != nil {
			t.Fatal(err)
		}
	}
	define("park", i32, func(_ context.Context, slots []uint64) error {
		if w.parks != nil {
			w.parks <- w.scheduler.Current()
		}
		return w.scheduler.Park()
	})
	define("nested", nil, func(ctx context.Context, slots []uint64) error {
		results, err := w.instance.Func("park").Call(ctx, weft.I32(1))
		if err == nil {
			slots[0] = uint64(uint32(results[0].I32()))
		}
		return err
	})
	define("spawn", nil, func(_ context.Context, slots []uint64) error {
		thread, err := w.scheduler.Spawn(threads.Spec{Func: w.instance.Func("notify"), Args: []weft.Value{weft.I32(1)}})
		if err != nil {
			return err
		}
		slots[0] = uint64(thread.ID())
		return w.scheduler.At(threads.Spawn, uint32(slots[0]))
	})
}

// TestPark lets a host function park its callers, which another goroutine unparks.
func TestPark(t *testing.T) {
	for name, engine := range engines(t) {
		w := newHostWorld(t, engine, threads.Config{})
		var all []*threads.Thread
		for range 10 {
			all = append(all, w.spawn(t, "park", weft.I32(7)))
		}
		w.spawn(t, "spawn")
		w.parks = make(chan *threads.Thread, len(all))
		go func() {
			for thread := range w.parks { // it is about to park, or has
				thread.Unpark(uint32(thread.ID()))
			}
		}()
		err := w.scheduler.Run(context.Background(), nil)
		close(w.parks)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, thread := range all {
			if got := thread.Results()[0]; got != uint64(100+i) {
				t.Errorf("%s: thread %d returns %d", name, i, got)
			}
		}
	}
}

// TestEnds has ways in which a run ends early, and what is left of the others.
func TestEnds(t *testing.T) {
	for name, engine := range engines(t) {
		w := newHostWorld(t, engine, threads.Config{})
		waits := w.spawn(t, "wait")
		w.spawn(t, "trap")
		var trap *weft.Trap
		if err := w.scheduler.Run(context.Background(), nil); !errors.As(err, &trap) {
			t.Errorf("%s: %v", name, err)
		}
		if s := waits.Stack(); len(s.Frames) != 1 || waits.State() != threads.Waiting {
			t.Errorf("%s: the other thread is %v: %s", name, waits.State(), s.String())
		}
		if err := w.scheduler.Run(context.Background(), nil); !errors.Is(err, threads.ErrEnded) {
			t.Errorf("%s: run again: %v", name, err)
		}
		if _, err := w.scheduler.Spawn(threads.Spec{Func: w.instance.Func("trap")}); !errors.Is(err, threads.ErrEnded) {
			t.Errorf("%s: spawn: %v", name, err)
		}
		// Who waits no longer is not woken.
		results, err := w.instance.Func("notify").Call(context.Background(), weft.I32(-1))
		if err != nil || results[0].I32() != 0 {
			t.Errorf("%s: notify: %v, %v", name, results, err)
		}

		w = newHostWorld(t, engine, threads.Config{})
		w.spawn(t, "loop")
		w.spawn(t, "loop")
		ctx, cancel := context.WithCancelCause(context.Background())
		gone := errors.New("gone")
		cancel(gone)
		var interrupt *weft.Interrupt
		if err := w.scheduler.Run(ctx, nil); !errors.As(err, &interrupt) || !errors.Is(err, gone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNested lets a host function call the guest, which wants to wait: it cannot.
func TestNested(t *testing.T) {
	for name, engine := range engines(t) {
		w := newHostWorld(t, engine, threads.Config{})
		w.spawn(t, "nested")
		if err := w.scheduler.Run(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "called from the host") {
			t.Errorf("%s: %v", name, err)
		}
		// And outside of a run.
		w = newHostWorld(t, engine, threads.Config{})
		if _, err := w.instance.Func("wait").Call(context.Background()); err == nil || !strings.Contains(err.Error(), "called from the host") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	engine := engines(t)["interpreter"]
	if _, err := threads.New(nil, threads.Config{}); err == nil {
		t.Error("a scheduler without a store")
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := threads.New(store, threads.Config{Steps: true}); err == nil || !strings.Contains(err.Error(), "WithSteps") {
		t.Errorf("steps on an engine that does not count: %v", err)
	}
	store.Close()
	if _, err := threads.New(store, threads.Config{}); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("a closed store: %v", err)
	}
	w := newHostWorld(t, engine, threads.Config{Limit: 1})
	if _, err := w.scheduler.Spawn(threads.Spec{}); err == nil {
		t.Error("a thread without a function")
	}
	if _, err := w.scheduler.Spawn(threads.Spec{Func: w.instance.Func("park")}); err == nil || !strings.Contains(err.Error(), "1 arguments are missing") {
		t.Errorf("without arguments: %v", err)
	}
	w.spawn(t, "wait")
	if _, err := w.scheduler.Spawn(threads.Spec{Func: w.instance.Func("wait")}); err == nil || !strings.Contains(err.Error(), "there are 1 threads") {
		t.Errorf("above the limit: %v", err)
	}
	var none context.Context
	if err := w.scheduler.Run(none, nil); err == nil {
		t.Error("without a context")
	}
	if err := w.scheduler.Park(); err == nil {
		t.Error("parked outside of a thread")
	}
}
