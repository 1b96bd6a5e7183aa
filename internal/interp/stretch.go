package interp

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// The first tier where suspensions pass: in a continuation of the second tier. There the interpreter keeps nothing of its
// own between two calls. The frame of each function that it executes lies on the continuation's stack, between those of
// machine code, and the second tier makes it, calls for it, and returns from it. What is executed in between is a
// stretch: from the function's beginning or from behind a call, up to a call, to the return, to a trap or to the turn of
// a loop that has got hot. While a continuation waits, no stretch is under way, so its frames can wait as long as those
// of machine code, move with their stack, and go on in another call from the host.
//
// All calls end a stretch, also those of functions that will be interpreted, too. So a machine sees one frame.

// needsMachine are the proposals whose instructions leave a function in other ways than stretches end, or may wait. A
// function that has any of them is compiled.
const needsMachine = wasm.Exceptions | wasm.LegacyExceptions | wasm.Threads | wasm.StackSwitching | wasm.NamedHandlers |
	wasm.TagValues | wasm.TypedContinuations2023

// errStretch ends run where a stretch does.
var errStretch = errors.New("the end of a stretch")

// BeginsInFrame implements [store.FirstTier].
func (e *Engine) BeginsInFrame(s *store.Store, f *store.FuncRecord) (frame uintptr, ok bool) {
	if prepare(s, f) != nil {
		return 0, false
	}
	h := (*header)(store.Pointer(f.Code))
	return uintptr(h.frame), h.alone != 0 && h.count(boundaryTurns)
}

// Interpret implements [store.FirstTier].
func (e *Engine) Interpret(ctx context.Context, s *store.Store, f *store.FuncRecord, frame, next uintptr) store.Stretch {
	m := e.machine(s)
	m.ctx, m.stretch = ctx, &m.ended
	m.ended = store.Stretch{}
	m.fp, m.fn, m.ip = frame, uintptr(unsafe.Pointer(f)), next
	if next == 0 {
		h := (*header)(store.Pointer(f.Code))
		*(*link)(m.slot(h.link)) = link{ret: e.exit, caller: m.fn}
		m.ip = f.Code + instrSize
	}
	m.limit = 0 // each call is a slow one
	atomic.OrUint32(&m.interrupt, flagTier)
	if err := m.run(); err == nil {
		m.ended.End = store.StretchReturns
	} else if err != errStretch {
		m.ended.End, m.ended.Err = store.StretchFails, err
	}
	m.ended.Next = m.ip
	atomic.AndUint32(&m.interrupt, ^uint32(flagTier))
	ended := m.ended
	m.ctx, m.fn, m.stretch = nil, 0, nil
	s.Idle = append(s.Idle, m)
	return ended
}

// endStretch makes run end.
func (m *machine) endStretch(end store.Stretch) {
	*m.stretch = end
	m.flight.err = errStretch
}

// turnsInStretch is handOver in a stretch.
func (m *machine) turnsInStretch() {
	f := m.function()
	h := (*header)(store.Pointer(f.Code))
	if h.count(1) || atomic.LoadInt32(&h.left) == math.MaxInt32 {
		return
	}
	c := code(m.store, f)
	if offset, ok := c.loopAt(m.ip); ok {
		m.handed = m.localsOf(h, c, m.handed[:0])
		m.endStretch(store.Stretch{End: store.StretchTurns, Loop: offset, Values: m.handed})
	}
}

// StaysInLoops implements [store.FirstTier].
func (e *Engine) StaysInLoops(f *store.FuncRecord) {
	atomic.StoreInt32(&(*header)(store.Pointer(f.Code)).left, math.MaxInt32)
}

// Position implements [store.FirstTier].
func (e *Engine) Position(s *store.Store, f *store.FuncRecord, next uintptr) int {
	if c := code(s, f); next > c.start+instrSize {
		return int(c.offsets[c.index(next)])
	}
	return 0
}
