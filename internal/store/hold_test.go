package store

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestHold closes a store that somebody holds: it is released when the last one drops it, or the last use ends.
func TestHold(t *testing.T) {
	released := func(s *Store) bool { return atomic.LoadUint32(&s.use.word) == useBusy }
	s := newStore(t, nil)
	for range 2 {
		if !s.Hold() {
			t.Fatal("it cannot be held")
		}
	}
	if _, err := s.Enter(); err != nil {
		t.Fatal("it cannot be used beside")
	}
	s.Close()
	if s.Hold() {
		t.Error("it can be held once it is closed")
	}
	s.Drop()
	s.Leave()
	if released(s) {
		t.Error("it was released while it was held")
	}
	s.Drop()
	if !released(s) {
		t.Error("it was not released")
	}
	s = newStore(t, nil)
	if _, err := s.Enter(); err != nil || !s.Hold() {
		t.Fatal(err)
	}
	s.Close()
	s.Drop()
	if released(s) {
		t.Error("it was released while it was used")
	}
	s.Leave()
	if !released(s) {
		t.Error("it was not released")
	}
}

// TestHoldTogether has goroutines that hold a store while it is closed: one of them releases it.
func TestHoldTogether(t *testing.T) {
	for range 100 {
		s := newStore(t, nil)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for s.Hold() {
					if atomic.LoadUint32(&s.use.word) == useBusy {
						t.Error("it was released while it was held")
					}
					s.Drop()
				}
			})
		}
		s.Close()
		group.Wait()
		if atomic.LoadUint32(&s.use.word) != useBusy {
			t.Fatal("it was not released")
		}
	}
}
