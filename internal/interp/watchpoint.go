package interp

import (
	"slices"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// Before an instruction that is watched (store.Module.Watched) code asks the scheduler, as where its fuel is used up.

// Kinds of an operand, as opWatch has them: two bits for each.
const (
	watchedNothing = iota
	watchedI32
	watchedI64
)

// watch emits the question, if the instruction is watched.
func (l *lowerer) watch() {
	index, found := slices.BinarySearch(l.module.Watched, uint32(l.bodyOffset+l.in.Offset))
	if !found {
		return
	}
	types := l.module.Wasm.Operands(l.module.Space, l.own, &l.in)
	n := len(types)
	l.settleTop(n)
	i := instr{op: opWatch, a: l.height, b: uint32(index)}
	if n > 0 {
		i.a = l.stack[len(l.stack)-n].home
	}
	for at, t := range types[:min(n, store.MostWatchedOperands)] {
		if t.Slots() != 1 {
			break // what lies behind it is not where it would be
		}
		switch t {
		case wasm.I32:
			i.d |= watchedI32 << (2 * at)
		case wasm.I64:
			i.d |= watchedI64 << (2 * at)
		}
	}
	l.emit(i)
	l.last = -1 // its result is read before the instruction that takes it
}

// watch asks.
func (m *machine) askWatcher(fp unsafe.Pointer, in *instr) {
	w := &m.watchpoint
	*w = store.Watched{Index: int(in.b), Pinned: m.IsPinned()}
	for i := range w.Operands {
		switch in.d >> (2 * i) & 3 {
		case watchedI32:
			w.Operands[i] = uint64(u32(fp, in.a+8*uint32(i)))
		case watchedI64:
			w.Operands[i] = u64(fp, in.a+8*uint32(i))
		}
	}
	m.pause(m.store.AskWatcher(m.ctx, w))
}
