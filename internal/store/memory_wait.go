package store

import (
	"context"
	"sync"
	"time"
)

// A WaitResult is the result of memory.atomic.wait.
type WaitResult uint32

const (
	WaitWoken    WaitResult = iota // by notify
	WaitNotEqual                   // the value in memory was not the expected one
	WaitTimedOut
)

// A waitTable has the threads that wait on a shared memory: a queue for each
// address, first in, first out.
type waitTable struct {
	mu     sync.Mutex
	queues map[uint64]waitQueue // without empty ones
	free   *waiter              // linked by next
}

type waitQueue struct{ first, last *waiter }

// A waiter is a thread that waits.
type waiter struct {
	prev, next *waiter
	queued     bool          // until it is woken or gives up
	woken      chan struct{} // has room for the one wake-up of each wait
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
	t.mu.Lock()
	if !equal() {
		t.mu.Unlock()
		return WaitNotEqual, nil
	}
	if timeout == 0 {
		t.mu.Unlock()
		return WaitTimedOut, nil
	}
	w := t.enqueue(addr)
	t.mu.Unlock()

	timedOut := w.block(ctx, timeout)
	w.timer.Stop()

	switch {
	case t.leave(addr, w):
		// A wake-up counts even if the wait ended for another reason at the same
		// time: notify has reported it.
		return WaitWoken, nil
	case timedOut:
		return WaitTimedOut, nil
	}
	return WaitWoken, context.Cause(ctx) // without the lock, since a context is anybody's code
}

// leave ends a wait, and reports whether it was woken.
func (t *waitTable) leave(addr uint64, w *waiter) (woken bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	woken = !w.queued
	if !woken {
		t.remove(addr, w)
	}
	t.recycle(w)
	return woken
}

// block returns when the wait has ended, and whether by its timeout.
func (w *waiter) block(ctx context.Context, timeout time.Duration) bool {
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
// have waited longest, and returns how many.
func (m *SharedMemory) Notify(addr uint64, count uint32) uint32 {
	t := &m.waiters
	t.mu.Lock()
	defer t.mu.Unlock()
	n := uint32(0)
	for ; n < count; n++ {
		w := t.queues[addr].first
		if w == nil {
			break
		}
		t.remove(addr, w)
		w.woken <- struct{}{}
	}
	return n
}

// enqueue adds a waiter at the end of a queue.
func (t *waitTable) enqueue(addr uint64) *waiter {
	w := t.free
	if w == nil {
		w = &waiter{woken: make(chan struct{}, 1)}
	} else {
		t.free = w.next
	}
	q := t.queues[addr]
	w.prev, w.next, w.queued = q.last, nil, true
	if q.last == nil {
		q.first = w
	} else {
		q.last.next = w
	}
	q.last = w
	if t.queues == nil {
		t.queues = map[uint64]waitQueue{}
	}
	t.queues[addr] = q
	return w
}

// remove takes a waiter out of its queue.
func (t *waitTable) remove(addr uint64, w *waiter) {
	q := t.queues[addr]
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
	if q.first == nil {
		delete(t.queues, addr)
		return
	}
	t.queues[addr] = q
}

// recycle keeps a waiter that is in no queue for the next wait.
func (t *waitTable) recycle(w *waiter) {
	select {
	case <-w.woken: // notify was faster than the end of the wait
	default:
	}
	w.prev, w.next = nil, t.free
	t.free = w
}
