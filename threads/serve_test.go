package threads_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"weft"
	"weft/threads"
)

// TestServe lets other goroutines make threads, beside one that spins, and end some by a trap: that ends no other.
func TestServe(t *testing.T) {
	for name, engine := range engines(t) {
		w := newHostWorld(t, engine, threads.Config{Slice: 1})
		w.spawn(t, "loop")
		ctx, cancel := context.WithCancelCause(context.Background())
		ended := make(chan error)
		go func() { ended <- w.scheduler.Serve(ctx) }()
		spawn := func(function string, args ...weft.Value) *threads.Thread {
			made := make(chan *threads.Thread)
			w.scheduler.Do(func() { made <- w.spawn(t, function, args...) })
			return <-made
		}
		for range 3 {
			trapped, notified := spawn("trap"), spawn("notify", weft.I32(1))
			<-trapped.Done()
			<-notified.Done()
			var trap *weft.Trap
			if !errors.As(trapped.Err(), &trap) || notified.Err() != nil || notified.Results()[0] != 0 {
				t.Errorf("%s: %v, %v", name, trapped.Err(), notified.Err())
			}
		}
		gone := errors.New("gone")
		cancel(gone)
		if err := <-ended; !errors.Is(err, gone) {
			t.Errorf("%s: it ends with %v", name, err)
		}
	}
}

// TestNoRoom lets threads wait until there is no room for the stack of another one. That ends with a trap; those that
// wait stay.
func TestNoRoom(t *testing.T) {
	const source = `(module (memory 1 1 shared)
	  (func (export "wait") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))`
	for name, engine := range engines(t) {
		limits := weft.DefaultLimits()
		limits.ContinuationBytes, limits.StackBytes = 1<<20, 1<<20
		w := newWorldLimited(t, engine, source, threads.Config{}, limits, func(*world, *weft.Linker) {})
		ctx, cancel := context.WithCancel(context.Background())
		var all []*threads.Thread
		for range 5000 {
			all = append(all, w.spawn(t, "wait"))
		}
		var look func()
		look = func() { // between threads
			if slices.ContainsFunc(all, func(t *threads.Thread) bool { return t.State() == threads.Ready }) {
				time.AfterFunc(time.Millisecond, func() { w.scheduler.Do(look) })
				return
			}
			cancel()
		}
		w.scheduler.Do(look)
		if err := w.scheduler.Serve(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: it ends with %v", name, err)
		}
		waiting, failed := 0, 0
		for _, thread := range all {
			var trap *weft.Trap
			switch {
			case errors.As(thread.Err(), &trap):
				failed++
			case thread.Err() == nil && thread.State() == threads.Waiting:
				waiting++
			default:
				t.Errorf("%s: thread %d is %v: %v", name, thread.ID(), thread.State(), thread.Err())
			}
		}
		t.Logf("%s: %d wait, %d have failed: %v", name, waiting, failed, all[len(all)-1].Err())
		if waiting == 0 || failed == 0 {
			t.Errorf("%s: %d wait, %d have failed", name, waiting, failed)
		}
	}
}
