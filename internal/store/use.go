package store

import (
	"context"
	"errors"
	"runtime"
	"sync"
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
// The word costs a locked instruction at Enter; docs/api.md has the
// figures. At the return of a host function it would take as long as the rest of
// the call. So, until somebody uses the store in the middle of a host function for
// the first time, the word keeps saying that the use is at work, and lending is a
// flag beside it:
//
//	who lends       lent = 1, the host function, lent = 0, look at open
//	who comes then  open = 1, look at lent; if it is set, move it to the word
//
// Each side writes before it reads, so one of them sees the other, if what it has
// written is visible before it reads. Processors need a fence for that. Who comes
// has it for both sides: a system call makes all threads of the process have
// passed one (use_linux_amd64.go). Elsewhere each side has its own. Once open, a
// store stays so: its host functions lend by the word. A store that is closed is open, too, so that
// a host function which returns need not look for both.

// ErrConcurrentUse is returned for uses of a store while another goroutine uses
// it.
var ErrConcurrentUse = errors.New("weft: the store is in use by another goroutine")

// ErrClosed is returned for uses of a store after its Close.
var ErrClosed = errors.New("weft: the store is closed")

// A Use is one that has begun: the word while it is at work.
type Use uint32

// useBusy is the flag in the word; above it is the number.
const (
	useBusy = 1
	oneUse  = 2
)

type useWord struct {
	word    uint32
	closed  atomic.Bool
	holders atomic.Int32 // keep what there is, also beside a use

	lent uint32     // a host function runs, but the word does not say so
	open uint32     // not 0 once lending is by the word, or the store is closed; an atomic.Bool would keep TakeBack from being inlined
	mu   sync.Mutex // held to move lent to the word
}

// Enter begins a use, which Leave ends. The error is [ErrConcurrentUse] or
// [ErrClosed]. Engines enter for each call from the host.
func (s *Store) Enter() (Use, error) {
	for {
		w := atomic.LoadUint32(&s.use.word)
		switch {
		case s.use.closed.Load():
			return 0, ErrClosed
		case w&useBusy != 0:
			if !s.use.openUp() {
				return 0, ErrConcurrentUse
			}
		case atomic.CompareAndSwapUint32(&s.use.word, w, w+oneUse|useBusy):
			if s.CollectAlways {
				s.Collect()
			}
			return Use(w + oneUse | useBusy), nil
		}
	}
}

// errNested is returned where the store must be at rest.
var errNested = errors.New("weft: a call is under way in the store")

// enterAtRest is Enter where no other use is under way, not even one that lends the store.
func (s *Store) enterAtRest() error {
	use, err := s.Enter()
	if err == nil && use != oneUse|useBusy {
		s.Leave()
		err = errNested
	}
	return err
}

// EnterFirst is Enter where nobody uses the store and nothing else is to be done; false if it is not so simple. It is
// inlined, because most calls from the host are such.
func (s *Store) EnterFirst() (Use, bool) {
	const first = oneUse | useBusy
	return first, !s.use.closed.Load() && !s.CollectAlways && atomic.CompareAndSwapUint32(&s.use.word, 0, first)
}

// Leave ends the innermost use, which is at work. Nobody else writes the word meanwhile, so that takes no locked
// instruction; but who closes the store must not miss it (see Close). Where there is no fence for both sides, the
// store is open.
func (s *Store) Leave() {
	word := atomic.LoadUint32(&s.use.word) - (oneUse | useBusy)
	if atomic.LoadUint32(&s.use.open) != 0 {
		atomic.StoreUint32(&s.use.word, word)
	} else {
		writeFlag(&s.use.word, word)
	}
	if word == 0 && s.use.closed.Load() {
		s.release()
	}
}

// openUp makes the word say what lent does, from now on, and reports whether to look
// at the word again: the store is not at work.
func (u *useWord) openUp() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	atomic.StoreUint32(&u.open, 1)
	fence()
	if atomic.LoadUint32(&u.lent) != 0 {
		atomic.StoreUint32(&u.lent, 0)
		atomic.AndUint32(&u.word, ^uint32(useBusy))
	}
	return atomic.LoadUint32(&u.word)&useBusy == 0
}

// Await makes the use be at work again, when the uses have ended to which the store was lent, and reports
// whether the store is still open.
func (s *Store) Await(use Use) bool {
	u, word := &s.use, uint32(use)
	u.mu.Lock()
	same := atomic.LoadUint32(&u.word) == word
	u.mu.Unlock()
	for pause := time.Duration(0); !same && !atomic.CompareAndSwapUint32(&u.word, word&^useBusy, word); pause = min(pause+time.Microsecond, time.Millisecond) {
		if pause > 0 {
			runtime.Gosched()
			time.Sleep(pause)
		}
	}
	return !s.Closed()
}

// Regain makes a use be at work again that was lent to a host function, if the
// host function has panicked. Otherwise it is at work.
func (u Use) Regain(s *Store) {
	if atomic.LoadUint32(&s.use.lent) != 0 || atomic.LoadUint32(&s.use.word) != uint32(u) {
		s.regain(u)
	}
}

func (s *Store) regain(u Use) {
	s.TakeBack()
	s.Await(u)
}

// Lend lends the store to a host function, which is called for the code of an instance, nil
// for the host. The caller has entered the store, and takes it back when the host function
// has returned; if it panics, Regain does that. Both are inlined: engines call host functions
// often.
func (s *Store) Lend(u Use, caller *InstanceRecord) {
	s.SetCaller(caller)
	if atomic.LoadUint32(&s.use.open) != 0 {
		atomic.StoreUint32(&s.use.word, uint32(u)&^useBusy)
	} else {
		writeFlag(&s.use.lent, 1)
	}
}

// TakeBack ends that the store is lent, and reports whether nobody can have used or closed it.
// Otherwise Await must follow.
func (s *Store) TakeBack() bool {
	writeFlag(&s.use.lent, 0)
	return atomic.LoadUint32(&s.use.open) == 0
}

// CallHost calls a host function of the store for the code of an instance. Functions that
// another engine executes are called likewise.
func (s *Store) CallHost(ctx context.Context, u Use, f *FuncRecord, caller *InstanceRecord, slots []uint64) error {
	var host *HostFunc
	if f.IsHost() {
		host = s.Host(f) // before others may use the store, and add to it
	}
	s.Lend(u, caller)
	var err error
	if host != nil {
		err = host.Call(ctx, slots)
	} else {
		err = s.Engine.Call(ctx, s, f, slots)
	}
	if !s.TakeBack() && !s.Await(u) && err == nil {
		err = ErrClosed
	}
	return err
}

// CallHostFor is a call from the host of a host function, for an instance or none.
func (s *Store) CallHostFor(ctx context.Context, f *FuncRecord, caller *InstanceRecord, slots []uint64) error {
	use, err := s.Enter()
	if err != nil {
		return err
	}
	outer := s.Caller()
	defer func() {
		use.Regain(s)
		s.SetCaller(outer)
		s.Leave()
	}()
	return s.CallHost(ctx, use, f, caller, slots)
}

// Hold keeps the memory of the store from being released until Drop, whoever closes it meanwhile. It is no use of the
// store, and may happen beside one: for reading. It reports false once the store is closed.
func (s *Store) Hold() bool {
	s.use.holders.Add(1)
	if s.use.closed.Load() {
		s.Drop()
		return false
	}
	return true
}

// InUse reports whether a use is under way.
func (s *Store) InUse() bool { return atomic.LoadUint32(&s.use.word) != 0 }

// Drop ends what Hold has begun.
func (s *Store) Drop() {
	if s.use.holders.Add(-1) == 0 && s.use.closed.Load() {
		s.release()
	}
}

// Close releases the memory of everything in the store: at once or, if uses are
// under way, when they have ended. Nothing of the store may be used afterwards.
func (s *Store) Close() {
	if !s.use.closed.Swap(true) {
		atomic.StoreUint32(&s.use.open, 1) // whoever has lent the store looks at that
		if s.InUse() {
			fence() // who leaves now sees that it is closed, or release sees that it has left
		}
		s.release()
	}
}

// Closed reports whether Close was called.
func (s *Store) Closed() bool { return s.use.closed.Load() }
