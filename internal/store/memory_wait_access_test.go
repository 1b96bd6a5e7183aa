package store

import (
	"context"
	"sync"
	"testing"
	"unsafe"

	"weft/wasm"
)

// noScheduler is one that is never asked.
type noScheduler struct{}

func (noScheduler) Wait(context.Context, *Wait) (WaitResult, error) { return 0, nil }
func (noScheduler) Pause(context.Context, Pause) error              { return nil }
func (noScheduler) Watch(context.Context, *Watched) error           { return nil }

// TestTableOwner lets the waiters of a store with a scheduler wait and be woken, while others come to the table from
// some moment on: each wake-up is counted once, and Wake is called by one at a time.
func TestTableOwner(t *testing.T) {
	if !lendsByFlag() {
		t.Skip("there is no fence for both sides")
	}
	for round := range 200 {
		m := newShared(t, wasm.Limits{Min: 1, Max: 1, HasMax: true})
		s := newStore(t, nil)
		s.Scheduler = noScheduler{}
		var word uint32
		woken, own := 0, 0
		waits := Wait{Memory: m, Width: 4}
		waits.Place = unsafe.Pointer(&word)
		waiter := &Waiter{Home: s, Wake: func(bool) { woken++ }}
		if !waits.Enqueue(waiter) {
			t.Fatal("does not wait")
		}
		if a := &m.waiters.access; a.owner.Load() != ownerID(s) || a.open {
			t.Fatal("the only store that has come does not own the table")
		}
		var others sync.WaitGroup
		counts := make([]int, 2)
		for i := range counts {
			others.Go(func() {
				for range 50 * (round % 3) {
					counts[i] += int(m.Notify(0, 1, nil))
				}
			})
		}
		for range 200 {
			own += int(m.Notify(0, uint32(round%2), s))
			waiter.Leave() // unless it was woken
			waits.Enqueue(waiter)
		}
		others.Wait()
		if want := own + counts[0] + counts[1]; woken != want {
			t.Fatalf("%d wake-ups, %d reported", woken, want)
		}
		if a := &m.waiters.access; a.open != (round%3 > 0) || a.open && a.owner.Load() != 0 {
			t.Errorf("open: %v, after %d others", a.open, round%3)
		}
		s.Close()
	}
}

// TestWakePanics has what hears of a wake-up panic: others can use the table afterwards.
func TestWakePanics(t *testing.T) {
	m := newShared(t, wasm.Limits{Min: 1, Max: 1, HasMax: true})
	s := newStore(t, nil)
	s.Scheduler = noScheduler{}
	var word uint32
	waits := Wait{Memory: m, Width: 4, Place: unsafe.Pointer(&word)}
	for range 2 { // the owner, and by the mutex
		waits.Enqueue(&Waiter{Home: s, Wake: func(bool) { panic("not now") }})
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			m.Notify(0, 1, s)
		}()
		if m.Notify(0, 1, nil) != 0 {
			t.Error("somebody waits")
		}
	}
}
