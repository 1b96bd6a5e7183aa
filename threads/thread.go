package threads

import (
	"fmt"
	"sync/atomic"

	"weft"
)

// A State says what a thread does.
type State uint8

const (
	// Ready threads could run.
	Ready State = iota
	// Running is the one that does.
	Running
	// Waiting threads wait at an address of a shared memory.
	Waiting
	// Parked threads wait for what a host function has begun ([Scheduler.Park]).
	Parked
	// Ended threads have returned.
	Ended
)

var stateNames = [...]string{Ready: "ready", Running: "running", Waiting: "waiting", Parked: "parked", Ended: "ended"}

func (s State) String() string { return stateNames[s] }

// A Spec says what a thread is to do.
type Spec struct {
	// Func is called with Args.
	Func *weft.Func
	Args []weft.Value
	// First, unless it is nil, is called before, without arguments.
	First *weft.Func
	// Globals, unless it is nil, are those of which the thread has values of its own. They begin as Initial, or as they
	// are.
	Globals *weft.InstanceGlobals
	Initial []uint64
}

// A Thread is one of a scheduler's threads. Its methods are for the goroutine that runs the scheduler, but for those
// that say so.
type Thread struct {
	// Value is the embedder's.
	Value any

	scheduler *Scheduler
	id        int
	spec      Spec
	cont      *weft.Continuation
	begun     bool // it takes a result when it is resumed
	first     bool // the continuation is that of Spec.First
	exiting   bool // it executes nothing more: when it goes on the run ends
	served    bool // the following four are those of the turn
	state     State
	greedy    bool   // it has computed for a slice, and not waited since
	result    uint32 // with which it is resumed
	address   uint64 // at which it waits
	turn      weft.Turn
	globals   []uint64 // while it does not run
	waiter    *weft.Waiter
	alarm     alarm  // of its timeout
	onAlarm   uint32 // the result when that is over, for one that is parked
	attempt   Attempt
	retries   atomic.Bool // a message says so

	results []uint64
	err     error
	done    atomic.Pointer[chan struct{}] // of Done; nil as long as nobody has asked
	// Of the schedule, see Key.
	points, steps uint64
	owes          uint64   // steps with which it goes on, and that have not been counted: one or none
	visits        []uint32 // by watched instruction
	at            Point    // where it stands, or stood last; Idle before the first
	all           int      // index among the scheduler's threads
}

// ID returns the number of the thread: threads have 0, 1, 2, ... in the order of their making.
func (t *Thread) ID() int { return t.id }

// number is that of the thread in hashes: 0 for none.
func (t *Thread) number() uint64 {
	if t == nil {
		return 0
	}
	return uint64(t.id) + 1
}

// Stack returns the calls that a thread is in which does not run.
func (t *Thread) Stack() weft.StackTrace {
	if t.cont == nil {
		return weft.StackTrace{}
	}
	return t.cont.Stack()
}

// Done returns a channel that is closed when the thread has ended. Then Results and Err may be called by any goroutine.
// Done may be, at any time.
func (t *Thread) Done() <-chan struct{} {
	done := t.done.Load()
	if done == nil {
		made := make(chan struct{})
		if t.done.CompareAndSwap(nil, &made) {
			return made
		}
		done = t.done.Load()
	}
	return *done
}

// tellEnd closes the channel of Done.
func (t *Thread) tellEnd() {
	if !t.done.CompareAndSwap(nil, &t.scheduler.over) {
		close(*t.done.Load())
	}
}

// Err returns with which error the thread has ended, if it has.
func (t *Thread) Err() error { return t.err }

// Results returns what the function has returned, once the thread has ended, as slots (see [weft.HostFunc]).
func (t *Thread) Results() []uint64 { return t.results }

// stands makes the thread's point one of a kind, at which it may go on or not.
func (t *Thread) stands(kind Kind, blocked bool) *Point {
	if t.served && kind != Wait {
		t.turn.Forget()
	}
	t.at.become(kind, blocked)
	return &t.at
}

// become makes a point another one of the same thread.
func (p *Point) become(kind Kind, blocked bool) {
	p.Kind, p.Blocked, p.Writes, p.Site, p.Address, p.Size, p.Visit = kind, blocked, false, 0, 0, 0, 0
}

func (t *Thread) String() string { return fmt.Sprintf("thread %d", t.id) }

// Unpark lets a thread go on that is parked: the call that has parked it returns the result. Any goroutine may call it,
// once for each Park.
func (t *Thread) Unpark(result uint32) {
	t.scheduler.post(message{thread: t, about: unparked, result: result})
}

// Retry lets the attempt be made again for which a thread is parked ([Scheduler.Await]). Any goroutine may call it, any
// number of times; it does nothing for a thread that does not wait so.
func (t *Thread) Retry() {
	if t.retries.CompareAndSwap(false, true) {
		t.scheduler.post(message{thread: t, about: retried})
	}
}

// UnparkHere is Unpark for the goroutine that runs the scheduler.
func (t *Thread) UnparkHere(result uint32) {
	if t.State() == Parked {
		t.scheduler.unpark(t, result)
	}
}
