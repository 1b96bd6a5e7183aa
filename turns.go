package weft

import (
	"errors"
	"fmt"

	"weft/internal/store"
)

// Turns are the computations of a store that run in turns: when one waits, that goes on which has been ready longest. A
// [Scheduler] keeps them here if it would not decide otherwise. Then machine code needs not ask it: a
// memory.atomic.notify of the store's code makes those ready whom it wakes, and a wait lets the next one go on, both
// without leaving machine code, in a few nanoseconds. Wherever anything is unusual (nobody is ready, a wait has a
// timeout, a computation has not begun or was stopped elsewhere) the scheduler is asked as without Turns, and finds
// here what has happened.
//
// Package weft/threads uses them where its strategy is RoundRobin, and shows how. All methods are for the goroutine
// that uses the store, but for AskAtWait and AskAtWake.
type Turns struct{ inner *store.Turns }

// A Turn is one of the computations. The zero Turn is none: its methods do nothing.
type Turn struct {
	of *store.Turns
	at uintptr
}

// TurnState says what a computation does. Numbers from TurnElsewhere on are the scheduler's.
type TurnState uint32

const (
	// TurnReady is one that could go on.
	TurnReady TurnState = TurnState(store.TurnReady)
	// TurnRunning is the one that runs.
	TurnRunning TurnState = TurnState(store.TurnRunning)
	// TurnWaiting is one that waits at an address, and that notify makes ready.
	TurnWaiting TurnState = TurnState(store.TurnWaiting)
	// TurnElsewhere is one that waits for something else, or has ended.
	TurnElsewhere TurnState = TurnWaiting + 1
)

// NewTurns makes Turns.
func (s *Store) NewTurns() (*Turns, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	return &Turns{s.store.NewTurns()}, nil
}

// Serve lets machine code switch among the computations of t as the Switch would, once that has been returned and
// obeyed; nil ends that. The Switch's tag must have one i32 as its result.
func (s *Switch) Serve(t *Turns) error {
	switch {
	case s == nil:
		return errNoTag
	case s.tag.store.store.Closed():
		return ErrClosed
	case t == nil:
		s.request.Turns = nil
	case !t.inner.Of(s.tag.store.store):
		return s.tag.store.refuse(errOtherTurns)
	case !s.tag.tag.AwaitsI32():
		return s.tag.store.refuse(fmt.Errorf(
			"weft: turns take a tag whose result is an i32, this one has type %s", s.tag.tag.Type))
	default:
		s.request.Turns = t.inner
	}
	return nil
}

// Add makes a Turn: the scheduler says by its methods whose it is, and adds it to the queue by Push.
func (t *Turns) Add() Turn {
	if t == nil {
		return Turn{}
	}
	return Turn{t.inner, t.inner.Add()}
}

// Pop takes the one that has been ready longest; the zero Turn if none is.
func (t *Turns) Pop() Turn {
	if t == nil {
		return Turn{}
	}
	return t.turn(t.inner.Pop())
}

// Any reports whether one is ready.
func (t *Turns) Any() bool { return t != nil && t.inner.Any() }

// Running returns the one that runs; the zero Turn if none does.
func (t *Turns) Running() Turn {
	if t == nil {
		return Turn{}
	}
	return t.turn(t.inner.Running())
}

func (t *Turns) turn(at uintptr) Turn {
	if at == 0 {
		return Turn{}
	}
	return Turn{t.inner, at}
}

// Stop says that none runs any more.
func (t *Turns) Stop() {
	if t != nil {
		t.inner.Run(0)
	}
}

// AskAtWait says whether who waits must ask the scheduler in any case: something has happened that it should see. Any
// goroutine may call it.
func (t *Turns) AskAtWait(yes bool) {
	if t != nil {
		t.inner.AskAtWait(yes)
	}
}

// AskAtWake says the same of who wakes another by notify, so that the scheduler hears of it by the [Waiter]. Any
// goroutine may call it.
func (t *Turns) AskAtWake(yes bool) {
	if t != nil {
		t.inner.AskAtWake(yes)
	}
}

// Number tells Turns apart: from 1 on, and 0 for the zero Turn. It is used again after Remove.
func (x Turn) Number() int { return x.of.Number(x.at) }

// SetContinuation says which continuation takes the Turn. It fails if that is of another store.
func (x Turn) SetContinuation(k *Continuation) error {
	if k == nil {
		return errNoContinuation
	}
	if err := x.takes(k.store); err != nil {
		return err
	}
	x.of.SetCont(x.at, &k.inner)
	return nil
}

// SetGlobals says of which globals the computation has values of its own (nil for none), and where these are while it
// does not run. Those that have other globals than the first for which it is called are let go on by the scheduler
// alone. It fails if there is too little room, or the globals are of another store.
func (x Turn) SetGlobals(g *InstanceGlobals, saved []uint64) error {
	if g == nil {
		if x.of != nil {
			x.of.SetGlobals(x.at, nil, nil)
		}
		return nil
	}
	if err := x.takes(g.store); err != nil {
		return err
	}
	if len(saved) < len(g.values) {
		return fmt.Errorf("weft: %d slots given for globals that need %d", len(saved), len(g.values))
	}
	x.of.SetGlobals(x.at, g.values, saved)
	return nil
}

// takes says why the Turn cannot take what belongs to a store.
func (x Turn) takes(s *Store) error {
	switch {
	case x.of == nil:
		return errNoTurn
	case s.store.Closed():
		return ErrClosed
	case !x.of.Of(s.store):
		return errOtherTurns
	}
	return nil
}

var (
	errNoTurn     = errors.New("weft: it is no turn")
	errOtherTurns = errors.New("weft: the turns belong to another store")
)

// NewWaiter is [Store.NewWaiter] for the computation: machine code that wakes it calls nothing, but makes it ready.
func (x Turn) NewWaiter(wake func(here bool)) *Waiter {
	if wake == nil || x.of == nil {
		return nil
	}
	w := &Waiter{}
	x.of.SetWaiter(x.at, &w.inner, wake)
	return w
}

// record is that of the Turn, or one that nobody knows.
func (x Turn) record() *store.TurnRecord {
	if x.of == nil {
		return &store.TurnRecord{}
	}
	return x.of.Turn(x.at)
}

// State returns what the computation does.
func (x Turn) State() TurnState { return TurnState(x.record().State) }

// Forget makes Place return 0, 0: the scheduler says so of a computation that stops elsewhere.
func (x Turn) Forget() {
	r := x.record()
	r.Address, r.Width = 0, 0
}

// SetState says what the computation does.
func (x Turn) SetState(s TurnState) { x.record().State = store.TurnState(s) }

// Result returns the i32 with which the computation goes on.
func (x Turn) Result() uint32 { return x.record().Result }

// SetResult says with which i32 it goes on.
func (x Turn) SetResult(result uint32) { x.record().Result = result }

// AskAtWake says whether the computation asks the scheduler when it wakes others by notify, so that the scheduler hears
// of it by the [Waiter]: until it waits next.
func (x Turn) AskAtWake(yes bool) {
	r := x.record()
	if r.AskAtWake = 0; yes {
		r.AskAtWake = 1
	}
}

// AsksAtWake reports whether it does.
func (x Turn) AsksAtWake() bool { return x.record().AskAtWake != 0 }

// Place returns at which address the computation waits, or has waited last, and how many bytes it compared there:
// since [Wait.Enqueue], or machine code has made it wait.
func (x Turn) Place() (address uint64, width int) {
	r := x.record()
	return r.Address, int(r.Width)
}

// Push adds the computation, whose State must be TurnReady, to those that are ready, behind all others, unless it is
// there already.
func (x Turn) Push() {
	if x.of != nil {
		x.of.Push(x.at)
	}
}

// Run says that the computation runs from now on. The scheduler calls it before it lets the computation go on.
func (x Turn) Run() {
	if x.of != nil {
		x.record().State = store.TurnRunning
		x.of.Run(x.at)
	}
}

// Hold says whether the scheduler must let the computation go on, if that stops next, since it has to do something
// then.
func (x Turn) Hold(yes bool) {
	if x.of != nil {
		x.of.Hold(x.at, yes)
	}
}

// Remove ends the Turn, which must not be used any more. It does nothing while the computation is ready or waits.
func (x Turn) Remove() {
	if x.of != nil {
		x.of.Remove(x.at)
	}
}
