//go:build linux && amd64

package native

import (
	"bytes"
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/internal/store"
)

// What a loop of a guest that never ends costs the Go program beside it, and what ends it. The
// loop is the compiler's, and has nothing in it for that.

const endless = `(module (func $spin (export "spin") (loop $again (br $again))))`

func newEndless(t testing.TB) *guest {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(endless)
	return g
}

// TestEndlessLoop looks at the code of the loop: it is one jump, to itself.
func TestEndlessLoop(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	if g.engine.config.Polls {
		t.Skip("Go does not interrupt goroutines by signals here, so loops poll")
	}
	codes, err := compile(g.engine, g.moduleOf(endless))
	if err != nil {
		t.Fatal(err)
	}
	if jump := []byte{0xeb, 0xfe}; !bytes.HasSuffix(codes[0].Bytes, jump) {
		t.Errorf("the code is % x, and does not end with % x", codes[0].Bytes, jump)
	}
}

// TestCancelCompiled ends the loop, with signals or, where there are none, at a poll.
func TestCancelCompiled(t *testing.T) {
	g := newEndless(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := g.call(ctx, "spin")
	var interrupt *store.Interrupt
	if !errors.As(err, &interrupt) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	wantFrames(t, interrupt.Stack, "spin")
}

// TestPollsYield keeps all processors busy with loops that nobody can interrupt: only their polls let the collector go on, and
// the timer fire that ends them.
func TestPollsYield(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	var group sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		g := newGuestOf(t, Config{NoSignals: true}, store.DefaultLimits)
		g.compiled(endless)
		group.Go(func() {
			if _, err := g.call(ctx, "spin"); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
	}
	runtime.GC()
	group.Wait()
}

// BenchmarkPauses runs the loop beside goroutines that allocate, and for comparison a loop of Go's. Each operation is a
// collection of Go's; how long the world stood still is reported, in percentiles.
func BenchmarkPauses(b *testing.B) {
	b.Run("guest", func(b *testing.B) {
		g := newEndless(b)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() {
			_, err := g.call(ctx, "spin")
			ended <- err
		}()
		measurePauses(b)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			b.Fatal(err)
		}
	})
	b.Run("Go", func(b *testing.B) {
		var stop atomic.Bool
		var group sync.WaitGroup
		group.Go(func() {
			for !stop.Load() {
			}
		})
		measurePauses(b)
		stop.Store(true)
		group.Wait()
	})
}

func measurePauses(b *testing.B) {
	var stop atomic.Bool
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var keep [64][]byte
			for i := 0; !stop.Load(); i++ {
				keep[i%len(keep)] = make([]byte, 16<<10)
			}
			runtime.KeepAlive(&keep)
		})
	}
	before := readPauses()
	b.ReportAllocs()
	for b.Loop() {
		runtime.GC()
	}
	after := readPauses()
	stop.Store(true)
	group.Wait()
	for i := range after.Counts {
		after.Counts[i] -= before.Counts[i]
	}
	b.ReportMetric(percentile(after, 0.5)*1e3, "p50-ms")
	b.ReportMetric(percentile(after, 0.99)*1e3, "p99-ms")
	b.ReportMetric(percentile(after, 1)*1e3, "max-ms")
}

// readPauses returns how long the world has stood still for collections, with the time that it took to stop it.
func readPauses() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64Histogram()
}

// percentile returns an upper bound of the part p of the smallest values.
func percentile(h *metrics.Float64Histogram, p float64) float64 {
	total := uint64(0)
	for _, n := range h.Counts {
		total += n
	}
	rank, seen := uint64(math.Ceil(float64(total)*p)), uint64(0)
	for i, n := range h.Counts {
		if seen += n; seen >= rank && n > 0 {
			return h.Buckets[i+1]
		}
	}
	return 0
}

// TestPercentile counts by hand.
func TestPercentile(t *testing.T) {
	h := &metrics.Float64Histogram{Counts: []uint64{0, 98, 1, 0, 1}, Buckets: []float64{0, 1, 2, 3, 4, 5}}
	for p, want := range map[float64]float64{0.5: 2, 0.98: 2, 0.99: 3, 1: 5} {
		if got := percentile(h, p); got != want {
			t.Errorf("percentile %v is %v, want %v", p, got, want)
		}
	}
}

// BenchmarkCancel reports how long it takes from the end of the context to the return of the call; the time
// of an operation has the beginning, too.
func BenchmarkCancel(b *testing.B) {
	g := newEndless(b)
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithCancel(context.Background())
		var at time.Time
		time.AfterFunc(time.Millisecond, func() {
			at = time.Now()
			cancel()
		})
		if _, err := g.call(ctx, "spin"); !errors.Is(err, context.Canceled) {
			b.Fatal(err)
		}
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	ms := func(p float64) float64 { return took[int(float64(len(took)-1)*p)].Seconds() * 1e3 }
	b.ReportMetric(ms(0.5), "p50-ms")
	b.ReportMetric(ms(0.99), "p99-ms")
	b.ReportMetric(ms(1), "max-ms")
}
