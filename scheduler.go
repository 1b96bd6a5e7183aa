package weft

import (
	"context"
	"errors"
	"time"

	"weft/internal/store"
)

// A Scheduler lets several computations share the one goroutine that uses a store, each in a [Continuation]. The store
// asks it where code would block, and where it has run long enough. Its methods are called on that goroutine, and must
// not use the store, but for SetFuel and what Wait offers. The error that they return is one that a host function could
// return there: with that of [Tag.Suspend] or a [Switch] the computation stops, and goes on behind the instruction when
// it is resumed. Any other ends the call with a [*HostError].
//
// Package weft/threads has one, for programs with threads.
type Scheduler interface {
	// Wait is called for memory.atomic.wait32 and wait64 on a shared memory. It returns the result of the wait; if the
	// computation stops, that is the i32 with which it is resumed, and which the tag must have as its only result.
	Wait(ctx context.Context, w Wait) (WaitResult, error)
	// Pause is called some time after [Store.RequestPause], or because the store's fuel is used up.
	// Then it sets new fuel, and returns nil, and code goes on with the step that has found none, which is not counted;
	// if it sets none, the call traps. The values with which a computation is resumed that has stopped here mean
	// nothing.
	Pause(ctx context.Context, p Pause) error
}

// A Stepper is a Scheduler that is asked often where the store's fuel is used up.
type Stepper interface {
	Scheduler
	// Step is called in place of Pause there, unless the computation is pinned. What it does and returns is as for
	// Pause.
	Step() error
}

// A Watcher is a Scheduler that code of modules with watched instructions asks, too: see [Engine.CompileWatched].
type Watcher interface {
	Scheduler
	// Watch is called before a watched instruction. Its error is as for Pause: if it stops the computation, that goes
	// on with the instruction when it is resumed.
	Watch(ctx context.Context, w *Watched) error
}

// Watched is what code says of a watched instruction that it is about to execute.
type Watched struct {
	// Index is the instruction's among those of its module that are watched, in the order of their offsets.
	Index int
	// Operands are the first operands of the instruction, the deepest first, as far as it has them and they are
	// integers: of an access to memory the address, without the instruction's offset; of a call the first arguments; of
	// a return the first results.
	Operands [3]uint64
	// Pinned says that the computation cannot stop here: it is in a call that a host function has made.
	Pinned bool
}

// A Pause says why a scheduler is asked to decide about code that runs.
type Pause struct {
	// Fuel says that there is none left.
	Fuel bool
	// Pinned says that the computation cannot stop here: it is in a call that a host function has made.
	Pinned bool
}

// A WaitResult is the result of memory.atomic.wait32 and wait64 (threads proposal).
type WaitResult uint32

const (
	// Woken means that notify has woken the thread.
	Woken WaitResult = WaitResult(store.WaitWoken)
	// NotEqual means that the value in memory was not the expected one.
	NotEqual WaitResult = WaitResult(store.WaitNotEqual)
	// TimedOut means that the timeout was over first.
	TimedOut WaitResult = WaitResult(store.WaitTimedOut)
)

// A Wait is what memory.atomic.wait32 or wait64 asks for. It is valid until the method returns that has got it.
type Wait struct{ inner *store.Wait }

// Address returns the effective address, in bytes.
func (w Wait) Address() uint64 { return w.inner.Address }

// Width returns how many bytes are compared: 4 or 8.
func (w Wait) Width() int { return int(w.inner.Width) }

// Pinned reports whether the computation cannot stop here: it is in a call that a host function has made.
func (w Wait) Pinned() bool { return w.inner.Pinned }

// Timeout returns how long to wait; negative for any time.
func (w Wait) Timeout() time.Duration { return w.inner.Timeout }

// IsEqual reports whether the value in memory is the expected one.
func (w Wait) IsEqual() bool { return w.inner.IsEqual() }

// Enqueue adds a waiter at the end of those who wait at the address, be they parked or goroutines. It reports false,
// and does nothing, if the value in memory is not the expected one; no notify can come between that and the wait.
func (w Wait) Enqueue(waiter *Waiter) bool { return waiter != nil && w.inner.Enqueue(&waiter.inner) }

// A Waiter is a computation that waits at an address of a shared memory. It is for one wait at a time.
type Waiter struct{ inner store.Waiter }

// NewWaiter returns a waiter. When notify wakes it, wake is called: with the guest's goroutine in the middle of a call
// if here is true, which says that code of the same store has notified; else on any goroutine. It must return soon, and
// not use the store.
func (s *Store) NewWaiter(wake func(here bool)) *Waiter {
	if s == nil || wake == nil {
		return nil
	}
	return &Waiter{store.Waiter{Home: s.store, Wake: wake}}
}

// Leave ends a wait, and reports whether it has: if not, the waiter waits for nothing, or has been woken, and wake has
// been called or will be. It is for the goroutine that uses the store.
func (w *Waiter) Leave() bool { return w != nil && w.inner.Leave() }

// errScheduling is returned where a scheduler would come too late.
var errScheduling = errors.New("weft: a call is under way in the store: set the scheduler before")

// SetScheduler makes a store ask a scheduler from now on; nil ends that. No call may be under way in the store.
func (s *Store) SetScheduler(scheduler Scheduler) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if s.store.HostDepth > 0 {
		return errScheduling
	}
	s.store.Scheduler, s.store.Stepper = nil, nil
	if scheduler != nil {
		watcher, _ := scheduler.(Watcher)
		s.store.Stepper, _ = scheduler.(Stepper)
		s.store.Scheduler = &asked{scheduler, watcher}
	}
	return nil
}

// asked is what engines ask of a Scheduler and, unless that is nil, a Watcher.
type asked struct {
	scheduler Scheduler
	watcher   Watcher
}

func (a *asked) Wait(ctx context.Context, w *store.Wait) (store.WaitResult, error) {
	result, err := a.scheduler.Wait(ctx, Wait{w})
	return store.WaitResult(result), err
}

func (a *asked) Pause(ctx context.Context, p store.Pause) error {
	return a.scheduler.Pause(ctx, Pause(p))
}

func (a *asked) Watch(ctx context.Context, w *store.Watched) error {
	if a.watcher == nil {
		return nil
	}
	return a.watcher.Watch(ctx, (*Watched)(w))
}

// Pinned reports whether the host function that runs could not stop its caller, by [Tag.Suspend] or a [Switch], in a
// way that ResumeSlots would see: because a host function has called the guest that has called it, or no guest has. It
// is for host functions of a store with a scheduler.
func (s *Store) Pinned() bool { return s == nil || s.store.IsPinned() }

// IsRunning reports whether the continuation is the one that [Continuation.ResumeSlots] has resumed, in the innermost
// call of it that is under way, or to which a [Switch] has led since. It is for the goroutine that uses the store: a
// scheduler sees so whether it is its own that runs, or one that a host function has resumed.
func (k *Continuation) IsRunning() bool { return k != nil && k.store.store.RunningCont() == &k.inner }

// RequestPause lets the store ask its scheduler soon what to do: the call under way is interrupted, wherever it is,
// unless it ends first. Loops in machine code pay nothing for that. Any goroutine may call it.
//
// Code that is in the middle of making an object or of switching stacks is asked a little later; a function that does
// such things, in machine code without polls, only while it calls others.
func (s *Store) RequestPause() {
	if s != nil && s.hold() {
		defer s.drop()
		s.store.RequestPause()
	}
}

// RequestPauseHere is RequestPause for host functions, and for what a [Waiter] calls that was woken here: code asks the
// scheduler when it goes on.
func (s *Store) RequestPauseHere() {
	if s != nil && s.hold() {
		defer s.drop()
		s.store.RequestPauseHere()
	}
}

// Fuel returns what is left of the fuel that SetFuel has set, and whether it has.
func (s *Store) Fuel() (left uint64, bounded bool) {
	if s == nil {
		return 0, false
	}
	if s.store.FuelIsOut() {
		return 0, true
	}
	return s.store.Fuel, s.store.FuelEnabled
}
