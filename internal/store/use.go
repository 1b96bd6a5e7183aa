package store

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"
)

// A store is used by one goroutine at a time, but for host functions: they may use
// it again, or let another goroutine do so while they wait. Whoever comes at
// another moment is refused. So uses nest: each is inside of a host function that
// the one before has called. The store has a word with the number of uses and
// whether the innermost is at work:
//
//	idle        0 uses
//	at work     n uses, busy        from Enter or the return of a host function on
//	lent        n uses, not busy    while a host function runs
//
// A host function returns to the guest when the uses inside of it have ended, and
// waits for that if another goroutine has begun one. What a use changes therefore
// needs no locks.
//
// The word costs a locked instruction at Enter, at Leave, and at the return of a
// host function; docs/api.md has the figures.

// ErrConcurrentUse is returned for uses of a store while another goroutine uses
// it.
var ErrConcurrentUse = errors.New("weft: the store is in use by another goroutine")

// ErrClosed is returned for uses of a store after its Close.
var ErrClosed = errors.New("weft: the store is closed")

// A Use is one that has begun: its number, counted from the outermost.
type Use uint32

// useBusy is the flag in the word; above it is the number.
const (
	useBusy = 1
	oneUse  = 2
)

type useWord struct {
	word   atomic.Uint32
	closed atomic.Bool
}

// Enter begins a use, which Leave ends. The error is [ErrConcurrentUse] or
// [ErrClosed]. Engines enter for each call from the host.
func (s *Store) Enter() (Use, error) {
	for {
		w := s.use.word.Load()
		switch {
		case s.use.closed.Load():
			return 0, ErrClosed
		case w&useBusy != 0:
			return 0, ErrConcurrentUse
		case s.use.word.CompareAndSwap(w, w+oneUse|useBusy):
			return Use(w/oneUse + 1), nil
		}
	}
}

// Leave ends the innermost use, which is at work.
func (s *Store) Leave() {
	const end = ^uint32(oneUse|useBusy) + 1
	if s.use.word.Add(end) == 0 && s.use.closed.Load() {
		s.release()
	}
}

// Regain makes a use be at work again that was lent to a host function, if the
// host function has panicked. Otherwise it is at work.
func (u Use) Regain(s *Store) {
	if w := uint32(u) * oneUse; s.use.word.Load() != w|useBusy {
		s.takeBack(w)
	}
}

// CallHost calls a host function of the store for the code of an instance, nil for
// the host. The caller has entered the store, which is lent meanwhile. Functions
// that another engine executes are called likewise.
func (s *Store) CallHost(ctx context.Context, f *FuncRecord, caller *InstanceRecord, slots []uint64) error {
	outer := s.Caller
	s.Caller = caller
	lent := s.use.word.Load() &^ useBusy
	s.use.lend(lent)
	var err error
	if f.IsHost() {
		err = s.hosts[f.Index].Call(ctx, slots)
	} else {
		err = s.Engine.Call(ctx, s, f, slots)
	}
	if !s.use.word.CompareAndSwap(lent, lent|useBusy) {
		s.takeBack(lent)
	}
	s.Caller = outer
	if err == nil && s.use.closed.Load() {
		err = ErrClosed
	}
	return err
}

// takeBack waits until the uses have ended to which a use was lent.
func (s *Store) takeBack(lent uint32) {
	for pause := time.Duration(0); !s.use.word.CompareAndSwap(lent, lent|useBusy); pause = min(pause+time.Microsecond, time.Millisecond) {
		runtime.Gosched()
		time.Sleep(pause)
	}
}

// Close releases the memory of everything in the store: at once or, if uses are
// under way, when they have ended. Nothing of the store may be used afterwards.
func (s *Store) Close() {
	if !s.use.closed.Swap(true) {
		s.release()
	}
}

// Closed reports whether Close was called.
func (s *Store) Closed() bool { return s.use.closed.Load() }

// release gives back the memory of everything in the store, unless uses are under
// way: the last one to end does it then. It makes the store busy for ever.
func (s *Store) release() {
	if !s.use.word.CompareAndSwap(0, useBusy) {
		return
	}
	for _, m := range s.memories {
		m.release()
	}
	for _, t := range s.tables {
		t.region.Release()
	}
	s.heap.region.Release()
	s.Conts.release()
	s.arena.Release()
}
