package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"weft/wasm"
)

// A Scheduler lets several computations of a store share one goroutine, each in a continuation that the host resumes.
// Engines ask it where code would block, and where it has run long enough. What its methods return as an error is what
// a host function could return there: a [SuspendRequest] or a [SwitchRequest] parks the computation, which goes on
// behind the instruction when it is resumed.
type Scheduler interface {
	// Wait is called for memory.atomic.wait32 and wait64. With a request, the wait's result is the i32 with which the
	// computation is resumed.
	Wait(ctx context.Context, w *Wait) (WaitResult, error)
	// Pause is called in code that has been asked to pause ([Store.RequestPause]) or has no fuel left, which it may
	// get more of. What the computation is resumed with means nothing.
	Pause(ctx context.Context, p Pause) error
	// Watch is called before a watched instruction. What it returns is as for Pause.
	Watch(ctx context.Context, w *Watched) error
}

// A Stepper is asked in place of a Scheduler's Pause where a computation that can stop has no fuel left.
type Stepper interface{ Step() error }

// A Pause says why code asks a scheduler.
type Pause struct {
	// Fuel says that there is none left.
	Fuel bool
	// Pinned says that the computation cannot stop here: it is in a call that a host function has made.
	Pinned bool
}

// A SwitchRequest is the error with which a computation is parked and another goes on in its place, as the child of the
// same resume of the host's.
type SwitchRequest struct {
	Tag  *Tag // the host's handler for it ends what is parked, which awaits the tag's results
	To   *HostCont
	Args []uint64
	// Turns, unless it is nil, are of those whom machine code may let go on by itself from now on, as if by this request.
	Turns *Turns
	// Done is called when that has happened, unless the last switch that has left from was with the same tag.
	Done func(from *HostCont)
}

// Switched notes what is left of a continuation that has stopped for a request, and that another one goes on.
func (s *Store) Switched(from *HostCont, ref uint64, r *SwitchRequest) {
	from.Ref, from.Root.slot.ref = ref, ref
	if s.Running = r.To; from.Left != r.Tag {
		r.Done(from)
	}
}

func (r *SwitchRequest) Error() string {
	return "a host function switches with " + r.Tag.describe() + ", but no guest called it"
}

// ErrNoSwitch says that a computation cannot be switched away from.
var ErrNoSwitch = errors.New(
	"weft: only a computation that the host has resumed by ResumeSlots can be switched away from")

// ThrownIntoParked says why an exception is refused: code catches at calls alone.
const ThrownIntoParked = "a scheduler has stopped the continuation, and no exception can be thrown there"

// A Wait is what memory.atomic.wait says.
type Wait struct {
	Memory   *SharedMemory
	Record   *MemoryRecord // the store's
	Address  uint64
	Place    unsafe.Pointer // of Width bytes, in the memory
	Width    uint64
	Expected uint64
	Timeout  time.Duration // negative for none
	Pinned   bool          // see Pause
}

// IsEqual reports whether the value at the address is the expected one.
func (w *Wait) IsEqual() bool {
	if w.Width == 4 {
		return atomic.LoadUint32((*uint32)(w.Place)) == uint32(w.Expected)
	}
	return atomic.LoadUint64((*uint64)(w.Place)) == w.Expected
}

// AwaitsI32 reports whether what suspends with a tag awaits an i32, and no more.
func (t *Tag) AwaitsI32() bool { return len(t.Type.Results) == 1 && t.Type.Results[0] == wasm.I32 }

// CheckWait returns what a scheduler has returned for a wait, or an error if a computation would be parked that awaits
// something else than an i32.
func CheckWait(err error) error {
	var tag *Tag
	switch r := err.(type) {
	case *SuspendRequest:
		tag = r.Tag
	case *SwitchRequest:
		tag = r.Tag
	default:
		return err
	}
	if !tag.AwaitsI32() {
		return fmt.Errorf("it suspends a wait with a tag of type %s, whose result is not an i32", tag.Type)
	}
	return err
}

// Enqueue adds a computation to those that wait at the address; false if the value is not the expected one.
func (w *Wait) Enqueue(p *Waiter) bool {
	t := &w.Memory.waiters
	alone := t.begin(p.Home)
	equal := w.IsEqual()
	if equal {
		p.table = t
		if p.turns != nil {
			r := p.turns.turn(p.turn)
			r.Address, r.Width = w.Address, w.Width
			t.useTurns(p, w.Record)
		}
		t.enqueue(w.Address, p)
	}
	t.end(alone)
	return equal
}

// Leave ends the wait of a computation, for which Wake is not called any more; false if it was woken before. It is for
// the goroutine that uses the store.
func (p *Waiter) Leave() bool {
	if p.turns != nil && p.turns.leave(p) { // machine code may have made it wait there
		return true
	}
	t := p.table
	if t == nil {
		return false
	}
	alone := t.begin(p.Home)
	defer t.end(alone)
	waits := p.queued
	if waits {
		t.remove(p)
	}
	return waits
}

// A Pausable is a call that is under way. AskForPause is called by other goroutines; it reports whether that takes a
// signal to the thread.
type Pausable interface {
	AskForPause() bool
	// IsPinned reports whether what runs cannot be switched away from: see Pause. It is for the goroutine of the call.
	IsPinned() bool
}

// A pausing is what other goroutines see of the calls in a store with a scheduler.
type pausing struct {
	call atomic.Pointer[Pausable]
	// wanted says that a pause was requested while there was no call: it is for the next.
	wanted atomic.Bool
}

// BeginPausable notes that a call begins which can be asked to pause, and returns the one around it.
func (s *Store) BeginPausable(call Pausable) *Pausable {
	if s.FuelIsOut() { // and whom the store has asked for more has panicked
		s.Fuel = 0
	}
	outer := s.pausing.call.Swap(&call)
	if s.pausing.wanted.Load() && s.pausing.wanted.Swap(false) {
		go func() { // once it is under way
			if s.Hold() {
				defer s.Drop()
				s.RequestPause()
			}
		}()
	}
	return outer
}

// EndPausable ends that; outer is what BeginPausable has returned. What the call was asked for and has not done is for
// the outer one: forget takes that back, and reports whether there was anything.
func (s *Store) EndPausable(outer *Pausable, forget func() bool) {
	s.pausing.call.Store(outer)
	if forget() && outer != nil {
		(*outer).AskForPause() // it waits for the call that ends, and so looks
	}
}

// IsPinned reports whether what runs in the innermost call cannot be switched away from; also if there is none.
func (s *Store) IsPinned() bool {
	call := s.pausing.call.Load()
	return call == nil || (*call).IsPinned()
}

// RequestPause makes the innermost call that is under way ask the scheduler before long. Any goroutine may call it
// that holds the store.
func (s *Store) RequestPause() {
	s.pausing.wanted.Store(true) // before the look: either this sees the call, or the call this
	call := s.pausing.call.Load()
	if call == nil {
		return
	}
	s.pausing.wanted.Store(false)
	signal := false
	for call != nil {
		signal = (*call).AskForPause() || signal
		now := s.pausing.call.Load()
		if now == call {
			break
		}
		call = now // that one has perhaps ended before it was asked
	}
	if signal {
		InterruptThreads()
	}
}

// RequestPauseHere is RequestPause on the goroutine of the call, which has left to Go: it needs no signal.
func (s *Store) RequestPauseHere() {
	if call := s.pausing.call.Load(); call != nil {
		(*call).AskForPause()
	}
}

// mostFuel is more than there ever is: what goes below 0 is above it.
const mostFuel = 1 << 63

// SetFuel bounds what guests may execute from now on.
func (s *Store) SetFuel(n uint64) {
	s.Fuel, s.FuelEnabled = min(n, mostFuel-1), true
}

// FuelIsOut reports whether code that counts has taken a unit which was not there.
func (s *Store) FuelIsOut() bool { return s.FuelEnabled && s.Fuel >= mostFuel }

// Refuel asks the scheduler what to do when there is no fuel left: it returns its error, or ErrNoFuel if that has not
// set any. The step that has found none is not counted.
func (s *Store) Refuel(ctx context.Context, pinned bool) error {
	s.Fuel = mostFuel
	switch {
	case s.Stepper != nil && !pinned:
		return s.Refueled(s.Stepper.Step())
	case s.Scheduler != nil:
		return s.Refueled(s.Scheduler.Pause(ctx, Pause{Fuel: true, Pinned: pinned}))
	}
	return s.Refueled(nil)
}

// Refueled is Refuel for who has asked a Stepper by itself, which has returned the error.
func (s *Store) Refueled(err error) error {
	if s.FuelIsOut() {
		s.Fuel = 0 // also for what goes on after an error
		if err == nil {
			return ErrNoFuel
		}
	}
	return err
}

// ErrNoFuel says that there is no fuel left, and nobody who sets any.
var ErrNoFuel = errors.New("weft: no fuel is left")
