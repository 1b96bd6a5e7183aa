package threads

import (
	"fmt"
	"strings"
)

// A DeadlockError says that all threads wait, and nobody can wake them.
type DeadlockError struct{ Threads []Waiter }

// A Waiter is a thread in a deadlock.
type Waiter struct {
	ID      int
	Address uint64 // at which it waits
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "deadlock: all threads wait (%d)", len(e.Threads))
	for _, w := range e.Threads {
		fmt.Fprintf(&b, "\n  thread %d waits at address %#x", w.ID, w.Address)
	}
	return b.String()
}

func (s *Scheduler) deadlock() error {
	e := &DeadlockError{}
	for _, t := range s.threads {
		e.Threads = append(e.Threads, Waiter{t.id, t.address})
	}
	return e
}
