package jsstring_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"weft"
	"weft/jsstring"
	"weft/wasm"
)

// keeper keeps strings in a table, or drops them.
const keeper = `(module ` + imports + `
  (table $kept 0 externref)
  (func $keep (param externref) (drop (table.grow $kept (local.get 0) (i32.const 1))))
  (func (export "doubles") (param $s externref)
    (loop $more
      (call $keep (local.get $s))
      (local.set $s (call $concat (local.get $s) (local.get $s)))
      (br $more)))
  (func (export "double") (param $s externref)
    (loop $more
      (local.set $s (call $concat (local.get $s) (local.get $s)))
      (br $more)))
  (func (export "short") (param $s externref) (param $n i32)
    (loop $more
      (call $keep (call $fromCharCode (local.get $n)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "parts") (param $s externref) (param $n i32)
    (loop $more
      (call $keep (call $substring (local.get $s) (i32.const 1) (i32.const 1000)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "grow") (param $s externref) (param $n i32)
    (loop $more
      (local.set $s (call $concat (local.get $s) (call $fromCharCode (i32.const 65))))
      (call $keep (local.get $s))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "branch") (param $s externref) (param $n i32)
    (loop $more
      (call $keep (call $concat (local.get $s) (call $fromCharCode (i32.const 65))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "drop") (param $s externref) (param $n i32)
    (loop $more
      (drop (call $concat (local.get $s) (local.get $s)))
      (drop (call $substring (local.get $s) (i32.const 1) (i32.const -1)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "both") (param $n i32) (result externref) (local $s externref)
    (local.set $s (call $fromCharCode (i32.const 65)))
    (loop $more
      (local.set $s (call $concat (local.get $s) (call $fromCharCode (i32.const 66))))
      (local.set $s (call $concat (call $fromCharCode (i32.const 67)) (local.get $s)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (export "concat" (func $concat)) (export "equals" (func $equals)) (export "substring" (func $substring)))`

// limited makes an instance of the keeper in a store whose heap is limited.
func limited(t testing.TB, executor weft.Executor, heap uint64) (*weft.Store, *weft.Instance) {
	t.Helper()
	limits := weft.DefaultLimits()
	limits.HeapBytes = heap
	guest := weft.NewRuntime(weft.NewConfig().WithExecutor(executor), limits)
	t.Cleanup(guest.Close)
	check(t, jsstring.Define(guest.Linker))
	instance, err := guest.InstantiateSource(context.Background(), []byte(keeper))
	check(t, err)
	return guest.Store(), instance
}

// goHeap returns the bytes of Go's heap that are in use.
func goHeap() uint64 {
	runtime.GC()
	runtime.GC() // what cleanups have let go
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// TestLimit lets guests make strings that they keep, until the limit of the heap ends that. What the store
// has counted until then is what Go has.
func TestLimit(t *testing.T) {
	const limit = 8 << 20
	const forever = 1 << 30
	long := jsstring.New(strings.Repeat("0123456789", 1000))
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		for _, c := range []struct {
			name string
			args []weft.Value
			full bool // small steps come close to the limit
		}{
			{"doubles", []weft.Value{weft.ExternRef(long)}, false},
			{"double", []weft.Value{weft.ExternRef(long)}, false},
			{"short", []weft.Value{weft.ExternRef(nil), weft.I32(forever)}, true},
			{"parts", []weft.Value{weft.ExternRef(long), weft.I32(forever)}, true},
			{"grow", []weft.Value{weft.ExternRef(long), weft.I32(forever)}, true},
			{"branch", []weft.Value{weft.ExternRef(long), weft.I32(forever)}, true},
		} {
			before := goHeap()
			store, in := limited(t, executor, limit)
			_, err := in.Func(c.name).Call(context.Background(), c.args...)
			var trap *weft.Trap
			if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory {
				t.Fatalf("%s on %v: error %v", c.name, executor, err)
			}
			stats, used := store.Stats(), goHeap()-before
			if stats.HostBytes > stats.HeapBytes || stats.HeapBytes > limit {
				t.Errorf("%s: %d bytes are counted, %d of them for Go values", c.name, stats.HeapBytes, stats.HostBytes)
			}
			if c.full && stats.HeapBytes < limit*3/4 {
				t.Errorf("%s: %d bytes are counted of %d", c.name, stats.HeapBytes, limit)
			}
			if most := stats.HostBytes + stats.HostBytes/4 + 4<<20; used > most && used < 1<<40 {
				t.Errorf("%s: Go has %d bytes more, %d are counted", c.name, used, stats.HostBytes)
			}
			store.Close()
		}
	}
	runtime.KeepAlive(long)
}

// TestDroppedStrings makes a hundred times as many strings as the heap has room for, and keeps none.
func TestDroppedStrings(t *testing.T) {
	const limit, size = 10_000_000, 1_000_000
	text := weft.ExternRef(jsstring.New(strings.Repeat("0", size/4))) // of which one has half the size, two the whole
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		store, in := limited(t, executor, limit)
		if _, err := in.Func("drop").Call(context.Background(), text, weft.I32(100*limit/size)); err != nil {
			t.Fatalf("on %v: %v", executor, err)
		}
		stats := store.Stats()
		if stats.Collections < 100 || stats.Collections > 1000 {
			t.Errorf("on %v: %d collections", executor, stats.Collections)
		}
		check(t, store.Collect())
		if stats = store.Stats(); stats.HeapBytes > 2*size {
			t.Errorf("on %v: %d bytes are alive in the end, %d of Go values", executor, stats.HeapBytes, stats.HostBytes)
		}
	}
}

// TestGrowth lets strings grow at both ends: what that takes is proportional to their length, and not to its square.
func TestGrowth(t *testing.T) {
	const n = 20_000
	_, in := limited(t, weft.Automatic, weft.DefaultLimits().HeapBytes)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	results, err := in.Func("both").Call(context.Background(), weft.I32(n))
	check(t, err)
	runtime.ReadMemStats(&after)
	if got, _ := jsstring.Text(results[0]); got != strings.Repeat("C", n)+"A"+strings.Repeat("B", n) {
		t.Errorf("a string of %d code units is wrong", len(got))
	}
	if bytes := (after.TotalAlloc - before.TotalAlloc) / n; bytes > 2000 {
		t.Errorf("%d bytes for a step", bytes)
	}
}

// TestBuffers lets strings grow that others have grown from already, with a collection at every step.
func TestBuffers(t *testing.T) {
	store, in := open(t, weft.Automatic)
	store.SetCollectAlways(true)
	concat := func(a, b weft.Value) weft.Value {
		t.Helper()
		results, err := in.Func("concat").Call(context.Background(), a, b)
		check(t, err)
		return results[0]
	}
	made := map[*jsstring.String]string{} // and what they are
	note := func(v weft.Value, want string) { made[v.Ref().(*jsstring.String)] = want }
	base, want := str(strings.Repeat("-", 40)), strings.Repeat("-", 40)
	for range 5 {
		base, want = concat(base, str("+")), want+"+"
		base, want = concat(str("("), base), "("+want
		note(base, want)
		for _, piece := range []string{"x", "y", strings.Repeat("z", 100)} {
			note(concat(base, str(piece)), want+piece)
			note(concat(str(piece), base), piece+want)
		}
	}
	for s, want := range made {
		if got := s.String(); got != want {
			t.Errorf("%q has become %q", want, got)
		}
	}
}

// TestBuffersOfStores lets the strings of several stores grow that come of one.
func TestBuffersOfStores(t *testing.T) {
	_, in := open(t, weft.Automatic)
	repeated, err := in.Func("repeat").Call(context.Background(), str("0123456789"), weft.I32(10))
	check(t, err)
	base, _ := jsstring.Text(repeated[0])
	var all sync.WaitGroup
	for i := range 4 {
		_, in := open(t, weft.Automatic)
		all.Go(func() {
			s, want, digit := repeated[0], base, string(rune('0'+i))
			for range 100 {
				results, err := in.Func("concat").Call(context.Background(), s, str(digit))
				if err != nil {
					t.Error(err)
					return
				}
				s, want = results[0], want+digit
			}
			if got, _ := jsstring.Text(s); got != want {
				t.Errorf("store %d has %q", i, got)
			}
		})
	}
	all.Wait()
}

// An endingContext ends when it has been looked at often enough.
type endingContext struct {
	context.Context
	looks atomic.Int64
}

func (c *endingContext) Err() error {
	if c.looks.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterrupt ends operations on long strings in the middle.
func TestInterrupt(t *testing.T) {
	_, in := limited(t, weft.Automatic, weft.DefaultLimits().HeapBytes)
	text := strings.Repeat("0123456789", 200_000)
	a, b := jsstring.New(text), jsstring.New(text)
	for _, c := range []struct {
		name string
		args []weft.Value
	}{
		{"concat", []weft.Value{weft.ExternRef(a), weft.ExternRef(b)}},
		{"concat", []weft.Value{weft.ExternRef(text), str("")}},
		{"equals", []weft.Value{weft.ExternRef(a), weft.ExternRef(b)}},
		{"substring", []weft.Value{weft.ExternRef(a), weft.I32(1), weft.I32(-1)}},
	} {
		ctx := &endingContext{Context: context.Background()}
		ctx.looks.Store(30)
		_, err := in.Func(c.name).Call(ctx, c.args...)
		var interrupt *weft.Interrupt
		if !errors.As(err, &interrupt) {
			t.Errorf("%s: error %v", c.name, err)
		}
		if _, err := in.Func(c.name).Call(context.Background(), c.args...); err != nil {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}
