package store

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// Threads that run in turns mostly hand over to each other: one wakes the next, and waits. Under a scheduler that lets
// those go on first that have been ready longest, nobody has to be asked about that. So what it takes is here in a form
// that machine code knows: who runs, who is ready, and who waits at which address of one shared memory. Stubs do what
// is usual (native/turns.go); Go does everything else, with the same data.
//
// Invariants: a record has no pointers that Go's collector would have to follow, since machine code writes it. Turns
// keeps alive what the addresses in records lead to: records, queues, globals and saved globals, continuations of the
// host. Links are addresses of records, which are in turns of Turns.chunks, and never move or end; 0 is none. All of it
// is for the goroutine that uses the store, but for the two flags, and for the queues of those who wait once others
// have taken them over, which the protocol of memory_wait_access.go arranges.

// TurnState says what a computation does that has turns. There may be others than these.
type TurnState uint32

const (
	TurnReady   TurnState = iota // in the queue, or on its way there
	TurnRunning                  // or about to
	TurnWaiting                  // at an address
)

// A TurnRecord is what machine code knows of a computation.
type TurnRecord struct {
	Next    uintptr // in the queue of those who are ready, or who wait
	Address uint64  // at which it waits, or waited last
	Width   uint64  // how many bytes it compares there
	State   TurnState
	Result  uint32 // with which it goes on
	// AskAtWake is not 0 if it asks the scheduler, while it runs, when it wakes others. It ends when it waits.
	AskAtWake uint32
	// Cont is its descriptor, if machine code may let it go on, or may stop it while it runs; else 0.
	Cont uintptr
	// Ref and Root are the addresses of HostCont.Ref, and of the reference that the root keeps.
	Ref, Root uintptr
	Saved     uintptr // its globals while it does not run
}

// A TurnQueue is a list, first in, first out.
type TurnQueue struct{ First, Last uintptr }

// A TurnsRecord is what machine code knows of all of them.
type TurnsRecord struct {
	AskAtWait uint32  // not 0: who waits asks the scheduler
	AskAtWake uint32  // not 0: so does who wakes others
	Running   uintptr // the one that runs; 0 if none does
	Ready     TurnQueue

	// Those who wait, if they are here: the access to the memory's table, and who must own it; the record of the memory;
	// queues by address, a power of two of them, of which Mask is one less.
	Access  uintptr
	Owner   uintptr // noOwner once the queues are not used any more
	Memory  uintptr
	Queues  uintptr
	Mask    uint64
	Spread  uint64 // see queue
	Waiting uint64

	// The globals of which each has values of its own: an array of addresses.
	Globals     uintptr
	GlobalCount uint64

	// Unparked is what a reference of a continuation that is held gets more when that goes on: a revision, and less of
	// contHeld.
	Unparked uint64
}

// Turns are the computations of a store that take turns.
type Turns struct {
	record  *TurnsRecord
	store   *Store
	chunks  [][]turn
	made    int
	free    []uintptr
	known   uintptr // who runs, as far as Go has noticed
	globals []*uint64
	shared  bool // globals have been set
	results int  // the most slots of results that a continuation has
	// table is that whose waiters are in queues, or have been: there is one at most, since others may use the queues
	// until they have emptied them.
	table  *waitTable
	queues []TurnQueue
}

// A turn is a record, and what only Go knows of the computation.
type turn struct {
	TurnRecord
	number int
	cont   *HostCont
	waiter *Waiter
	saved  []uint64
	common bool // its globals are those of all
	held   bool // see Hold
	free   bool
}

// exchanges reports whether machine code can exchange the globals of one.
func (t *Turns) exchanges(h *turn) bool { return h.common || len(t.globals) == 0 && h.saved == nil }

// NewTurns makes turns.
func (s *Store) NewTurns() *Turns {
	t := &Turns{store: s, record: &TurnsRecord{Spread: spread, Owner: noOwner, Unparked: 1<<32 - contHeld}}
	return t
}

// Record returns the address of the record.
func (t *Turns) Record() uintptr { return uintptr(unsafe.Pointer(t.record)) }

// turn returns the one whose record is at an address. The turns must be reachable as long as it is used.
func (t *Turns) turn(at uintptr) *turn { return (*turn)(Pointer(at)) }

// Add makes a turn, and returns its address.
func (t *Turns) Add() uintptr {
	if n := len(t.free); n > 0 {
		at := t.free[n-1]
		t.free = t.free[:n-1]
		t.turn(at).free = false
		return at
	}
	last := len(t.chunks) - 1
	if last < 0 || len(t.chunks[last]) == cap(t.chunks[last]) {
		last++
		t.chunks = append(t.chunks, make([]turn, 0, 8<<min(last, 4)))
	}
	t.made++
	chunk := append(t.chunks[last], turn{number: t.made})
	t.chunks[last] = chunk
	return uintptr(unsafe.Pointer(&chunk[len(chunk)-1]))
}

// Remove ends one, unless it is in a queue.
func (t *Turns) Remove(at uintptr) {
	h := t.turn(at)
	if h.free || t.isQueued(at) {
		return
	}
	h.forget()
	*h = turn{number: h.number, free: true}
	t.free = append(t.free, at)
}

// SetCont says which continuation takes the turns.
func (t *Turns) SetCont(at uintptr, k *HostCont) {
	h := t.turn(at)
	h.forget()
	if k.Turns != nil {
		old := k.Turns.turn(k.Turn)
		old.cont, old.Cont = nil, 0
	}
	h.cont, k.Turns, k.Turn = k, t, at
	t.results = max(t.results, k.Results)
	h.Cont = 0
	h.Ref, h.Root = uintptr(unsafe.Pointer(&k.Ref)), uintptr(unsafe.Pointer(&k.Root.slot.ref))
}

// forget makes the continuation one that has no turn.
func (h *turn) forget() {
	if h.cont != nil {
		h.cont.Turns, h.cont.Turn = nil, 0
	}
}

// SetWaiter says which waiter is the one's, and what it calls.
func (t *Turns) SetWaiter(at uintptr, w *Waiter, wake func(here bool)) {
	t.turn(at).waiter = w
	w.Home, w.Wake, w.turns, w.turn = t.store, wake, t, at
}

// Of reports whether the turns are a store's.
func (t *Turns) Of(s *Store) bool { return t.store == s }

// SetGlobals says of which globals it has values of its own, and where. The first to say so says it for all.
func (t *Turns) SetGlobals(at uintptr, globals []*uint64, saved []uint64) {
	if !t.shared {
		t.shared, t.globals = true, globals
		if n := len(globals); n > 0 {
			t.record.Globals, t.record.GlobalCount = uintptr(unsafe.Pointer(&globals[0])), uint64(n)
		}
		for _, chunk := range t.chunks { // until each has said so, too
			for i := range chunk {
				chunk[i].Cont = 0
			}
		}
	}
	h := t.turn(at)
	h.saved, h.common = saved, slices.Equal(globals, t.globals)
	h.Cont, h.Saved = 0, 0
	if len(saved) > 0 {
		h.Saved = uintptr(unsafe.Pointer(&saved[0]))
	}
}

// Turn returns the record of one, for who looks at State, Result and AskAtWake.
func (t *Turns) Turn(at uintptr) *TurnRecord { return &t.turn(at).TurnRecord }

// AskAtWait says whether who waits must ask the scheduler, and AskAtWake the same of who wakes others. Any goroutine
// may call them.
func (t *Turns) AskAtWait(yes bool) { setFlag(&t.record.AskAtWait, yes) }

// AskAtWake implements that.
func (t *Turns) AskAtWake(yes bool) { setFlag(&t.record.AskAtWake, yes) }

func setFlag(flag *uint32, yes bool) {
	v := uint32(0)
	if yes {
		v = 1
	}
	atomic.StoreUint32(flag, v)
}

// isQueued reports whether one is ready or waits.
func (t *Turns) isQueued(at uintptr) bool {
	r := t.turn(at)
	return r.Next != 0 || t.record.Ready.Last == at || r.State == TurnWaiting
}

// Push adds one to those who are ready, if that is its state and it is in no queue, and Pop takes the first; 0 if there
// is none.
func (t *Turns) Push(at uintptr) {
	if t.turn(at).State == TurnReady && !t.isQueued(at) {
		t.add(&t.record.Ready, at)
	}
}

// Pop implements that.
func (t *Turns) Pop() uintptr {
	q := &t.record.Ready
	first := q.First
	if first != 0 {
		t.take(q, 0, first)
	}
	return first
}

// Any reports whether there are some who are ready.
func (t *Turns) Any() bool { return t.record.Ready.First != 0 }

func (t *Turns) add(q *TurnQueue, at uintptr) {
	t.turn(at).Next = 0
	if q.Last == 0 {
		q.First = at
	} else {
		t.turn(q.Last).Next = at
	}
	q.Last = at
}

// take removes the one behind another, or the first.
func (t *Turns) take(q *TurnQueue, behind, at uintptr) {
	next := t.turn(at).Next
	if behind == 0 {
		q.First = next
	} else {
		t.turn(behind).Next = next
	}
	if next == 0 {
		q.Last = behind
	}
	t.turn(at).Next = 0
}

// Running returns the one that runs, as the scheduler or machine code has said last.
func (t *Turns) Running() uintptr { return t.record.Running }

// Run says which one runs from now on; 0 for none.
func (t *Turns) Run(at uintptr) {
	t.settle()
	t.record.Running, t.known = at, at
}

// settle lets Go notice that machine code has gone on with others.
func (t *Turns) settle() {
	if now := t.record.Running; now != t.known {
		t.known = now
		t.store.Running = t.turn(now).cont
	}
}

// RunningCont returns the continuation that the host has resumed so that it can be switched away from, or to which a
// switch has led since, by machine code, too; nil if there is none.
func (s *Store) RunningCont() *HostCont {
	if s.Turns != nil {
		s.Turns.settle()
	}
	return s.Running
}

// Stopped notes that a continuation with a descriptor has stopped, or goes on, so that machine code can let it go on or
// stop it as one of these turns, or not.
func (k *HostCont) Stopped(c *ContRecord, plainly bool) {
	t := k.Turns
	if t == nil {
		return
	}
	h := t.turn(k.Turn)
	if h.Cont = 0; plainly && !h.held && h.waiter != nil && t.exchanges(h) {
		h.Cont = uintptr(unsafe.Pointer(c))
	}
}

// Serves reports whether machine code may let all of them go on where there is room for so many slots of results.
func (t *Turns) Serves(room int) bool { return t != nil && t.results <= room }

// Hold says whether Go must let one go on that is about to stop, since there is something to be done about it then.
func (t *Turns) Hold(at uintptr, yes bool) { t.turn(at).held = yes }

// A TurnsLayout says where what is that has no exported fields.
type TurnsLayout struct {
	Memories    int32 // in an instance: the address of an array of addresses of memories
	Owner, Busy int32 // in what TurnsRecord.Access leads to
}

// LayoutTurns returns the layout.
func LayoutTurns() TurnsLayout {
	var a tableAccess
	return TurnsLayout{Memories: int32(unsafe.Offsetof(InstanceRecord{}.memories)),
		Owner: int32(unsafe.Offsetof(a.owner)), Busy: int32(unsafe.Offsetof(a.busy))}
}

// Number returns the number of the turn at an address: from 1 on, and 0 for none.
func (t *Turns) Number(at uintptr) int {
	if at == 0 {
		return 0
	}
	return t.turn(at).number
}
