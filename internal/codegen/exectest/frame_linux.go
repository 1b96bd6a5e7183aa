package exectest

import (
	"slices"

	"weft/internal/codegen"
)

// allocateInFrame gives each virtual register a place in the frame, and has registers
// hold values for single instructions only. It is what tests of selection
// and emission need of an allocator; where share is set, results take the register of
// an operand whenever an operand's kind allows it.
func allocateInFrame(f *codegen.Func, m *codegen.Machine, share bool) {
	fa := &frameAllocator{f: f, old: f.Insts, share: share, registers: m.Allocatable}
	f.Insts = nil
	fa.spare = len(f.VRegs)
	size := fa.spare
	for i := range f.Blocks {
		b := &f.Blocks[i]
		first := len(f.Insts)
		if b.Pad {
			for j, p := range b.Params {
				fa.move(codegen.Spill, p, b.PadRegs[j], int(p))
			}
		}
		for j := b.First; j < b.End; j++ {
			if j == b.End-1 && len(b.Succs) == 1 {
				args := b.Succs[0].Args
				size = max(size, fa.spare+len(args))
				for k, a := range args {
					fa.copy(a, a, int(a), fa.spare+k)
				}
				for k, p := range f.Blocks[b.Succs[0].To].Params {
					fa.copy(args[k], p, fa.spare+k, int(p))
				}
			}
			fa.inst(fa.old[j])
		}
		b.First, b.End = first, len(f.Insts)
	}
	f.FrameSize = 8 * size
}

type frameAllocator struct {
	f     *codegen.Func
	old   []codegen.Inst
	spare int // the first slot for parameters on their way
	share bool

	registers [2][]codegen.Reg
}

func (fa *frameAllocator) move(flags codegen.InstFlags, v codegen.VReg, r codegen.Reg, slot int) {
	f := fa.f
	f.Insts = append(f.Insts, codegen.Inst{Flags: flags, Imm: int64(8 * slot), First: uint32(len(f.Operands)), Count: 1})
	f.Operands = append(f.Operands, codegen.Operand{V: v, Reg: r})
}

func (fa *frameAllocator) copy(from, to codegen.VReg, fromSlot, toSlot int) {
	r := fa.registers[fa.f.VRegs[from].Class][0]
	fa.move(codegen.Reload, from, r, fromSlot)
	fa.move(codegen.Spill, to, r, toSlot)
}

func (fa *frameAllocator) inst(in codegen.Inst) {
	f := fa.f
	operands := f.InstOperands(&in)
	var taken [64]bool
	for _, o := range operands {
		if o.Fixed != codegen.NoReg {
			taken[o.Fixed] = true
		}
	}
	free := func(v codegen.VReg) codegen.Reg {
		list := fa.registers[f.VRegs[v].Class]
		for i := len(list) - 1; i >= 0; i-- { // those whose encodings are special first
			if r := list[i]; !taken[r] {
				taken[r] = true
				return r
			}
		}
		panic("no register is free")
	}
	for i := range operands {
		o := &operands[i]
		switch {
		case o.Fixed != codegen.NoReg:
			o.Reg = o.Fixed
		case o.Kind == codegen.DefTied:
			o.Reg = operands[0].Reg
		case o.Kind == codegen.Def && fa.share:
			if i := slices.IndexFunc(operands, func(u codegen.Operand) bool {
				return u.Kind == codegen.Use && u.Fixed == codegen.NoReg && u.Reg != codegen.NoReg &&
					f.VRegs[u.V].Class == f.VRegs[o.V].Class
			}); i >= 0 {
				o.Reg = operands[i].Reg
				continue
			}
			o.Reg = free(o.V)
		default:
			o.Reg = free(o.V)
		}
	}
	for _, o := range operands {
		if o.Kind == codegen.Use || o.Kind == codegen.UseLate {
			fa.move(codegen.Reload, o.V, o.Reg, int(o.V))
		}
	}
	f.Insts = append(f.Insts, in)
	for _, o := range operands {
		if o.Kind == codegen.Def || o.Kind == codegen.DefTied {
			fa.move(codegen.Spill, o.V, o.Reg, int(o.V))
		}
	}
}
