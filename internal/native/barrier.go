package native

import (
	"slices"

	"weft/internal/store"
	"weft/wasm"
)

// A barrier of the 2023 dialect is a block that no suspension may leave. Code has nothing of it:
// the survey of a module notes which parts of bodies barriers enclose, and Go looks at the frames
// that a suspension would capture. Inline code, which looks at clauses only, must leave that to Go:
// once an instance with barriers is linked in a store, all tables of clauses there are empty, so that
// inline code finds no clause.

// A barrier is the range of a body that a barrier encloses, by the offsets of its first and last
// instruction.
type barrier struct{ first, last int }

// barriersOf finds the barriers of a body, whose instructions it is told one after the other.
type barriersOf struct {
	open []int // offsets of the barriers that are open, -1 for other blocks
	list []barrier
}

func (b *barriersOf) note(in *wasm.Instr) {
	switch in.Op {
	case wasm.OpBarrier:
		b.open = append(b.open, in.Offset)
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpTry, wasm.OpTryTable:
		b.open = append(b.open, -1)
	case wasm.OpEnd, wasm.OpDelegate:
		n := len(b.open) - 1
		if n < 0 {
			return // the function's end
		}
		if first := b.open[n]; first >= 0 {
			b.list = append(b.list, barrier{first, in.Offset})
		}
		b.open = b.open[:n]
	}
}

// meetsBarrier returns the trap if a suspension to the prompt, or one that nothing handles, meets a
// barrier first.
func (m *machine) meetsBarrier(p prompt, handled bool) wasm.TrapCode {
	w := m.atCall()
	for ok := w.ok; ok && (!handled || w.cont != p.parent); ok = w.out() {
		if w.call.place.inBarrier() {
			return wasm.TrapBarrier
		}
		if m.store.Ended() { // many frames with many barriers each can take a while
			return store.Interrupted
		}
	}
	return wasm.TrapNone
}

// inBarrier reports whether a barrier encloses a place.
func (p place) inBarrier() bool {
	if p.module.barriers == nil {
		return false
	}
	at := int(p.fn.inlined.Outermost(p.position()))
	return slices.ContainsFunc(p.module.barriers[p.fn.own], func(b barrier) bool { return b.first < at && at < b.last })
}

// expectBarriers makes all suspensions in the store look for barriers.
func (e *Engine) expectBarriers(s *store.Store) {
	state := e.stateOf(s)
	if state.barred {
		return
	}
	s.Barriers, state.barred, state.context.Turns = true, true, 0
	for _, in := range s.Instances() {
		code, ok := codeOf(in)
		if !ok {
			continue
		}
		code.mu.Lock()
		for _, f := range code.linked {
			f.hideClauses(in.Record)
		}
		code.mu.Unlock()
	}
}
