package threads_test

import (
	"context"
	"strings"
	"testing"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// BenchmarkHandOver has two threads that wake each other and wait: an operation is one hand-over.
func BenchmarkHandOver(b *testing.B) {
	for name, config := range map[string]weft.Config{
		"native":      weft.NewConfig().WithExecutor(weft.Native),
		"interpreter": weft.NewConfig().WithExecutor(weft.Interpreter),
		"steps":       weft.NewConfig().WithExecutor(weft.Native).WithSteps(),
	} {
		b.Run(name, func(b *testing.B) {
			engine, err := weft.NewEngine(config.WithFeatures(wasm.AllFeatures))
			if err != nil {
				b.Skip(err)
			}
			w := newWorld(b, engine, pingPong, threads.Config{})
			n := weft.I32(int32(max(b.N/2, 1)))
			w.spawn(b, "play", weft.I32(0), weft.I32(4), n)
			w.spawn(b, "play", weft.I32(4), weft.I32(0), n)
			w.spawn(b, "start")
			b.ReportAllocs()
			b.ResetTimer()
			if err := w.scheduler.Run(context.Background(), nil); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkSwitch has many threads that wait again as soon as they are woken, all at once: an operation is a wait at
// which another one goes on, and a hundredth of a notify.
func BenchmarkSwitch(b *testing.B) {
	const crowd = `(module
  (memory 1 1 shared) (global $own (mut i32) (i32.const 0))
  (func (export "worker") (param $last i32) (param $n i32)
    (loop $again
      (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
      (if (local.get $last) (then (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "driver") (param $n i32)
    (loop $again
      (drop (memory.atomic.notify (i32.const 0) (i32.const -1)))
      (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures))
	if err != nil {
		b.Fatal(err)
	}
	w := newWorld(b, engine, crowd, threads.Config{Slice: -1})
	const workers = 99
	n := weft.I32(int32(b.N/(workers+1) + 1))
	for i := range workers {
		last := int32(0)
		if i == workers-1 {
			last = 1
		}
		w.spawn(b, "worker", weft.I32(last), n)
	}
	w.spawn(b, "driver", n)
	b.ReportAllocs()
	b.ResetTimer()
	if err := w.scheduler.Run(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHandOverParallel is the same in parallel mode: two stores on goroutines of their own.
func BenchmarkHandOverParallel(b *testing.B) {
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures))
	if err != nil {
		b.Fatal(err)
	}
	own, imported := `(memory (export "memory") 1 1 shared)`, `(import "" "memory" (memory 1 1 shared))`
	module, err := engine.Compile([]byte(strings.Replace(pingPong, own, imported, 1)))
	if err != nil {
		b.Fatal(err)
	}
	shared, err := engine.NewSharedMemory(wasm.MemoryType{
		Limits: wasm.Limits{Min: 1, Max: 1, HasMax: true, Shared: true}, PageLog2: wasm.DefaultPageLog2})
	if err != nil {
		b.Fatal(err)
	}
	var instances [3]*weft.Instance
	for i := range instances {
		instances[i] = newParallel(b, engine, module, shared)
	}
	n, ended := weft.I32(int32(max(b.N/2, 1))), make(chan error)
	call := func(i int, name string, args ...weft.Value) {
		_, err := instances[i].Func(name).Call(context.Background(), args...)
		ended <- err
	}
	b.ResetTimer()
	go call(0, "play", weft.I32(0), weft.I32(4), n)
	go call(1, "play", weft.I32(4), weft.I32(0), n)
	go call(2, "start")
	for range instances {
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
}

// newParallel returns an instance in a store of its own, which is for another goroutine.
func newParallel(
	b *testing.B, engine *weft.Engine, module *weft.Module, shared *weft.SharedMemory,
) *weft.Instance {
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(store.Close)
	memory, err := shared.In(store)
	if err != nil {
		b.Fatal(err)
	}
	linker := weft.NewLinker(store)
	linker.Define("", "memory", memory)
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		b.Fatal(err)
	}
	return instance
}

// BenchmarkSpawn makes threads that end when they run: all of them before the first runs, or each when the one before
// has ended.
func BenchmarkSpawn(b *testing.B) {
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("all", func(b *testing.B) {
		w := newWorld(b, engine, pingPong, threads.Config{})
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			w.spawn(b, "set")
		}
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("each", func(b *testing.B) {
		const source = `(module (import "" "spawn" (func $spawn (result i32)))
  (memory 1 1 shared) (global $own (mut i32) (i32.const 0))
  (func (export "spawn") (param $n i32)
    (loop $l (drop (call $spawn)) (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "end") (param i32)))`
		w := newWorldWith(b, engine, source, threads.Config{}, func(w *world, l *weft.Linker) {
			result := wasm.FuncType{Results: []wasm.ValType{wasm.I32}}
			err := l.DefineFunc("", "spawn", result, func(_ context.Context, slots []uint64) error {
				w.spawn(b, "end", weft.I32(0))
				slots[0] = 0
				return w.scheduler.At(threads.Yield, 0)
			})
			if err != nil {
				b.Fatal(err)
			}
		})
		w.spawn(b, "spawn", weft.I32(int32(b.N)))
		b.ReportAllocs()
		b.ResetTimer()
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
	})
}

// everyStep asks at each step, and goes on with the same thread or with the other.
type everyStep struct {
	threads.RoundRobin
	steps    uint64
	switches bool
}

func (e *everyStep) Steps() uint64 { return e.steps }

func (e *everyStep) Next(p *threads.Point) *threads.Thread {
	if p.Kind == threads.Step && !e.switches {
		return p.Thread
	}
	return e.RoundRobin.Next(p)
}

// counting has a loop that only counts, so that a turn is a step.
const counting = `(module (memory 1 1 shared) (global $own (mut i32) (i32.const 0))
  (func (export "count") (param $n i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`

// BenchmarkStep has turns of a loop: in code that does not count, in code that does, and with a strategy that is asked
// at each, and goes on with the same thread or another.
func BenchmarkStep(b *testing.B) {
	for _, x := range []struct {
		name     string
		steps    bool
		strategy threads.Strategy
	}{
		{"uncounted", false, nil},
		{"counted", true, threads.NewRoundRobin()},
		{"asked", true, &everyStep{}},
		{"switched", true, &everyStep{switches: true}},
	} {
		b.Run(x.name, func(b *testing.B) {
			config := weft.NewConfig().WithExecutor(weft.Native).WithFeatures(wasm.AllFeatures)
			if x.steps {
				config = config.WithSteps()
			}
			engine, err := weft.NewEngine(config)
			if err != nil {
				b.Skip(err)
			}
			w := newWorld(b, engine, counting, threads.Config{Strategy: x.strategy, Steps: x.steps})
			for range 2 {
				w.spawn(b, "count", weft.I32(int32(max(b.N/2, 1))))
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := w.scheduler.Run(context.Background(), nil); err != nil {
				b.Fatal(err)
			}
		})
	}
}
