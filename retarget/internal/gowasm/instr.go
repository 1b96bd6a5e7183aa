package gowasm

import "weft/wasm"

// An instr is an instruction of a body, in the little space that recognising it needs.
type instr struct {
	op      wasm.Opcode
	at, end uint32 // its bytes in the body
	x       uint64 // its index, constant, or offset; of br_table the number of its labels in code.labels
}

// A code is a body taken apart into instructions.
type code struct {
	instrs []instr
	labels [][]uint32
}

// read reads a body, in the memory of what was read before.
func (c *code) read(r *wasm.CodeReader, f *wasm.Func) error {
	c.instrs, c.labels = c.instrs[:0], c.labels[:0]
	r.Reset(f.Body, f.BodyOffset, wasm.DefaultFeatures, 0)
	var in wasm.Instr
	for r.Len() > 0 {
		at := uint32(r.Pos)
		if err := r.Next(&in); err != nil {
			return err
		}
		x := uint64(0)
		switch in.Op.Info().Imm {
		case wasm.ImmLabel, wasm.ImmFunc, wasm.ImmType, wasm.ImmTypeTable, wasm.ImmLocal, wasm.ImmGlobal, wasm.ImmTag:
			x = uint64(in.Index)
		case wasm.ImmI32, wasm.ImmI64:
			x = in.Bits
		case wasm.ImmMemArg, wasm.ImmAtomic, wasm.ImmAtomicRMW:
			x = in.Offset64
		case wasm.ImmLabels:
			x = uint64(len(c.labels))
			c.labels = append(c.labels, append([]uint32(nil), in.Labels...))
		}
		c.instrs = append(c.instrs, instr{in.Op, at, uint32(r.Pos), x})
	}
	return nil
}

// is reports whether instruction i is the one that is given.
func (c *code) is(i int, op wasm.Opcode, x uint64) bool {
	return i >= 0 && i < len(c.instrs) && c.instrs[i].op == op && c.instrs[i].x == x
}

// op returns the opcode of instruction i, that of unreachable behind the end.
func (c *code) op(i int) wasm.Opcode {
	if i < 0 || i >= len(c.instrs) {
		return wasm.OpUnreachable
	}
	return c.instrs[i].op
}

// A want is an instruction of a pattern; any says that its immediate does not matter.
type want struct {
	op  wasm.Opcode
	x   uint64
	any bool
}

// match reports whether the instructions from i on are those of a pattern.
func (c *code) match(i int, pattern []want) bool {
	if i < 0 || i+len(pattern) > len(c.instrs) {
		return false
	}
	for k := range pattern {
		if in := &c.instrs[i+k]; in.op != pattern[k].op || !pattern[k].any && in.x != pattern[k].x {
			return false
		}
	}
	return true
}
