package weft_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

func newHandlers(t testing.TB, store *weft.Store, clauses ...weft.Handler) *weft.Handlers {
	t.Helper()
	h, err := store.NewHandlers(clauses...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestResumeSlots checks values in both directions, results, and throwing, with one
// Continuation.
func TestResumeSlots(t *testing.T) {
	store, in := forGoInstance(t)
	ctx, ask := context.Background(), in.Tag("ask")
	h := newHandlers(t, store, weft.On(ask))
	k := newContinuation(t, store, in.Func("asks"))
	slots := []uint64{3, 5}
	if n := k.Slots(h); n != len(slots) {
		t.Errorf("it needs %d slots", n)
	}
	for _, want := range []struct {
		payload, answer uint64
	}{{3, 10}, {5, 100}} {
		tag, err := k.ResumeSlots(ctx, h, slots)
		if err != nil || tag != ask && tag.Type().String() != "[i32] -> [i32]" || slots[0] != want.payload {
			t.Fatalf("a suspension: %v, %v, %v", tag, err, slots)
		}
		if got := k.Type().String(); got != "[i32] -> [i64]" {
			t.Errorf("what is left has type %s", got)
		}
		slots[0] = want.answer
	}
	tag, err := k.ResumeSlots(ctx, h, slots)
	if err != nil || tag != nil || slots[0] != 3*10+5*100 {
		t.Fatalf("the end: %v, %v, %v", tag, err, slots)
	}
	var trap *weft.Trap
	if _, err := k.ResumeSlots(ctx, h, slots); !errors.As(err, &trap) || trap.Code != wasm.TrapContinuationConsumed {
		t.Errorf("behind the end: %v", err)
	}

	k = newContinuation(t, store, in.Func("asks"))
	if tag, err = k.ResumeSlots(ctx, h, slots); tag == nil {
		t.Fatal(err)
	}
	fail := in.Tag("fail").Throw(weft.I32(9)).(*weft.Exception)
	if tag, err = k.ThrowSlots(ctx, fail, nil, slots); err != nil || tag != nil || int64(slots[0]) != -9 {
		t.Errorf("ThrowSlots: %v, %v, %v", tag, err, slots)
	}
}

// TestResumeSlotsRefuses checks what ResumeSlots refuses: nothing has run
// afterwards.
func TestResumeSlotsRefuses(t *testing.T) {
	store, in := forGoInstance(t)
	other, there := forGoInstance(t)
	ctx, ask := context.Background(), in.Tag("ask")
	h := newHandlers(t, store, weft.On(ask))
	if _, err := store.NewHandlers(weft.On(there.Tag("ask"))); err == nil {
		t.Error("a handler for the tag of another store")
	}
	if _, err := store.NewHandlers(weft.OnSwitch(ask)); err == nil {
		t.Error("a tag with parameters for switching")
	}
	k := newContinuation(t, store, in.Func("asks"))
	if _, err := k.ResumeSlots(ctx, h, make([]uint64, 1)); err == nil {
		t.Error("too few slots")
	}
	// Another continuation may end in its place, so the results have to fit.
	for _, results := range [][]wasm.ValType{nil, {wasm.I32}, {wasm.I64, wasm.I64}} {
		turn, err := store.NewTag("", wasm.FuncType{Results: results})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.ResumeSlots(ctx, newHandlers(t, store, weft.OnSwitch(turn)), make([]uint64, 2)); err == nil {
			t.Errorf("a tag for switching with results %s", results)
		}
	}
	if _, err := k.ResumeSlots(ctx, newHandlers(t, other), make([]uint64, 2)); err == nil {
		t.Error("handlers of another store")
	}
	if _, err := newContinuation(t, store, in.Func("finish")).ResumeSlots(ctx, h, make([]uint64, 1)); err == nil {
		t.Error("a reference as a slot")
	}
	both := newHandlers(t, store, weft.On(ask), weft.OnSwitch(in.Tag("turn")))
	if tag, err := k.ResumeSlots(ctx, both, make([]uint64, 2)); tag == nil {
		t.Errorf("the refused uses have used it up: %v", err)
	}
}

// TestStaleContinuations holds on to everything that was once resumed, in all
// forms, and resumes it again: each time it is refused, and what goes on is as if
// nothing had happened.
func TestStaleContinuations(t *testing.T) {
	store, in := forGoInstance(t)
	ctx, ask := context.Background(), in.Tag("ask")
	h := newHandlers(t, store, weft.On(ask))
	var stale []*weft.Continuation
	check := func() {
		t.Helper()
		for i, k := range stale {
			var trap *weft.Trap
			slots := make([]uint64, k.Slots(h))
			if _, err := k.ResumeSlots(ctx, h, slots); !errors.As(err, &trap) || trap.Code != wasm.TrapContinuationConsumed {
				t.Errorf("stale continuation %d: %v", i, err)
			}
			if _, err := k.Bind(); !errors.As(err, &trap) {
				t.Errorf("binding stale continuation %d: %v", i, err)
			}
		}
	}
	for range 3 {
		k := newContinuation(t, store, in.Func("asks"))
		bound, err := k.Bind(weft.I32(1), weft.I32(2))
		if err != nil {
			t.Fatal(err)
		}
		stale = append(stale, k)
		s, _, err := bound.Resume(ctx, nil, weft.On(ask))
		if err != nil {
			t.Fatal(err)
		}
		stale = append(stale, bound)
		left := s.Continuation
		slots := []uint64{10}
		if tag, err := left.ResumeSlots(ctx, h, slots); tag == nil || slots[0] != 2 {
			t.Fatal(err)
		}
		check()
		store.Collect()
		if _, results, err := left.Resume(ctx, []weft.Value{weft.I32(20)}); err != nil || results[0].I64() != 1*10+2*20 {
			t.Fatalf("the end: %v, %v", results, err)
		}
		stale = append(stale, left)
		check()
	}
}

// TestResumeInside resumes a continuation from a host function that it has
// called.
func TestResumeInside(t *testing.T) {
	var k *weft.Continuation
	var inside error
	slots := make([]uint64, 1)
	store, in := open(`(module (import "h" "f" (func $f)) (func (export "main") (call $f)))`, func(l *weft.Linker) error {
		return l.DefineFunc("h", "f", wasm.FuncType{}, func(ctx context.Context, _ []uint64) error {
			_, inside = k.ResumeSlots(ctx, nil, slots)
			return nil
		})
	})
	defer store.Close()
	k = newContinuation(t, store, in.Func("main"))
	if _, err := k.ResumeSlots(context.Background(), nil, slots); err != nil {
		t.Fatal(err)
	}
	var trap *weft.Trap
	if !errors.As(inside, &trap) || trap.Code != wasm.TrapContinuationConsumed {
		t.Errorf("resuming what runs: %v", inside)
	}
}

// TestResumeTogether lets two goroutines resume one continuation, which is not
// allowed: each attempt goes on with the generator or is refused.
func TestResumeTogether(t *testing.T) {
	store, in := forGoInstance(t)
	yield := in.Tag("yield")
	h := newHandlers(t, store, weft.On(yield))
	k, err := newContinuation(t, store, in.Func("count")).Bind(weft.I64(1 << 40))
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var yielded [2]int
	for i := range yielded {
		group.Go(func() {
			for slots := make([]uint64, 1); yielded[i] < 1000; {
				var trap *weft.Trap
				tag, err := k.ResumeSlots(context.Background(), h, slots)
				switch {
				case tag != nil:
					yielded[i]++
				case errors.Is(err, weft.ErrConcurrentUse):
				case errors.As(err, &trap) && trap.Code == wasm.TrapContinuationConsumed:
				default:
					t.Errorf("neither a value nor refused: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	slots := make([]uint64, 1)
	if tag, err := k.ResumeSlots(context.Background(), h, slots); tag == nil || slots[0] != 2000 {
		t.Errorf("afterwards: %v, %v", slots, err)
	}
}

// TestManyResults returns more values from a continuation than the stack of the
// host's side has room for at first.
func TestManyResults(t *testing.T) {
	results := make([]wasm.ValType, 900)
	text := "(module (func (export \"f\") (result"
	for i := range results {
		text, results[i] = text+" v128", wasm.V128
	}
	text += ")"
	for i := range results {
		text += fmt.Sprintf(" (v128.const i64x2 %d %d)", i, -i)
	}
	store, in := open(text+"))", func(*weft.Linker) error { return nil })
	defer store.Close()
	_, values, err := newContinuation(t, store, in.Func("f")).Resume(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		if lo, hi := v.Bits(); lo != uint64(i) || hi != uint64(-i) {
			t.Fatalf("result %d is %s", i, v)
		}
	}
}

// TestDropped drops continuations that were resumed in all forms: a collection
// frees them.
func TestDropped(t *testing.T) {
	store, in := forGoInstance(t)
	ctx, yield := context.Background(), in.Tag("yield")
	h := newHandlers(t, store, weft.On(yield))
	var usedUp []*weft.Continuation
	for range 100 {
		k := newContinuation(t, store, in.Func("count"))
		usedUp = append(usedUp, k) // does not keep what is left
		s, _, err := k.Resume(ctx, []weft.Value{weft.I64(5)}, weft.On(yield))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Continuation.ResumeSlots(ctx, h, make([]uint64, 1)); err != nil {
			t.Fatal(err)
		}
		for range s.Continuation.Values(ctx, yield) {
			break
		}
	}
	for begin := time.Now(); ; {
		runtime.GC()
		store.Collect()
		n := store.Stats().Continuations
		if n == 0 {
			break
		}
		if time.Since(begin) > 20*time.Second {
			t.Fatalf("%d continuations are left", n)
		}
	}
	runtime.KeepAlive(usedUp)
}

// TestValuesGoOn stops a loop over a generator and goes on with another.
func TestValuesGoOn(t *testing.T) {
	store, in := forGoInstance(t)
	ctx, yield := context.Background(), in.Tag("yield")
	k, err := newContinuation(t, store, in.Func("count")).Bind(weft.I64(6))
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for range 3 {
		for v, err := range k.Values(ctx, yield) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, v[0].I64()); len(got)%3 == 0 {
				break
			}
		}
	}
	if want := []int64{0, 1, 2, 3, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("got %d", got)
	}
	for _, err := range newContinuation(t, store, in.Func("asks")).Values(ctx, in.Tag("ask")) {
		if err == nil {
			t.Error("a tag with results was accepted")
		}
	}
}

// TestAllocations holds how much a resume allocates, also with a context that can
// end.
func TestAllocations(t *testing.T) {
	store, in := forGoInstance(t)
	yield := in.Tag("yield")
	h := newHandlers(t, store, weft.On(yield))
	k, err := newContinuation(t, store, in.Func("count")).Bind(weft.I64(1 << 60))
	if err != nil {
		t.Fatal(err)
	}
	cancellable, cancel := context.WithCancel(context.Background())
	defer cancel()
	slots := make([]uint64, 1)
	for name, ctx := range map[string]context.Context{"background": context.Background(), "cancellable": cancellable} {
		resume := func() {
			if tag, err := k.ResumeSlots(ctx, h, slots); tag == nil {
				t.Fatal(err)
			}
		}
		if n := testing.AllocsPerRun(100, resume); n != 0 {
			t.Errorf("%s: ResumeSlots allocates %v times", name, n)
		}
		pleasant := func() {
			s, _, err := k.Resume(ctx, nil, weft.On(yield))
			if err != nil {
				t.Fatal(err)
			}
			k = s.Continuation
		}
		if n := testing.AllocsPerRun(100, pleasant); n > 4 {
			t.Errorf("%s: Resume allocates %v times", name, n)
		}
	}
}

// TestContextsInTurn uses one store with contexts that differ, end, and end while
// another one's call runs.
func TestContextsInTurn(t *testing.T) {
	store, in := open(`(module (func (export "spin") (loop $l (br $l))) (func (export "f") (param i32)
	  (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`, func(*weft.Linker) error { return nil })
	defer store.Close()
	f, spin := in.Func("f"), in.Func("spin")
	for i := range 50 {
		first, cancelFirst := context.WithCancel(context.Background())
		second, cancelSecond := context.WithCancelCause(context.Background())
		if err := f.CallSlots(first, []uint64{10}); err != nil {
			t.Fatal(err)
		}
		go cancelFirst() // it was watched, and is not this call's
		if err := f.CallSlots(context.Background(), []uint64{10_000}); err != nil {
			t.Fatal(err)
		}
		cause := fmt.Errorf("cause %d", i)
		go cancelSecond(cause)
		if err := spin.CallSlots(second, nil); !errors.Is(err, cause) {
			t.Fatalf("round %d: %v", i, err)
		}
		ended := first.Err() != nil // it may end now, too
		if err := f.CallSlots(first, []uint64{10}); ended && !errors.Is(err, context.Canceled) {
			t.Fatalf("a context that has ended: %v", err)
		}
		if err := f.CallSlots(context.WithoutCancel(first), []uint64{10_000}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOtherContextAllocates holds that a call with another context than the one before allocates what context.AfterFunc
// does, and no weak pointer, which would take longer than the call.
func TestOtherContextAllocates(t *testing.T) {
	store, in := open(`(module (func (export "f")))`, func(*weft.Linker) error { return nil })
	defer store.Close()
	first, cancelFirst := context.WithCancel(context.Background())
	defer cancelFirst()
	second, cancelSecond := context.WithCancel(context.Background())
	defer cancelSecond()
	afterFunc := testing.AllocsPerRun(100, func() { context.AfterFunc(first, func() {})() })
	f := in.Func("f")
	got := testing.AllocsPerRun(100, func() {
		for _, ctx := range []context.Context{first, second} {
			if err := f.CallSlots(ctx, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
	if most := 2 * (afterFunc + 1); got > most { // one more for the function, which refers to the watch
		t.Errorf("two calls with contexts in turn allocate %v times, want %v", got, most)
	}
}

// BenchmarkResume resumes a generator from Go until it suspends again: in the form
// that allocates nothing, in the pleasant ones, with a context that can end, and
// beside Go's own iter.Pull.
func BenchmarkResume(b *testing.B) {
	store, in := forGoInstance(b)
	yield := in.Tag("yield")
	h := newHandlers(b, store, weft.On(yield))
	endless := func() *weft.Continuation {
		k, err := newContinuation(b, store, in.Func("count")).Bind(weft.I64(1 << 60))
		if err != nil {
			b.Fatal(err)
		}
		return k
	}
	cancellable, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, ctx := range map[string]context.Context{"": context.Background(), "/cancellable": cancellable} {
		b.Run("slots"+name, func(b *testing.B) {
			k, slots := endless(), make([]uint64, 1)
			b.ReportAllocs()
			for b.Loop() {
				if tag, err := k.ResumeSlots(ctx, h, slots); tag == nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("slots/contexts in turn", func(b *testing.B) {
		k, slots := endless(), make([]uint64, 1)
		other, cancel := context.WithCancel(context.Background())
		defer cancel()
		b.ReportAllocs()
		for b.Loop() {
			if tag, err := k.ResumeSlots(other, h, slots); tag == nil {
				b.Fatal(err)
			}
			cancellable, other = other, cancellable
		}
	})
	b.Run("values", func(b *testing.B) {
		b.ReportAllocs()
		next, stop := 0, b.N
		for _, err := range endless().Values(context.Background(), yield) {
			if next++; err != nil || next >= stop {
				break
			}
		}
	})
	b.Run("resume", func(b *testing.B) {
		k := endless()
		b.ReportAllocs()
		for b.Loop() {
			s, _, err := k.Resume(context.Background(), nil, weft.On(yield))
			if err != nil {
				b.Fatal(err)
			}
			k = s.Continuation
		}
	})
	b.Run("iter.Pull", func(b *testing.B) {
		next, stop := iter.Pull(func(yield func(uint64) bool) {
			for i := uint64(0); yield(i); i++ {
			}
		})
		defer stop()
		b.ReportAllocs()
		for b.Loop() {
			next()
		}
	})
}
