package interp

import (
	"context"
	"errors"
	"sync/atomic"
	"unsafe"

	"weft/internal/store"
)

// As the first tier the interpreter keeps nothing of its own between two calls. The frame of each function that it
// executes lies on a stack of the second tier, between those of machine code, and the second tier makes it, calls for
// it, and returns from it. What is executed in between is a stretch: from the function's beginning or from behind a
// call, up to a call, to the return, to a trap, to an exception that is thrown or to the turn of a loop that has got
// hot. While a computation is suspended no stretch is under way: so its frames can wait as long as
// those of machine code, move with their stack, and go on in another call from the host.
//
// All calls end a stretch, also those of functions that will be interpreted, too. So a machine sees one frame.

// errStretch ends run where a stretch does.
var errStretch = errors.New("the end of a stretch")

// Interpret implements [store.FirstTier].
func (e *Engine) Interpret(
	ctx context.Context, s *store.Store, f *store.FuncRecord, frame, next uintptr, stays bool, end *store.Stretch,
) {
	m := e.inFrame(s, f, frame, next, end)
	m.ctx, m.stays, m.resumed = ctx, stays, next != 0
	m.limit = 0 // each call is a slow one
	if next == 0 {
		h := (*header)(store.Pointer(f.Code))
		*(*link)(m.slot(h.link)) = link{ret: e.exit, caller: m.fn}
		m.ip = f.Code + instrSize
	}
	if atomic.LoadUint32(&m.interrupt)&flagTier == 0 { // mostly the machine has executed the stretch before, too
		atomic.OrUint32(&m.interrupt, flagTier)
	}
	if err := m.run(); err == nil {
		end.End = store.StretchReturns
	} else if err != errStretch {
		end.End, end.Err = store.StretchFails, err
	}
	m.leaveFrame()
}

// inFrame returns a machine that is in a frame, until leaveFrame.
func (e *Engine) inFrame(s *store.Store, f *store.FuncRecord, frame, next uintptr, end *store.Stretch) *machine {
	m := e.machine(s)
	m.ip, m.fp, m.fn = next, frame, uintptr(unsafe.Pointer(f))
	m.stretch, m.turns = end, 0
	return m
}

func (m *machine) leaveFrame() {
	m.stretch.Next = m.ip
	m.ctx, m.fn, m.stretch = nil, 0, nil
	m.store.Idle = append(m.store.Idle, m)
}

// endStretch makes run end.
func (m *machine) endStretch(end store.Stretch) {
	*m.stretch = end
	m.flight.err = errStretch
}

// lookAfter is after how many turns a stretch ends, so that the second tier sees what is asked of the call.
const lookAfter = 1 << 12

// countTurn is called at the beginning of a function or of a turn of a loop, which it counts, and of a stretch: if the
// function is hot, the turn is the second tier's.
func (m *machine) countTurn() {
	f := m.function()
	h := (*header)(store.Pointer(f.Code))
	turns := int32(1)
	if m.resumed {
		m.resumed, turns = false, 0
	}
	if m.turns++; m.stays || h.count(turns) {
		if m.turns >= lookAfter {
			m.endStretch(store.Stretch{End: store.StretchLooks})
		}
		return
	}
	c := code(m.store, f)
	if offset, ok := c.loopAt(m.ip); ok {
		m.handed = append(m.handed[:0], slots(m.frame(), h.link)...)
		m.handed = append(m.handed, slots(m.slot(h.link+linkSize), c.locals)...)
		m.endStretch(store.Stretch{End: store.StretchTurns, Loop: offset, Values: m.handed})
	}
}

// throwFromStretch is unwind in a stretch: the second tier looks for the handler, in this frame, too.
func (m *machine) throwFromStretch() error {
	f := &m.flight
	*m.stretch = store.Stretch{End: store.StretchThrows, Tag: f.tag, Values: f.payload, Ref: f.ref}
	return errStretch
}

// Catch implements [store.FirstTier].
func (e *Engine) Catch(s *store.Store, f *store.FuncRecord, frame, next uintptr, thrown *store.Stretch) {
	m := e.inFrame(s, f, frame, next, thrown)
	m.throwTag(thrown.Tag, thrown.Values)
	m.flight.ref = thrown.Ref
	thrown.End = store.StretchThrows
	if c := m.findClause(f, next); c != nil {
		thrown.End = store.StretchCatches
		(*header)(store.Pointer(f.Code)).count(1) // the clause may begin a turn
		if trap := m.deliver(c, m.frame(), f); trap != 0 {
			thrown.End, thrown.Trap = store.StretchTraps, trap
		}
	}
	m.flight.tag, m.flight.ref = nil, 0
	m.leaveFrame()
}

// Position implements [store.FirstTier].
func (e *Engine) Position(s *store.Store, f *store.FuncRecord, next uintptr) int {
	if c := code(s, f); next > c.start+instrSize {
		return int(c.offsets[c.index(next)])
	}
	return 0
}
