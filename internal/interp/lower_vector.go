package interp

import (
	"encoding/binary"
	"strings"

	"weft/wasm"
)

// vector lowers an instruction on vectors, other than loads and stores.
func (l *lowerer) vector(info *wasm.Instruction) {
	in := &l.in
	operands, results, _ := strings.Cut(info.Signature, ">")
	i := instr{op: op(in.Op)}
	switch info.Imm {
	case wasm.ImmV128:
		l.emit(instr64(opConst, l.height, binary.LittleEndian.Uint64(in.Bytes[:8])))
		l.emit(instr64(opConst, l.height+8, binary.LittleEndian.Uint64(in.Bytes[8:])))
		l.push(operand{wide: true})
		return
	case wasm.ImmShuffle:
		i.c = l.popSlot()
		i.b = l.popSlot()
		i.a = l.height
		l.emit(i)
		l.emit(instr64(opExtra, 0, binary.LittleEndian.Uint64(in.Bytes[:8])))
		l.emit(instr64(opExtra, 0, binary.LittleEndian.Uint64(in.Bytes[8:])))
		l.push(operand{wide: true})
		return
	case wasm.ImmLane:
		i.d = uint16(in.Lane)
	}
	switch len(operands) {
	case 3:
		i.a = l.popHomes(3)
		l.emit(i)
		l.push(operand{wide: true})
		return
	case 2:
		i.c = l.popSlot()
	}
	i.b = l.popSlot()
	l.emitValue(i, results == "v")
}
