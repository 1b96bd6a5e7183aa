package wasi

import "context"

// A waker is told when something may have happened for which a thread waits.
type waker interface {
	// wake may be called by any goroutine, any number of times. It does not wait.
	wake()
	// wait waits for wake, or the end of the context. It may return without a reason. A green thread does not wait
	// here: its wait fails with eParks, and its call is made again after wake.
	wait(context.Context) error
}

// A bell is the waker of a goroutine: it receives something.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

func (b bell) wake() {
	select {
	case b <- struct{}{}:
	default:
	}
}

func (b bell) wait(ctx context.Context) error {
	select {
	case <-b:
		return nil
	case <-ctx.Done():
		return eIntr
	}
}

// waker returns the one to use in the current call.
func (t *thread) waker() waker {
	if t.call != nil {
		return t.call
	}
	return t.bell
}

// wait waits until the waker is woken.
func (t *thread) wait() error { return t.waker().wait(t.ctx) }
