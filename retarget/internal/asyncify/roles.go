package asyncify

import "weft/wasm"

// A role is what a function is to Asyncify.
type role int

const (
	noRole role = iota
	bottom
	top
)

// findRoles tells bottoms and tops by what they call.
func (m *module) findRoles() error {
	for i := range m.funcs {
		f := &m.funcs[i]
		isBottom, isTop := f.apis[startUnwind] || f.apis[stopRewind], f.apis[stopUnwind] || f.apis[startRewind]
		switch {
		case isBottom && isTop:
			return m.refuse(f, -1, "calls functions of Asyncify both for where unwinding begins (start_unwind, stop_rewind)"+
				" and for where it ends (stop_unwind, start_rewind); expected one or the other")
		case (isBottom || isTop) && f.tailCall >= 0:
			return m.refuse(f, f.tailCall, "a tail call in a function that calls Asyncify's")
		case isBottom:
			f.role = bottom
			m.report.Bottoms = append(m.report.Bottoms, m.name(f.index))
		case isTop:
			f.role, f.straight = top, m.isStraight(f)
			m.report.Tops = append(m.report.Tops, m.name(f.index))
		}
	}
	if len(m.report.Bottoms) == 0 {
		return refuseAll("no function calls start_unwind or stop_rewind of Asyncify")
	}
	if len(m.report.Tops) == 0 {
		return refuseAll("no function calls stop_unwind or start_rewind of Asyncify; " +
			"expected that the program ends unwinding itself")
	}
	return nil
}

// isStraight reports whether a top is a straight line of instructions that calls stop_unwind behind its last call of
// another function: then the state is never unwinding when it returns.
func (m *module) isStraight(f *function) bool {
	straight, stopped := true, false
	_ = each(f.fn.Body, func(in *wasm.Instr) error { // it has been read before
		switch in.Op {
		case wasm.OpCall:
			stopped = in.Index < m.imported && m.api[in.Index] == stopUnwind
		case wasm.OpCallIndirect, wasm.OpCallRef:
			stopped = false
		case wasm.OpReturn, wasm.OpEnd:
			straight = straight && stopped
		}
		switch in.Op.Info().Imm {
		case wasm.ImmBlock, wasm.ImmTryTable, wasm.ImmLabel, wasm.ImmLabels:
			straight = false
		}
		return nil
	})
	return straight
}
