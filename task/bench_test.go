package task_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"weft"
	"weft/task"
)

// heapBytes returns the bytes that are in use in the Go heap.
func heapBytes() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// many is how many tasks the benchmarks have at the same time.
const many = 100_000

// BenchmarkWaiting holds 100,000 tasks that sleep, and reports the bytes of each in
// the Go heap (B/task) and of its continuation outside of it (stack-B/task), the
// goroutines that they have, and what it costs to begin one and to cancel one. With
// "context" each has a context of its own that can end.
func BenchmarkWaiting(b *testing.B) {
	background := func() (context.Context, func()) { return context.Background(), func() {} }
	cancellable := func() (context.Context, func()) { return context.WithCancel(context.Background()) }
	b.Run("plain", func(b *testing.B) { waiting(b, background) })
	b.Run("context", func(b *testing.B) { waiting(b, cancellable) })
}

func waiting(b *testing.B, newContext func() (context.Context, func())) {
	for b.Loop() {
		f := newFixture(b)
		nap, hour := f.in.Func("nap"), weft.I64(int64(time.Hour))
		contexts, cancels := make([]context.Context, many), make([]func(), many)
		for i := range contexts {
			contexts[i], cancels[i] = newContext()
		}
		goroutines, before, stacks := runtime.NumGoroutine(), heapBytes(), f.store.Stats().StackBytes
		begin := time.Now()
		for i := range many {
			f.loop.Go(contexts[i], nap, weft.I32(1), hour)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var ending time.Time
		// Behind all others, so they sleep when it has run.
		f.loop.Do(func() {
			f.loop.Do(func() {
				b.ReportMetric(float64(time.Since(begin).Nanoseconds())/many, "ns/begin")
				b.ReportMetric(float64(heapBytes()-before)/many, "B/task")
				stats := f.store.Stats()
				b.ReportMetric(float64(stats.StackBytes-stacks)/many, "stack-B/task")
				b.ReportMetric(float64(stats.Continuations), "waiting")
				b.ReportMetric(float64(runtime.NumGoroutine()-goroutines), "goroutines")
				ending = time.Now()
				cancel()
			})
		})
		f.loop.Run(ctx)
		b.ReportMetric(float64(time.Since(ending).Nanoseconds())/many, "ns/cancel")
		for _, cancel := range cancels {
			cancel()
		}
	}
}

// BenchmarkWakeUp wakes 100,000 waiting tasks again and again. An operation is a
// wake-up: the guest's call returns, and it waits anew. Beginning and ending the
// tasks is not counted, but for the share of the last wake-up.
func BenchmarkWakeUp(b *testing.B) {
	plain := func(*testing.B) context.Context { return context.Background() }
	own := func(b *testing.B) context.Context {
		ctx, cancel := context.WithCancel(context.Background())
		b.Cleanup(cancel)
		return ctx
	}
	soon := weft.I64(int64(time.Microsecond))
	yields := func(f *fixture, n int32) (*weft.Func, []weft.Value) {
		return f.in.Func("yields"), []weft.Value{weft.I32(n)}
	}
	sleeps := func(f *fixture, n int32) (*weft.Func, []weft.Value) {
		return f.in.Func("sleeps"), []weft.Value{weft.I32(n), soon}
	}
	asks := func(f *fixture, n int32) (*weft.Func, []weft.Value) {
		return f.in.Func("asks-often"), []weft.Value{weft.I32(n)}
	}
	answer := []weft.Value{weft.I32(1)}
	later := func(f *fixture) {
		f.ask = func(int32) (task.Wait, error) {
			future := task.NewFuture()
			f.loop.Do(func() { future.Complete(answer...) })
			return task.Await(future), nil
		}
	}
	already := func(f *fixture) {
		future := task.NewFuture()
		future.Complete(answer...)
		f.ask = func(int32) (task.Wait, error) { return task.Await(future), nil }
	}
	for _, bench := range []struct {
		name    string
		context func(*testing.B) context.Context
		work    func(f *fixture, n int32) (*weft.Func, []weft.Value)
		prepare func(*fixture)
	}{
		{"yield", plain, yields, nil},
		{"yield/context", own, yields, nil}, // each task has one that has to be watched
		{"timer", plain, sleeps, nil},
		{"timer/context", own, sleeps, nil},
		{"future", plain, asks, later},
		{"future completed", plain, asks, already}, // no wake-up at all
	} {
		b.Run(bench.name, func(b *testing.B) {
			f := newFixture(b)
			if bench.prepare != nil {
				bench.prepare(f)
			}
			tasks := min(many, b.N)
			fn, args := bench.work(f, int32((b.N+tasks-1)/tasks))
			for range tasks {
				f.loop.Go(bench.context(b), fn, args...)
			}
			b.ReportAllocs()
			if bench.name == "future completed" {
				b.ResetTimer()
			} else {
				f.loop.Do(func() { f.loop.Do(b.ResetTimer) }) // when all wait
			}
			f.loop.Run(bench.context(b))
		})
	}
}
