package wast

import (
	"context"

	"weft"
	"weft/threads"
)

// With green threads, the threads of a script have one store, and what they call runs in turns on one goroutine, the
// scheduler's. A thread of the script uses the store only while it has that goroutine's turn; it gives it away where it
// waits: for a call, or for another thread.

// A green is what the threads of such a script have in common.
type green struct {
	store     *weft.Store
	scheduler *threads.Scheduler
	ctx       context.Context // ends with the script
	stop      context.CancelFunc
	ended     chan struct{} // closed when the scheduler has
	back      chan struct{} // a turn that is given back
}

// newGreen starts the scheduler of a script.
func (s *script) newGreen() (*green, error) {
	store, err := s.newStore()
	if err != nil {
		return nil, err
	}
	g := &green{store: store, ended: make(chan struct{}), back: make(chan struct{})}
	if g.scheduler, err = threads.New(store, threads.Config{}); err != nil {
		store.Close()
		return nil, err
	}
	g.ctx, g.stop = context.WithCancel(s.ctx)
	go func() {
		defer close(g.ended)
		_ = g.scheduler.Serve(g.ctx) // it ends with the context
	}()
	return g, nil
}

// close ends the scheduler and its store.
func (g *green) close() {
	g.stop()
	<-g.ended
	g.store.Close()
}

// take waits for a turn, and reports whether it has come: not if the script ends.
func (g *green) take() bool {
	taken := make(chan struct{})
	g.scheduler.Do(func() {
		close(taken)
		<-g.back
	})
	select {
	case <-taken:
		return true
	case <-g.ended:
		return false
	}
}

func (g *green) giveBack() {
	select {
	case g.back <- struct{}{}:
	case <-g.ended:
	}
}

// away lets others have the turn until wait returns. There need not be green threads.
func (g *green) away(wait func()) {
	if g == nil {
		wait()
		return
	}
	g.giveBack()
	wait()
	g.take()
}

// call calls a function as a thread.
func (g *green) call(ctx context.Context, f *weft.Func, args []weft.Value) ([]weft.Value, error) {
	t, err := g.scheduler.Spawn(threads.Spec{Func: f, Args: args})
	if err != nil {
		return nil, err
	}
	g.away(func() {
		select {
		case <-t.Done():
		case <-ctx.Done():
			err = &weft.Interrupt{Cause: context.Cause(ctx)}
		}
	})
	if err == nil {
		err = t.Err()
	}
	if err != nil {
		return nil, err
	}
	return weft.Numbers(t.Results(), f.Type().Results)
}
