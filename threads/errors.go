package threads

import (
	"fmt"
	"slices"
	"strings"

	"weft"
)

// A DeadlockError says that all threads wait, and nobody can wake them.
type DeadlockError struct{ Threads []Waiter }

// A Waiter is a thread in a deadlock.
type Waiter struct {
	ID      int
	Address uint64 // at which it waits
	Stack   weft.StackTrace
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "deadlock: all threads wait (%d)", len(e.Threads))
	for i := range e.Threads {
		w := &e.Threads[i]
		fmt.Fprintf(&b, "\nthread %d waits at address %#x", w.ID, w.Address)
		if stack := w.Stack.String(); stack != "" {
			fmt.Fprintf(&b, "\n%s", stack)
		}
	}
	return b.String()
}

func (s *Scheduler) deadlock() error {
	e := &DeadlockError{}
	for _, t := range s.threads {
		e.Threads = append(e.Threads, Waiter{t.id, t.Address(), t.Stack()})
	}
	slices.SortFunc(e.Threads, func(a, b Waiter) int { return a.ID - b.ID })
	return e
}
