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
