package threads_test

import (
	"context"
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

// BenchmarkSpawn makes threads that end at once.
func BenchmarkSpawn(b *testing.B) {
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures))
	if err != nil {
		b.Fatal(err)
	}
	w := newWorld(b, engine, pingPong, threads.Config{})
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		w.spawn(b, "set")
	}
	if err := w.scheduler.Run(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
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
