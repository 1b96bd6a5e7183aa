package store

import (
	"context"
	"time"
)

// A WaitResult is the result of memory.atomic.wait.
type WaitResult uint32

const (
	WaitWoken    WaitResult = iota // by notify
	WaitNotEqual                   // the value in memory was not the expected one
	WaitTimedOut
)

// A waitTable has the threads that wait on a shared memory, in queues by address, first in, first out. Addresses
// are distributed over the queues, so one may have waiters for several.
type waitTable struct {
	access  tableAccess
	turns   *Turns      // in whose queues the threads of the owner wait; nil if all are here
	queues  []waitQueue // a power of two of them, or none yet
	waiting int
	free    *Waiter // linked by next
}

type waitQueue struct{ first, last *Waiter }

// A Waiter is a thread that waits: a goroutine, or a computation that is parked.
type Waiter struct {
	// Wake, if it is one that is parked, is called when it is woken: by code of its own store, Home, if here is true.
	// The wake-up is its own even if it does not wait any longer when it hears of it.
	Wake func(here bool)
	Home *Store

	table      *waitTable // of a parked one
	turns      *Turns     // in which it has a turn; nil if it has none
	turn       uintptr
	addr       uint64
	prev, next *Waiter
	queued     bool          // until it is woken or gives up
	woken      chan struct{} // has room for the one wake-up of each wait; of a goroutine
	timer      *time.Timer
}

// longest is how long a wait without timeout blocks at a stretch. A timer is
// always running, so that a guest that waits in vain does not look like a
// deadlock to the Go runtime, which would end the process.
const longest = time.Hour

// Wait blocks until notify wakes the thread, if equal says that the value at the
// address is the expected one; no notify can come between that and the wait. A
// negative timeout never ends. The error is the cause of the context's end.
func (m *SharedMemory) Wait(ctx context.Context, addr uint64, equal func() bool, timeout time.Duration) (WaitResult, error) {
	t := &m.waiters
	t.begin(nil)
	if !equal() {
		t.access.unlock()
		return WaitNotEqual, nil
	}
	if timeout == 0 {
		t.access.unlock()
		return WaitTimedOut, nil
	}
	w := t.take()
	t.enqueue(addr, w)
	t.access.unlock()

	timedOut := w.block(ctx, timeout)
	w.timer.Stop()

	switch {
	case t.leave(w):
		// A wake-up counts even if the wait ended for another reason at the same
		// time: notify has reported it.
		return WaitWoken, nil
	case timedOut:
		return WaitTimedOut, nil
	}
	return WaitWoken, context.Cause(ctx) // without the lock, since a context is anybody's code
}

// leave ends a wait, and reports whether it was woken.
func (t *waitTable) leave(w *Waiter) (woken bool) {
	t.access.lock(nil)
	defer t.access.unlock()
	woken = !w.queued
	if !woken {
		t.remove(w)
	}
	t.recycle(w)
	return woken
}

// block returns when the wait has ended, and whether by its timeout.
func (w *Waiter) block(ctx context.Context, timeout time.Duration) bool {
	for {
		stretch := longest
		if timeout >= 0 {
			stretch = timeout
		}
		if w.timer == nil {
			w.timer = time.NewTimer(stretch)
		} else {
			w.timer.Reset(stretch)
		}
		select {
		case <-w.woken:
			return false
		case <-ctx.Done():
			return false
		case <-w.timer.C:
			if timeout >= 0 {
				return true
			}
		}
	}
}

// Notify wakes at most count of the threads that wait at an address, those that
// have waited longest, and returns how many. The store whose code notifies is nil for the host.
func (m *SharedMemory) Notify(addr uint64, count uint32, by *Store) uint32 {
	t := &m.waiters
	alone := t.begin(by)
	defer t.end(alone) // what hears of a wake-up may panic
	if t.turns != nil {
		return t.turns.notify(addr, count, by)
	}
	if t.waiting == 0 {
		return 0
	}
	return t.notify(addr, count, by)
}

func (t *waitTable) notify(addr uint64, count uint32, by *Store) uint32 {
	n, q := uint32(0), t.queue(addr)
	for w := q.first; w != nil && n < count; {
		next := w.next
		if w.addr == addr {
			t.removeFrom(q, w)
			w.wake(by)
			n++
		}
		w = next
	}
	return n
}

func (w *Waiter) wake(by *Store) {
	if w.Wake != nil {
		w.Wake(by == w.Home)
		return
	}
	w.woken <- struct{}{}
}

// firstQueues is how many queues there are at first, a power of two, and keptQueues how many at most stay when nobody
// waits.
const (
	firstQueues = 16
	keptQueues  = 1024
)

// spread distributes addresses: 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming 6.4).
const spread = 0x9e3779b97f4a7c15

// queue returns the queue of an address.
func (t *waitTable) queue(addr uint64) *waitQueue {
	return &t.queues[addr*spread>>32&uint64(len(t.queues)-1)]
}

// enqueue adds a waiter at the end of a queue.
func (t *waitTable) enqueue(addr uint64, w *Waiter) {
	if t.turns != nil {
		if w.turns == t.turns {
			t.turns.enqueue(addr, w.turn)
			return
		}
		t.takeOver()
	}
	if t.waiting >= len(t.queues) {
		t.distribute(max(firstQueues, 2*len(t.queues)))
	}
	t.waiting++
	w.addr, w.queued = addr, true
	t.queue(addr).add(w)
}

func (q *waitQueue) add(w *Waiter) {
	w.prev, w.next = q.last, nil
	if q.last == nil {
		q.first = w
	} else {
		q.last.next = w
	}
	q.last = w
}

// distribute distributes the waiters over n queues. Those of an address stay in order.
func (t *waitTable) distribute(n int) {
	old := t.queues
	t.queues = make([]waitQueue, n)
	for i := range old {
		for w := old[i].first; w != nil; {
			next := w.next
			t.queue(w.addr).add(w)
			w = next
		}
	}
}

// remove takes a waiter out of its queue.
func (t *waitTable) remove(w *Waiter) { t.removeFrom(t.queue(w.addr), w) }

func (t *waitTable) removeFrom(q *waitQueue, w *Waiter) {
	if w.prev == nil {
		q.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		q.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.queued = false
	if t.waiting--; t.waiting == 0 && len(t.queues) > keptQueues {
		t.queues = nil
	}
}

// take returns a waiter for a goroutine.
func (t *waitTable) take() *Waiter {
	w := t.free
	if w == nil {
		return &Waiter{woken: make(chan struct{}, 1)}
	}
	t.free = w.next
	return w
}

// recycle keeps a waiter that is in no queue for the next wait.
func (t *waitTable) recycle(w *Waiter) {
	select {
	case <-w.woken: // notify was faster than the end of the wait
	default:
	}
	w.prev, w.next = nil, t.free
	t.free = w
}
