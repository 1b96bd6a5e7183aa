package task

import (
	"slices"
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
	spare   []T // received for tasks that were cancelled
}

// A receive is a wait for a value. Its fields belong to the receiver's lock.
type receive[T any] struct {
	future    *Future
	convert   func(v T, ok bool) ([]weft.Value, error)
	v         T
	delivered bool
}

// NewReceiver returns a receiver of a channel's values.
func NewReceiver[T any](ch <-chan T) *Receiver[T] { return &Receiver[T]{ch: ch} }

// Next returns a future for the next value, which one task waits for. The function
// makes it what the guest gets; it runs on the loop's goroutine, and ok is false if
// the channel is closed. No value is lost when tasks are cancelled.
func (r *Receiver[T]) Next(convert func(v T, ok bool) ([]weft.Value, error)) *Future {
	w := &receive[T]{future: NewFuture(), convert: convert}
	w.future.unseen = func() { r.abandon(w) }
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiters = append(r.waiters, w)
	if len(r.spare) > 0 {
		v := r.spare[0]
		r.spare = r.spare[1:]
		r.deliver(v)
	} else if !r.runs {
		r.runs = true
		go r.receive()
	}
	return w.future
}

// deliver gives a value to the task that has waited longest, or keeps it.
func (r *Receiver[T]) deliver(v T) {
	if len(r.waiters) == 0 {
		r.spare = append(r.spare, v)
		return
	}
	w := r.waiters[0]
	r.waiters = r.waiters[1:]
	w.v, w.delivered = v, true
	w.future.Finish(func() ([]weft.Value, error) { return w.convert(v, true) })
}

// abandon ends a wait whose task was cancelled.
func (r *Receiver[T]) abandon(w *receive[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.delivered {
		r.deliver(w.v)
	} else if i := slices.Index(r.waiters, w); i >= 0 {
		r.waiters = slices.Delete(r.waiters, i, i+1)
	}
}

// receive is the goroutine. It ends when no task waits; if the last was cancelled,
// after one more value, which the receiver keeps.
func (r *Receiver[T]) receive() {
	for more := true; more; {
		v, ok := <-r.ch
		r.mu.Lock()
		if ok {
			r.deliver(v)
		} else {
			for _, w := range r.waiters {
				w.future.Finish(func() ([]weft.Value, error) { return w.convert(v, false) })
			}
			r.waiters = nil
		}
		r.runs = len(r.waiters) > 0
		more = r.runs
		r.mu.Unlock()
	}
}
