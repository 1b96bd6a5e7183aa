package interp

import (
	"context"
	"errors"
	"math"
	"sync/atomic"

	"weft/internal/store"
)

// The interpreter as the first tier of an engine of machine code: lowering a function takes a tenth of the time of
// compiling it, and most functions of a program are called a few times, if at all.
//
// Every call and every turn of a loop asks whether the machine is to be interrupted. A machine of the first tier always
// is, and so comes to count them, at no cost for others. When a function has used up its count, the engine is asked to
// compile it: a call is handed over before its first instruction, a loop before the next turn, with all locals. In
// either case the frame goes first, so that what is handed over returns to the caller, and stands in stack traces once.
//
// So that no loop stays here for ever, a function is only interpreted if each of its loops can be handed over: where it
// begins the operand stack must be empty, and not many other loops may be around it, each of which makes the rest of the
// function larger. Functions with tail calls are compiled, too: a call of the other engine would keep their frame. So
// are functions that make continuations or go on with them, since what has begun in one engine cannot go on in the
// other.

// maxHanded bounds the bytes of the locals that are handed over.
const maxHanded = 256 * 8

// maxLoops bounds the loops of a function: for each that is handed over, all that follows is compiled.
const maxLoops = 16

// maxAround bounds the loops around one that can be handed over.
const maxAround = 3

// coldTurns returns after how many calls and turns a function is hot whose body has so many bytes. Compiling takes
// 300 ns for a byte, and what is between two polls about 40 ns here and much less as machine code.
func coldTurns(bytes, hotAfter int) int32 {
	if hotAfter == 0 {
		hotAfter = 64 + 2*bytes
	}
	return int32(min(hotAfter, math.MaxInt32))
}

// boundaryTurns is what a call of a function from machine code counts.
const boundaryTurns = 8

// A loopStart is the first instruction of a loop.
type loopStart struct{ at, offset uint32 } // in the code, in the body

// loopStarts are those of a function's loops that can be handed over.
type loopStarts struct {
	list  []loopStart
	all   bool // there are no others, and no tail calls
	alone bool // nothing in the function needs a machine around it (see stretch.go)
}

// noteLoop notes the loop that has just begun.
func (l *lowerer) noteLoop() {
	if !l.loops.all {
		return
	}
	outer, around := l.labels[:len(l.labels)-1], 0
	for i := range outer {
		switch b := &outer[i]; b.kind {
		case labelTry, labelHandler:
			l.loops.all = false
		case labelLoop:
			around++
			l.loops.all = l.loops.all && len(b.params) == 0
		}
	}
	if len(l.stack) > 0 || around > maxAround || len(l.loops.list) == maxLoops {
		l.loops.all = false
	}
	if l.loops.all {
		l.loops.list = append(l.loops.list, loopStart{uint32(len(l.code)), uint32(l.in.Offset)})
	}
}

// staysSecond notes that the function cannot be executed by the first tier.
func (l *lowerer) staysSecond() { l.loops.all = false }

// HotAfter implements [store.FirstTier].
func (e *Engine) HotAfter(turns int) { e.hotAfter = turns }

// Begins implements [store.FirstTier].
func (e *Engine) Begins(s *store.Store, f *store.FuncRecord) bool {
	if prepare(s, f) != nil {
		return false
	}
	return (*header)(store.Pointer(f.Code)).count(boundaryTurns)
}

// count counts, and reports whether the function is still cold.
func (h *header) count(turns int32) bool {
	return atomic.LoadInt32(&h.left) > 0 && atomic.AddInt32(&h.left, -turns) > 0
}

// CallFirst implements [store.FirstTier].
func (e *Engine) CallFirst(ctx context.Context, s *store.Store, f *store.FuncRecord, args []uint64, second store.SecondTier) error {
	use, err := s.Enter()
	if err != nil {
		return err
	}
	m, err := e.begin(ctx, s, use)
	if err != nil {
		return err
	}
	defer m.leave()
	m.second = second
	atomic.OrUint32(&m.interrupt, flagTier)
	return m.invoke(f, args)
}

// goesOutside reports whether a function that is called is not the interpreter's. In the first tier the second one is
// asked about a function that the interpreter has not executed yet in its instance.
func (m *machine) goesOutside(f *store.FuncRecord) bool {
	return m.isOutside(f) || m.second != nil && f.Code == 0 && !m.second.Interprets(m.store, f)
}

// handOver is called at the beginning of a function or, perhaps, of a turn of a loop: if the function is hot it goes on
// as machine code.
func (m *machine) handOver() {
	if m.stretch != nil {
		m.turnsInStretch()
		return
	}
	f := m.function()
	h := (*header)(store.Pointer(f.Code))
	if h.count(1) {
		return
	}
	if m.ip != f.Code+instrSize {
		if offset, ok := code(m.store, f).loopAt(m.ip); ok {
			m.handOverLoop(f, h, offset)
		}
		return
	}
	if !m.second.Compile(m.store, f) {
		if m.store.Ended() {
			return
		}
		atomic.StoreInt32(&h.left, math.MaxInt32)
		return
	}
	args, left := m.frame(), m.popFrame()
	if err := m.store.CallHost(m.ctx, m.use, f, f.Instance, slots(args, 8*max(f.Params, f.Results))); err != nil {
		m.handedFailed(f, err, left)
	}
}

// loopAt returns the offset of the loop whose first instruction is at ip.
func (f *funcCode) loopAt(ip uintptr) (int, bool) {
	at := uint32((ip - f.start - instrSize) / instrSize)
	for _, l := range f.loops {
		if l.at == at {
			return int(l.offset), true
		}
	}
	return 0, false
}

// handOverLoop hands over the rest of the function that runs, from a turn of a loop on.
func (m *machine) handOverLoop(f *store.FuncRecord, h *header, offset int) {
	frame := m.frame()
	values := m.localsOf(h, code(m.store, f), m.handed[:0])
	for len(values) < int(f.Results) {
		values = append(values, 0)
	}
	m.handed = values
	defer func() { m.handed = m.handed[:0] }()
	left, done := m.popFrame(), false
	err := m.store.Lending(m.use, f.Instance, func() (err error) {
		done, err = m.second.CallLoop(m.ctx, m.store, f, offset, values)
		return err
	})
	switch {
	case err != nil:
		m.handedFailed(f, err, left)
	case !done:
		m.ip, m.fp, m.fn = left.ip, left.fp, left.fn
		if !m.store.Ended() {
			atomic.StoreInt32(&h.left, math.MaxInt32)
		}
	default:
		copy(slots(frame, 8*f.Results), values)
	}
}

// localsOf appends the values of the locals of the function that runs.
func (m *machine) localsOf(h *header, c *funcCode, values []uint64) []uint64 {
	values = append(values, slots(m.frame(), h.link)...)
	return append(values, slots(m.slot(h.link+linkSize), c.locals)...)
}

// position is where a machine is.
type position struct{ ip, fp, fn uintptr }

// popFrame makes the machine return from the function that runs, without results, and returns where it was.
func (m *machine) popFrame() position {
	left := position{m.ip, m.fp, m.fn}
	h := (*header)(store.Pointer(m.function().Code))
	l := *(*link)(m.slot(h.link))
	m.ip, m.fp, m.fn = l.ret, m.fp-l.delta, l.caller
	return left
}

// handedFailed sets the error in flight with which a function has ended that was handed over.
func (m *machine) handedFailed(f *store.FuncRecord, err error, left position) {
	var own interface{ StackTrace() *store.StackTrace }
	if errors.As(err, &own) && len(own.StackTrace().Frames) == 0 {
		m.ip, m.fp, m.fn = left.ip, left.fp, left.fn // it did not even begin
	} else if m.ip == m.engine.exit {
		m.flight = flight{err: err} // no frame is left here
		return
	}
	m.hostFailed(f, err)
}
