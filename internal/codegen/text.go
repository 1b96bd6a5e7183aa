package codegen

import (
	"fmt"
	"strings"
)

// Text returns a function as text, a line for each instruction:
//
//	b1(v4 f5): depth 1, loop
//	  v6@0 = add v4@0 7{1}@1 !2
//	  store v6@0 [8]
//	  -> b1(v6 f5)
//
// v4 is an integer register, f5 a floating-point one; @0 is the register that the allocator
// has chosen, {1} the one that it had to choose; definitions stand on the left, with = in
// front of those that are tied; ~ marks late uses and ! what the instruction destroys. name returns what an
// instruction is called, with what else is worth knowing of it.
func (f *Func) Text(name func(in *Inst) string) string {
	var w strings.Builder
	for b := range f.Blocks {
		blk := &f.Blocks[b]
		fmt.Fprintf(&w, "b%d", b)
		f.textList(&w, blk.Params)
		w.WriteByte(':')
		if blk.LoopDepth > 0 {
			fmt.Fprintf(&w, " depth %d", blk.LoopDepth)
		}
		if blk.IsLoop {
			w.WriteString(" loop")
		}
		if blk.Pad {
			fmt.Fprintf(&w, " pad %v", blk.PadRegs)
		}
		w.WriteByte('\n')
		for i := blk.First; i < blk.End; i++ {
			f.textInst(&w, &f.Insts[i], name)
		}
		if len(blk.Succs) > 0 {
			w.WriteString("  ->")
			for _, e := range blk.Succs {
				fmt.Fprintf(&w, " b%d", e.To)
				f.textList(&w, e.Args)
			}
			w.WriteByte('\n')
		}
	}
	return w.String()
}

// textList writes a list of virtual registers in parentheses.
func (f *Func) textList(w *strings.Builder, list []VReg) {
	if len(list) == 0 {
		return
	}
	for i, v := range list {
		w.WriteString("( "[min(i, 1):][:1])
		f.textVReg(w, v)
	}
	w.WriteByte(')')
}

// textVReg writes the name of a virtual register.
func (f *Func) textVReg(w *strings.Builder, v VReg) {
	fmt.Fprintf(w, "%c%d", "vf"[f.VRegs[v].Class], v)
}

// textInst writes an instruction.
func (f *Func) textInst(w *strings.Builder, in *Inst, name func(in *Inst) string) {
	ops := f.InstOperands(in)
	w.WriteString("  ")
	defs := false
	for i := range ops {
		if op := &ops[i]; op.Kind == Def || op.Kind == DefTied {
			if op.Kind == DefTied {
				w.WriteByte('=')
			}
			f.textOperand(w, op)
			w.WriteByte(' ')
			defs = true
		}
	}
	if defs {
		w.WriteString("= ")
	}
	switch {
	case in.Flags&Spill != 0:
		w.WriteString("spill")
	case in.Flags&Reload != 0:
		w.WriteString("reload")
	case in.Flags&Move != 0:
		w.WriteString("move")
	case in.Flags&Exchange != 0:
		w.WriteString("exchange")
	default:
		w.WriteString(name(in))
	}
	for i := range ops {
		op := &ops[i]
		switch op.Kind {
		case Def, DefTied:
			continue
		case UseLate:
			w.WriteString(" ~")
		case Temp, Clobber:
			w.WriteString(" !")
		default:
			w.WriteByte(' ')
		}
		f.textOperand(w, op)
	}
	if in.Flags&(Spill|Reload) != 0 {
		fmt.Fprintf(w, " [%d]", in.Imm)
	}
	w.WriteByte('\n')
}

// textOperand writes an operand.
func (f *Func) textOperand(w *strings.Builder, op *Operand) {
	if op.V != 0 {
		f.textVReg(w, op.V)
	}
	if op.Fixed != NoReg {
		fmt.Fprintf(w, "{%d}", op.Fixed)
	}
	if op.Reg != NoReg && op.Reg != op.Fixed {
		fmt.Fprintf(w, "@%d", op.Reg)
	}
}
