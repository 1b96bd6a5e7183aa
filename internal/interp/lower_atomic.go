package interp

import "weft/wasm"

// atomic lowers an instruction of the threads proposal. They all have the long
// form, for any memory and offset. Up to two operands can be anywhere; of three
// the last two must be side by side.
func (l *lowerer) atomic(operands int, hasResult bool) {
	in := &l.in
	if in.Op == wasm.OpAtomicFence {
		l.emit(instr{op: op(in.Op)})
		return
	}
	l.step()
	i := instr{op: opAtomic, d: uint16(in.Op)}
	switch operands {
	case 3:
		i.b = l.popHomes(3)
		i.c = i.b + 8
	case 2:
		i.c = l.popSlot()
		i.b = l.popSlot()
	case 1:
		i.b = l.popSlot()
	}
	i.a = l.height
	l.emit(i)
	l.emit(instr64(opExtra, in.Index, in.Offset64))
	if hasResult {
		l.push(operand{})
	}
}
