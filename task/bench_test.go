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

// BenchmarkWaiting holds 100,000 tasks that sleep, and reports the bytes of each in
// the Go heap (B/task; the stacks of their continuations come on top) and the
// goroutines that they have.
func BenchmarkWaiting(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		f := newFixture(b)
		nap, hour := f.in.Func("nap"), weft.I64(int64(time.Hour))
		goroutines := runtime.NumGoroutine()
		before := heapBytes()
		begin := time.Now()
		for range n {
			f.loop.Go(context.Background(), nap, weft.I32(1), hour)
		}
		ctx, cancel := context.WithCancel(context.Background())
		// Behind all others, so they sleep when it has run.
		f.loop.Do(func() {
			f.loop.Do(func() {
				b.ReportMetric(float64(time.Since(begin).Nanoseconds())/n, "ns/spawn")
				after := heapBytes()
				b.ReportMetric(float64(after-before)/n, "B/task")
				b.ReportMetric(float64(f.store.Stats().Continuations), "waiting")
				b.ReportMetric(float64(runtime.NumGoroutine()-goroutines), "goroutines")
				cancel()
			})
		})
		f.loop.Run(ctx)
	}
}

// BenchmarkWakeUp wakes each of 100,000 waiting tasks again and again: by
// futures, by timers, and by taking turns. An operation is a wake-up.
func BenchmarkWakeUp(b *testing.B) {
	const n = 100_000
	yield := func(ctx, loopCtx context.Context) func(*testing.B) {
		return func(b *testing.B) {
			f := newFixture(b)
			turns := f.in.Func("turns")
			each := int32(b.N/n + 1)
			b.ReportAllocs()
			for range min(n, b.N) {
				f.loop.Go(ctx, turns, weft.I32(0), weft.I32(each))
			}
			f.loop.Run(loopCtx)
		}
	}
	never, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.Run("yield", yield(context.Background(), context.Background()))
	b.Run("yield/cancellable", yield(never, never)) // contexts that have to be watched
	b.Run("timer", func(b *testing.B) {
		f := newFixture(b)
		nap, soon := f.in.Func("nap"), weft.I64(int64(time.Microsecond))
		b.ReportAllocs()
		for done := 0; done < b.N; done += n {
			for range min(n, b.N-done) {
				f.loop.Go(context.Background(), nap, weft.I32(0), soon)
			}
			f.loop.Run(context.Background())
		}
	})
	b.Run("future", func(b *testing.B) {
		f := newFixture(b)
		asks := f.in.Func("asks")
		answer := []weft.Value{weft.I32(1)}
		f.ask = func(int32) (task.Wait, error) {
			future := task.NewFuture()
			f.loop.Do(func() { future.Complete(answer...) })
			return task.Await(future), nil
		}
		b.ReportAllocs()
		for done := 0; done < b.N; done += 2 * n {
			for range min(n, (b.N-done+1)/2) {
				f.loop.Go(context.Background(), asks, weft.I32(0))
			}
			f.loop.Run(context.Background())
		}
	})
}
