package threads_test

import (
	"context"
	"errors"
	"testing"

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
