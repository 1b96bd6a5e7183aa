package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft/wasm"
)

func newShared(t *testing.T, limits wasm.Limits) *SharedMemory {
	t.Helper()
	m, err := NewSharedMemory(wasm.MemoryType{Limits: limits, PageLog2: wasm.DefaultPageLog2}, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Release)
	return m
}

// waiting returns the number of threads that wait at an address.
func (m *SharedMemory) waiting(addr uint64) int {
	defer m.waiters.end(m.waiters.begin(nil))
	n := 0
	for i := range m.waiters.queues {
		for w := m.waiters.queues[i].first; w != nil; w = w.next {
			if w.addr == addr {
				n++
			}
		}
	}
	return n
}

func always() bool { return true }

// TestWaitOrder checks that threads are woken in the order in which they came,
// also when some of them give up, and that the table does not keep them.
func TestWaitOrder(t *testing.T) {
	m := newShared(t, wasm.Limits{Min: 1, Max: 1, HasMax: true})
	type end struct {
		number int
		result WaitResult
		err    error
	}
	ends := make(chan end)
	const n = 6
	cancels := [n]context.CancelCauseFunc{}
	for i := range n {
		var ctx context.Context
		ctx, cancels[i] = context.WithCancelCause(context.Background())
		go func() {
			result, err := m.Wait(ctx, 8, always, -1)
			ends <- end{i, result, err}
		}()
		for m.waiting(8) != i+1 {
			time.Sleep(time.Microsecond)
		}
	}
	gone := errors.New("gone")
	for _, i := range []int{0, 3, 5} { // the first, one in between, the last
		cancels[i](gone)
		if e := <-ends; e.number != i || e.err != gone {
			t.Errorf("cancelled %d, ended %+v", i, e)
		}
	}
	if m.Notify(16, 1, nil) != 0 || m.Notify(8, 0, nil) != 0 || m.waiting(8) != 3 {
		t.Error("threads at another address were woken, or none were to be")
	}
	for _, i := range []int{1, 2, 4} {
		if got := m.Notify(8, 1, nil); got != 1 {
			t.Errorf("notify woke %d", got)
		}
		if e := <-ends; e != (end{i, WaitWoken, nil}) {
			t.Errorf("woke %+v, want %d", e, i)
		}
	}
	if m.waiters.waiting != 0 {
		t.Errorf("the table has %d that wait", m.waiters.waiting)
	}
	for _, cancel := range cancels {
		cancel(nil)
	}
	if testing.AllocsPerRun(10, func() { _, _ = m.Wait(context.Background(), 8, always, 1) }) > 0 {
		t.Error("a wait allocates although a waiter is free")
	}
}

// TestWaitRaces lets wake-ups, timeouts and cancellations meet: each wake-up that
// notify reports has woken a thread.
func TestWaitRaces(t *testing.T) {
	m := newShared(t, wasm.Limits{Min: 1, Max: 1, HasMax: true})
	const threads, rounds = 4, 500
	woken := make(chan int)
	for i := range threads {
		go func() {
			n := 0
			for j := range rounds {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(j%7*20)*time.Microsecond)
				timeout := time.Duration((j+i)%5*25) * time.Microsecond
				if result, err := m.Wait(ctx, 0, always, timeout); err == nil && result == WaitWoken {
					n++
				}
				cancel()
			}
			woken <- n
		}()
	}
	total, notified := 0, 0
	for left := threads; left > 0; {
		select {
		case n := <-woken:
			total += n
			left--
		default:
			notified += int(m.Notify(0, 1, nil))
		}
	}
	if total != notified {
		t.Errorf("notify reported %d, woken were %d", notified, total)
	}
}

// TestAttach checks that a shared memory is one memory of a store, however often
// it is attached, and that each store learns of growth.
func TestAttach(t *testing.T) {
	m := newShared(t, wasm.Limits{Min: 0, Max: 3, HasMax: true})
	first, second := newStore(t, nil), newStore(t, nil)
	a, err := first.Attach(m)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := first.Attach(m); again != a {
		t.Error("attached twice")
	}
	b, err := second.Attach(m)
	if err != nil {
		t.Fatal(err)
	}
	if old, ok := a.Grow(2); old != 0 || !ok {
		t.Errorf("grow: %d, %v", old, ok)
	}
	if _, ok := a.Grow(2); ok {
		t.Error("grew beyond the maximum")
	}
	if b.Record.Len != 0 || b.Pages() != 2 || b.Record.Len != 2<<16 {
		t.Errorf("the other store sees %d pages", b.Pages())
	}
	a.Bytes()[70000] = 7
	if b.Bytes()[70000] != 7 {
		t.Error("the stores have different bytes")
	}
	if _, err := first.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 1 << 12, Max: 1 << 16, HasMax: true, Shared: true},
		PageLog2: 16}); err != nil {
		t.Errorf("a memory of 256 MiB: %v", err)
	}
	small := newStore(t, func(l *Limits) { l.MemoryBytes = 1 << 20 })
	if _, err := small.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 17, Max: 17, HasMax: true, Shared: true}, PageLog2: 16}); err == nil {
		t.Error("a memory above the store's limit")
	}
}
