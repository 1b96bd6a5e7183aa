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
	codes, err := compile(g.engine, g.moduleOf(endless), false)
	if err != nil {
		t.Fatal(err)
	}
	jump := map[string]string{"amd64": "\xeb\xfe", "arm64": "\x00\x00\x00\x14"}[runtime.GOARCH]
	if !bytes.HasSuffix(codes[0].Bytes, []byte(jump)) {
		t.Errorf("the code is % x, and does not end with % x", codes[0].Bytes, jump)
	}
}

// TestCancelCompiled ends the loop, with signals or, where there are none, at a poll.
func TestCancelCompiled(t *testing.T) {
	g := newEndless(t)
	f := g.Export("spin").(*store.FuncRecord)
	if compiled, err := g.engine.compiled(context.Background(), g.store,
		f); !compiled { // so that the time is the loop's
		t.Fatal(err)
	}
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

// bulk has endless loops of the largest instructions, each of which takes tens of milliseconds or more.
const bulk = `(module
  (type $bytes (array (mut i8))) (type $refs (array (mut (ref null $bytes))))
  (memory 8192) (table $t 10000000 funcref)
  (global $a (mut (ref null $bytes)) (ref.null $bytes)) (global $r (mut (ref null $refs)) (ref.null $refs))
  (func (export "memory.copy") (loop $l
    (memory.copy (i32.const 0) (i32.const 0x10000000) (i32.const 0x10000000)) (br $l)))
  (func (export "memory.copy upwards") (loop $l
    (memory.copy (i32.const 4096) (i32.const 0) (i32.const 0x10000000)) (br $l)))
  (func (export "memory.fill") (loop $l
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x10000000)) (br $l)))
  (func (export "table.copy") (loop $l
    (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 9999999)) (br $l)))
  (func (export "array.fill")
    (global.set $a (array.new_default $bytes (i32.const 0x10000000)))
    (loop $l (array.fill $bytes (global.get $a) (i32.const 0) (i32.const 1) (i32.const 0x10000000)) (br $l)))
  (func (export "array.new") (loop $l (drop (array.new $bytes (i32.const 1) (i32.const 0x8000000))) (br $l)))
  (func (export "collect") (local $i i32)
    (global.set $r (array.new_default $refs (i32.const 1000000)))
    (loop $l
      (array.set $refs (global.get $r) (local.get $i) (array.new_default $bytes (i32.const 1)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000000))))
    (loop $l (drop (array.new_default $bytes (i32.const 0x2000000))) (br $l))))`

// TestBulkPauses collects Go's heap beside each loop of bulk's: half of the times the world must stand still for less
// than a piece of what one instruction takes. BenchmarkPauses has figures; this has a bound for a busy machine.
func TestBulkPauses(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(bulk)
	for _, name := range []string{"memory.copy", "memory.fill", "array.fill"} {
		before := readPauses()
		beside(t, g, name, func() {
			for range 20 {
				runtime.GC()
			}
		})
		after := readPauses()
		for i := range after.Counts {
			after.Counts[i] -= before.Counts[i]
		}
		if p50 := percentile(after, 0.5); p50 > 0.02 {
			t.Errorf("%s: the world stands still for %v s, half of the times", name, p50)
		}
	}
}

// beside does something while a function of the guest runs, which never ends by itself.
func beside(t testing.TB, g *guest, name string, do func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		_, err := g.call(ctx, name)
		ended <- err
	}()
	do()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("%s: %v", name, err)
	}
}

// BenchmarkPauses runs the loops beside goroutines that allocate, and for comparison a loop of Go's. Each operation is
// a collection of Go's; how long the world stood still is reported, in percentiles.
func BenchmarkPauses(b *testing.B) {
	b.Run("guest", func(b *testing.B) { beside(b, newEndless(b), "spin", func() { measurePauses(b) }) })
	for _, name := range []string{"memory.copy", "memory.copy upwards", "memory.fill", "table.copy", "array.fill", "array.new", "collect"} {
		b.Run(name, func(b *testing.B) {
			g := newGuest(b, store.DefaultLimits)
			g.compiled(bulk)
			beside(b, g, name, func() { measurePauses(b) })
		})
	}
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
