package task

import (
	"sync"

	"weft"
)

// A Receiver lets tasks wait for the values of a channel. It has one goroutine
// while tasks wait, however many they are.
type Receiver[T any] struct {
	ch <-chan T

	mu      sync.Mutex
	waiters []*receive[T] // in order
	runs    bool
	spare   *T // received for a task that was cancelled
}

type receive[T any] struct {
	future  *Future
	convert func(v T, ok bool) ([]weft.Value, error)
}

// NewReceiver returns a receiver of a channel's values.
func NewReceiver[T any](ch <-chan T) *Receiver[T] { return &Receiver[T]{ch: ch} }

// Next returns a future for the next value. The function makes it what the guest
// gets; it runs on the loop's goroutine, and ok is false if the channel is closed.
// A value for which a task was cancelled that has not seen it goes to the next.
func (r *Receiver[T]) Next(convert func(v T, ok bool) ([]weft.Value, error)) *Future {
	w := &receive[T]{NewFuture(), convert}
	w.future.OnAbandon(func() { r.abandon(w) })
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spare != nil {
		v := *r.spare
		r.spare = nil
		w.deliver(v, true)
		return w.future
	}
	r.waiters = append(r.waiters, w)
	if !r.runs {
		r.runs = true
		go r.receive()
	}
	return w.future
}

func (w *receive[T]) deliver(v T, ok bool) {
	w.future.Finish(func() ([]weft.Value, error) { return w.convert(v, ok) })
}

func (r *Receiver[T]) abandon(w *receive[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, other := range r.waiters {
		if other == w {
			r.waiters = append(r.waiters[:i], r.waiters[i+1:]...)
			return
		}
	}
}

// receive is the goroutine. It ends when no task waits; if the last was cancelled,
// after one more value, which it keeps.
func (r *Receiver[T]) receive() {
	for {
		v, ok := <-r.ch
		r.mu.Lock()
		if len(r.waiters) == 0 {
			if ok {
				r.spare = &v
			}
			r.runs = false
			r.mu.Unlock()
			return
		}
		w := r.waiters[0]
		r.waiters = r.waiters[1:]
		w.deliver(v, ok)
		r.runs = len(r.waiters) > 0
		more := r.runs
		r.mu.Unlock()
		if !more {
			return
		}
	}
}
