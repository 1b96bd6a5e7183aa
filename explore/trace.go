package explore

import (
	"context"
	"fmt"
	"path"
	"slices"

	"weft"
	"weft/threads"
)

// An Event is something that happens in a schedule, in order.
type Event struct {
	Thread int
	Kind   string // "load", "store", ..., "wait", "spawn", "switch", ...
	// Address and Size tell what memory it is about, in bytes; Size is 0 if it is about none.
	Address uint64
	Size    int
	Writes  bool
	// Func is the function in which it is, Source where, as "file:line" if the program has debug information; both may
	// be "". Offset is that of the instruction in the binary, if the point is before one; else 0.
	Func, Source string
	Offset       int
	// Lock is the function of the C library that is called, as "pthread_mutex_lock".
	Lock string
	// Before says that the thread was stopped before the instruction: that comes as another event, when the thread goes
	// on. All other events tell what has been done then.
	Before bool
	// Blocked says that the thread cannot go on behind the event, but has to be woken.
	Blocked bool
	// Woke are the threads that a notify has woken, Made the one that a spawn has made; 0 if there is none.
	Woke []int
	Made int
	// Next is the thread that goes on behind the event, if that is another one; else -1. Deviation is how a schedule
	// tells that, if it departs from the default one there.
	Next      int
	Deviation string
	// Stack is where the thread is, innermost first; nil if that was not looked for.
	Stack []Frame
}

// mostEvents is how many events a trace has.
const mostEvents = 20_000

// A tracer is the observer that notes events.
type tracer struct {
	world      *world
	events     []Event
	pending    *site                      // of the access that is about to be a point
	deviations map[threads.Deviation]bool // whether they have come to pass
	made       int                        // threads beside the first

	// Some things show only when something else happens: whom a notify has woken, when its thread comes to its next
	// event; the stack of a thread that does not go on behind an event, when it has stopped.
	notifying map[int]*notifying // by thread
	parked    *threads.Thread    // that does not go on behind the event parkedAt
	parkedAt  int
	before    map[int]int // by thread, the event before an instruction that it has not executed yet
	again     map[int]int // by event, the one before it at the same instruction

	stopAt  int // the event at which to end the schedule; -1 for none
	stopped bool
}

// notifying is a notify that a thread executes next.
type notifying struct {
	event   int
	address uint64
	waited  []*threads.Thread // at the address, when the thread went on
}

func newTracer(w *world, list []threads.Deviation) *tracer {
	t := &tracer{world: w, deviations: map[threads.Deviation]bool{}, notifying: map[int]*notifying{},
		before: map[int]int{}, again: map[int]int{}, stopAt: -1}
	for _, d := range list {
		t.deviations[d] = false
	}
	return t
}

// trace repeats a schedule, and returns how it fails and what happens in it.
func (s *search) trace(ctx context.Context, list []threads.Deviation) (*Failure, *tracer, error) {
	r, err := s.newReplayer(ctx, list, func(t *site) bool { return s.isPoint(t) || t.class == notifies })
	if err != nil {
		return nil, nil, err
	}
	defer r.world.close()
	t := newTracer(r.world, list)
	o, err := r.run(ctx, list, t)
	if err != nil {
		return nil, nil, err
	}
	t.ran(r.world.last)
	if err := r.addStacks(ctx, list, t); err != nil {
		return nil, nil, err
	}
	for i := range t.events {
		if at, ok := t.again[i]; ok && t.events[i].Stack == nil {
			t.events[i].Stack = t.events[at].Stack
		}
		t.events[i].describe()
	}
	return s.fails(o), t, nil
}

// unreached returns which deviations have not come to pass.
func (t *tracer) unreached(list []threads.Deviation) (left []threads.Deviation) {
	for _, d := range list {
		if !t.deviations[d] {
			left = append(left, d)
		}
	}
	return left
}

// access implements observer. What the C library notifies is an event, but no point.
func (t *tracer) access(thread *threads.Thread, _ int, s *site, a access) bool {
	t.ran(thread.ID())
	if s.class != notifies || !s.system {
		t.pending = s
		return true
	}
	t.note(t.sited(Event{Thread: thread.ID(), Address: a.address, Next: -1}, s))
	t.goesOn(thread)
	return t.stopped
}

// ran completes the events before, when a thread has run up to its next one, or its end.
func (t *tracer) ran(thread int) {
	if t.parked != nil {
		t.events[t.parkedAt].Stack = t.world.program.names.frames(t.parked.Stack())
		t.parked = nil
	}
	n := t.notifying[thread]
	if n == nil {
		return
	}
	delete(t.notifying, thread)
	e := &t.events[n.event]
	for _, w := range n.waited {
		if w.State() != threads.Waiting {
			e.Woke = append(e.Woke, w.ID())
		}
	}
	slices.Sort(e.Woke)
}

// goesOn notes what a thread does first when it goes on, and who waits where it is about to notify.
func (t *tracer) goesOn(next *threads.Thread) {
	if at, ok := t.before[next.ID()]; ok {
		delete(t.before, next.ID())
		e := t.events[at]
		e.Before, e.Next, e.Deviation = false, -1, ""
		t.again[len(t.events)] = at
		t.note(e)
	}
	n := t.notifying[next.ID()]
	if n == nil {
		return
	}
	n.waited = nil
	for _, w := range t.world.scheduler.Threads() {
		if w.State() == threads.Waiting && w.Address() == n.address {
			n.waited = append(n.waited, w)
		}
	}
}

// note adds an event, if there is room.
func (t *tracer) note(e Event) {
	if len(t.events) == mostEvents {
		return
	}
	switch {
	case e.Before:
		t.before[e.Thread] = len(t.events)
	case e.Kind == notifies.String():
		t.notifying[e.Thread] = &notifying{event: len(t.events), address: e.Address}
	}
	t.events = append(t.events, e)
	if len(t.events)-1 == t.stopAt {
		t.stopped = true
		t.world.scheduler.Stop(errHang)
	}
}

// sited says of an event at which instruction it is.
func (t *tracer) sited(e Event, s *site) Event {
	e.Kind, e.Offset = s.class.String(), int(s.offset)
	e.Func, e.Source = t.world.place(s.function, s.offset)
	if s.class == locks {
		e.Lock = t.world.program.names.of(s.callee)
	}
	return e
}

// point implements observer.
func (t *tracer) point(p *threads.Point, next *threads.Thread) {
	s := t.pending
	t.pending = nil
	deviation := t.deviation(p, next)
	if p.Thread != nil {
		t.ran(p.Thread.ID())
		if e := t.event(p, s, next, deviation); p.Kind != threads.Wait || !t.blocks(&e) {
			t.note(e)
		}
		if next != p.Thread && p.Kind != threads.End && len(t.events) < mostEvents {
			t.parked, t.parkedAt = p.Thread, len(t.events)-1
		}
	}
	if next != nil {
		t.goesOn(next)
	}
}

// deviation returns what the schedule says of who goes on at a point, which has come to pass then; "" if it says
// nothing.
func (t *tracer) deviation(p *threads.Point, next *threads.Thread) string {
	if next == nil {
		return ""
	}
	at := p.Place()
	at.Next = next.ID()
	if _, told := t.deviations[at]; !told {
		return ""
	}
	t.deviations[at] = true
	return at.String()
}

// event returns the event of a point, which is before the instruction given, or nil.
func (t *tracer) event(p *threads.Point, s *site, next *threads.Thread, deviation string) Event {
	e := Event{Thread: p.Thread.ID(), Kind: p.Kind.String(), Address: p.Address, Size: p.Size, Writes: p.Writes,
		Blocked: p.Blocked, Next: -1}
	if s != nil && s.offset == p.Site {
		e = t.sited(e, s)
	}
	if p.Kind == threads.Spawn {
		t.made++
		e.Made = t.made
	}
	if next != nil && next != p.Thread {
		e.Next, e.Before, e.Deviation = next.ID(), s != nil, deviation
	}
	return e
}

// blocks makes the event before a wait and the one at which it blocks one, if they are that.
func (t *tracer) blocks(e *Event) bool {
	if len(t.events) == 0 {
		return false
	}
	last := &t.events[len(t.events)-1]
	if last.Thread != e.Thread || last.Kind != waits.String() || last.Address != e.Address || last.Before || last.Blocked {
		return false
	}
	last.Blocked, last.Next, last.Deviation = true, e.Next, e.Deviation
	return true
}

// place returns the function and the line of the source of an instruction.
func (w *world) place(function, offset uint32) (name, source string) {
	f := w.program.compiled.Frame(function, int(offset))
	return w.program.names.of(function), sourceOf(&f)
}

// sourceOf returns where a frame is in the source, as "file:line"; "" if that is not known.
func sourceOf(f *weft.Frame) string {
	places := f.Source()
	if len(places) == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", path.Base(places[0].File), places[0].Line)
}
