package explore

import (
	"context"
	"fmt"
	"path"

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
	// be "".
	Func, Source string
	// Lock is the function of the C library that is called, as "pthread_mutex_lock".
	Lock string
	// Next is the thread that goes on behind the event, if that is another one; else -1. Deviation is how a schedule
	// tells that, if it departs from the default one there.
	Next      int
	Deviation string
}

// mostEvents is how many events a trace has.
const mostEvents = 20_000

// A tracer is the observer that notes events.
type tracer struct {
	world      *world
	events     []Event
	pending    *site // of the access that is about to be a point
	operand    access
	deviations map[threads.Deviation]bool
}

// trace repeats a schedule, and returns how it fails and what happens in it.
func (s *search) trace(ctx context.Context, list []threads.Deviation) (*Failure, []Event, error) {
	r, err := s.newReplayer(ctx, list, s.isPoint)
	if err != nil {
		return nil, nil, err
	}
	defer r.world.close()
	t := &tracer{world: r.world, deviations: map[threads.Deviation]bool{}}
	for _, d := range list {
		t.deviations[d] = true
	}
	o, err := r.run(ctx, list, t)
	if err != nil {
		return nil, nil, err
	}
	return s.fails(o), t.events, nil
}

// access implements observer.
func (t *tracer) access(_ *threads.Thread, _ int, s *site, a access) bool {
	t.pending, t.operand = s, a
	return true
}

// point implements observer.
func (t *tracer) point(p threads.Point, next *threads.Thread) {
	s := t.pending
	t.pending = nil
	if p.Thread == nil || len(t.events) == mostEvents {
		return
	}
	e := Event{Thread: p.Thread.ID(), Kind: p.Kind.String(), Address: p.Address, Size: p.Size, Writes: p.Writes, Next: -1}
	if s != nil && s.offset == p.Site {
		e.Kind = s.class.String()
		e.Func, e.Source = t.world.place(s.function, s.offset)
		if s.class == locks {
			e.Lock = t.world.program.names.of(s.callee)
		}
	}
	if next != nil && next != p.Thread {
		e.Next = next.ID()
		at := p.Place()
		at.Next = next.ID()
		if t.deviations[at] {
			e.Deviation = at.String()
		}
	}
	t.events = append(t.events, e)
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
