package weft_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// TestEndlessAllocation runs guests that allocate for ever. Each ends with an
// error, or is told that there is no more, within the limits of its store.
func TestEndlessAllocation(t *testing.T) {
	limits := weft.Limits{
		StackBytes: 1 << 20, Continuations: 1000, ContinuationBytes: 8 << 20,
		MemoryBytes: 4 << 20, TableElements: 10_000, HeapBytes: 4 << 20, HostDepth: 10,
	}
	_, in := openOn(t, engineWith(t, wasm.DefaultFeatures), `(module
	  (type $list (struct (field (ref null $list)) (field i64)))
	  (type $bytes (array (mut i8)))
	  (type $arrays (array (mut (ref null $bytes))))
	  (type $f (func)) (type $k (cont $f))
	  (type $conts (array (mut (ref null $k))))
	  (tag $e (param (ref null exn))) (tag $pause)
	  (memory 1) (table $t 0 externref)
	  (elem declare func $pauses $nothing $chain)
	  (func $nothing)
	  (func $pauses (suspend $pause))
	  ;; These two return how much there was.
	  (func (export "memory") (result i64)
	    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
	    (i64.extend_i32_u (memory.size)))
	  (func (export "table") (result i64)
	    (loop $more (br_if $more (i32.ne (table.grow $t (ref.null extern) (i32.const 100)) (i32.const -1))))
	    (i64.extend_i32_u (table.size $t)))
	  (func (export "objects") (local $l (ref null $list))
	    (loop $more (local.set $l (struct.new $list (local.get $l) (i64.const 0))) (br $more)))
	  (func (export "arrays") (local $a (ref $arrays)) (local $i i32)
	    (local.set $a (array.new_default $arrays (i32.const 100000)))
	    (loop $more
	      (array.set $arrays (local.get $a) (local.get $i) (array.new_default $bytes (i32.const 100000)))
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br $more)))
	  (func (export "array") (drop (array.new_default $bytes (i32.const -1))))
	  (func (export "exceptions") (local $x (ref null exn))
	    (loop $more
	      (block $caught (result (ref null exn) (ref exn))
	        (try_table (catch_ref $e $caught) (throw $e (local.get $x)))
	        (unreachable))
	      (local.set $x) (drop) (br $more)))
	  (func (export "continuations") (local $a (ref $conts)) (local $i i32)
	    (local.set $a (array.new_default $conts (i32.const 100000)))
	    (loop $more
	      (array.set $conts (local.get $a) (local.get $i) (cont.new $k (ref.func $nothing)))
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br $more)))
	  (func (export "suspended") (local $a (ref $conts)) (local $i i32) (local $s (ref null $k))
	    (local.set $a (array.new_default $conts (i32.const 100000)))
	    (loop $more
	      (block $paused (result (ref $k))
	        (resume $k (on $pause $paused) (cont.new $k (ref.func $pauses)))
	        (unreachable))
	      (local.set $s)
	      (array.set $conts (local.get $a) (local.get $i) (local.get $s))
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br $more)))
	  (func $chain (export "chain") (resume $k (cont.new $k (ref.func $chain))))
	  (func $deep (export "deep") (call $deep)))`, limits, nil)
	for name, want := range map[string]int64{"memory": 64, "table": 10_000} {
		if got := call(t, in, name)[0].I64(); got != want {
			t.Errorf("%s: there was room for %d, want %d", name, got, want)
		}
	}
	for name, codes := range map[string][]wasm.TrapCode{
		"objects":       {wasm.TrapOutOfMemory},
		"arrays":        {wasm.TrapOutOfMemory},
		"array":         {wasm.TrapOutOfMemory},
		"exceptions":    {wasm.TrapOutOfMemory},
		"continuations": {wasm.TrapTooManyContinuations},
		"suspended":     {wasm.TrapTooManyContinuations, wasm.TrapOutOfMemory},
		"chain":         {wasm.TrapStackExhausted, wasm.TrapTooManyContinuations},
		"deep":          {wasm.TrapStackExhausted},
	} {
		_, err := in.Func(name).Call(context.Background())
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != codes[0] && trap.Code != codes[len(codes)-1] {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What the guests held is free again.
	if _, err := in.Func("objects").Call(context.Background()); err == nil {
		t.Error("the limit is gone")
	}
	if _, err := in.Func("table").Call(context.Background()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

const spin = `(module (import "env" "started" (func $started))
  (func (export "spin") (call $started) (loop $l (br $l))))`

// openSpin instantiates spin, which says on a channel that it has begun.
func openSpin(t testing.TB) (spinning *weft.Func, started chan struct{}) {
	t.Helper()
	started = make(chan struct{})
	store, instance := open(spin, func(l *weft.Linker) error {
		return l.DefineFunc("env", "started", wasm.FuncType{}, func(context.Context, []uint64) error { started <- struct{}{}; return nil })
	})
	t.Cleanup(store.Close)
	return instance.Func("spin"), started
}

// cancelSpin runs the guest's endless loop, cancels it, and returns how long that
// took.
func cancelSpin(t testing.TB, spinning *weft.Func, started chan struct{}) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { _, err := spinning.Call(ctx); ended <- err }()
	<-started
	begin := time.Now()
	cancel()
	err := <-ended
	var interrupt *weft.Interrupt
	if !errors.As(err, &interrupt) || !errors.Is(err, context.Canceled) {
		t.Fatalf("the loop ended with %v", err)
	}
	return time.Since(begin)
}

// TestCancel cancels an endless loop. It takes some microseconds (BenchmarkCancel);
// the test allows for a busy machine.
func TestCancel(t *testing.T) {
	spinning, started := openSpin(t)
	if took := cancelSpin(t, spinning, started); took > time.Second {
		t.Errorf("to cancel took %v", took)
	}
}

// BenchmarkCancel measures the time from the cancellation of an endless loop to the
// end of the call.
func BenchmarkCancel(b *testing.B) {
	spinning, started := openSpin(b)
	var total, worst time.Duration
	n := 0
	for b.Loop() {
		took := cancelSpin(b, spinning, started)
		total, worst, n = total+took, max(worst, took), n+1
	}
	b.ReportMetric(float64(total.Microseconds())/float64(n), "µs/cancel")
	b.ReportMetric(float64(worst.Microseconds()), "µs-worst")
}
