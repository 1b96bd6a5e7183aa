package store

import (
	"runtime"
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

// TestLeaveTogether has goroutines that use a store one at a time, or are refused, until another one closes it: what a
// use has written the next one sees, and the last one to leave releases the store, whether the close or the end of the
// use comes first.
func TestLeaveTogether(t *testing.T) {
	for range 300 {
		s := newStore(t, nil)
		var group sync.WaitGroup
		var entered atomic.Int64
		counted := int64(0) // by who has the store
		for range 3 {
			group.Go(func() {
				for n := 0; ; n++ {
					_, first := s.EnterFirst()
					if !first {
						if _, err := s.Enter(); err == ErrClosed {
							return
						} else if err != nil {
							continue
						}
					}
					counted++
					entered.Add(1)
					s.Leave()
					if n%50 == 0 {
						runtime.Gosched()
					}
				}
			})
		}
		for entered.Load() < 100 {
			runtime.Gosched()
		}
		s.Close()
		group.Wait()
		if counted != entered.Load() {
			t.Fatalf("%d uses have seen %d", entered.Load(), counted)
		}
		if atomic.LoadUint32(&s.use.word) != useBusy {
			t.Fatal("the store was not released")
		}
	}
}

// TestLeaveAtClose closes stores at the moment at which their only use ends: one of the two releases them.
func TestLeaveAtClose(t *testing.T) {
	missed := 0
	for range 5000 {
		s := newStore(t, nil)
		if _, first := s.EnterFirst(); !first {
			t.Fatal("it cannot be used")
		}
		var ready, begin atomic.Int32
		done := make(chan struct{})
		go func() {
			ready.Store(1)
			for begin.Load() == 0 {
			}
			s.Leave()
			close(done)
		}()
		for ready.Load() == 0 {
			runtime.Gosched()
		}
		begin.Store(1)
		s.Close()
		<-done
		if atomic.LoadUint32(&s.use.word) != useBusy {
			missed++
		}
	}
	if missed > 0 {
		t.Errorf("%d stores were not released", missed)
	}
}
