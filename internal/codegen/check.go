package codegen

import (
	"fmt"
	"slices"
)

// Check proves that the operands of an allocated function read what they should: it follows
// which virtual registers the registers and slots contain, through every
// instruction and along every edge. It also checks what operands ask for. It is for tests:
// it takes much longer than the allocation.
func Check(f *Func, m *Machine) error {
	c := &checker{f: f, m: m, entry: make([]*contents, len(f.Blocks))}
	c.entry[0] = newContents(f)
	work := []int{0}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		state, atCall, err := c.run(b, false)
		if err != nil {
			return err
		}
		for i := range f.Blocks[b].Succs {
			e := &f.Blocks[b].Succs[i]
			if c.join(e, state, atCall) {
				work = append(work, e.To)
			}
		}
	}
	for b := range f.Blocks {
		if c.entry[b] != nil {
			if _, _, err := c.run(b, true); err != nil {
				return err
			}
		}
	}
	return c.checkHome()
}

type checker struct {
	f     *Func
	m     *Machine
	entry []*contents
}

// contents are the virtual registers that each register (index Reg), and behind them each slot,
// contains.
type contents struct{ at [][]VReg }

func newContents(f *Func) *contents {
	return &contents{at: make([][]VReg, numRegs+f.FrameSize/slotSize)}
}

// clone returns a copy. The lists themselves never change.
func (s *contents) clone() *contents { return &contents{at: slices.Clone(s.at)} }

// forget removes a virtual register that is about to be defined: what locations contain of it is
// of an earlier definition.
func (s *contents) forget(v VReg) {
	for i, list := range s.at {
		if slices.Contains(list, v) {
			s.at[i] = slices.DeleteFunc(slices.Clone(list), func(w VReg) bool { return w == v })
		}
	}
}

// clearRegs forgets what the registers contain.
func (s *contents) clearRegs() { clear(s.at[:numRegs]) }

// join merges a state at the end of a block into the one at the beginning of a successor, and returns whether that changed.
func (c *checker) join(e *Edge, state, atCall *contents) bool {
	to := &c.f.Blocks[e.To]
	if to.Pad {
		state = atCall.clone()
		state.clearRegs()
		for k, p := range to.Params {
			state.forget(p)
			state.at[to.PadRegs[k]] = []VReg{p}
		}
	} else {
		old := state
		state = state.clone()
		for _, p := range to.Params {
			state.forget(p)
		}
		for i, list := range old.at {
			for k, p := range to.Params {
				if slices.Contains(list, e.Args[k]) {
					state.at[i] = append(slices.Clone(state.at[i]), p)
				}
			}
		}
	}
	entry := c.entry[e.To]
	if entry == nil {
		c.entry[e.To] = state
		return true
	}
	changed := false
	for i, list := range entry.at {
		both := slices.DeleteFunc(slices.Clone(list), func(v VReg) bool { return !slices.Contains(state.at[i], v) })
		if len(both) != len(list) {
			entry.at[i] = both
			changed = true
		}
	}
	return changed
}

// run follows a block, and returns the states at its end and behind its last call. With check it
// reports operands that read something else.
func (c *checker) run(b int, check bool) (end, atCall *contents, err error) {
	s := c.entry[b].clone()
	atCall = s
	blk := &c.f.Blocks[b]
	for i := blk.First; i < blk.End; i++ {
		in := &c.f.Insts[i]
		if err := c.step(s, in, check); err != nil {
			return nil, nil, fmt.Errorf("block %d, instruction %d: %w", b, i-blk.First, err)
		}
		if in.Flags&Call != 0 {
			atCall = s.clone()
		}
	}
	return s, atCall, nil
}

// sized removes the virtual registers of which an access of size bytes is only a part or too much.
func (c *checker) sized(list []VReg, size uint8) []VReg {
	return slices.DeleteFunc(slices.Clone(list), func(v VReg) bool { return c.f.VRegs[v].Size != size })
}

// overwrite forgets the values of two slots of which a store of size bytes changes one.
func (c *checker) overwrite(slots [][]VReg, slot int, size uint8) {
	if slot > 0 {
		slots[slot-1] = slices.DeleteFunc(slices.Clone(slots[slot-1]), func(v VReg) bool { return c.f.VRegs[v].Size > slotSize })
	}
	if size > slotSize {
		slots[slot+1] = nil
	}
}

// step follows an instruction.
func (c *checker) step(s *contents, in *Inst, check bool) error {
	ops := c.f.InstOperands(in)
	switch {
	case in.Flags&(Spill|Reload) != 0:
		slot := int(in.Imm) / slotSize
		if in.Imm < 0 || in.Imm%slotSize != 0 || int(in.Imm)+int(in.Size) > c.f.FrameSize {
			return fmt.Errorf("offset %d is not in the frame of %d bytes", in.Imm, c.f.FrameSize)
		}
		if in.Flags&Spill != 0 {
			c.overwrite(s.at[numRegs:], slot, in.Size)
			s.at[numRegs+slot] = c.sized(s.at[ops[0].Reg], in.Size)
		} else {
			s.at[ops[0].Reg] = c.sized(s.at[numRegs+slot], in.Size)
		}
		return nil
	case in.Flags&Move != 0:
		if c.class(ops[0].Reg) != c.class(ops[1].Reg) {
			return fmt.Errorf("a move from register %d to %d", ops[1].Reg, ops[0].Reg)
		}
		s.at[ops[0].Reg] = c.sized(s.at[ops[1].Reg], in.Size)
		return nil
	case in.Flags&Exchange != 0:
		x, y := ops[0].Reg, ops[1].Reg
		if c.class(x) == Float || c.class(y) == Float {
			return fmt.Errorf("an exchange of registers %d and %d", x, y)
		}
		s.at[x], s.at[y] = s.at[y], s.at[x]
		return nil
	case in.Flags&Remat != 0:
		info := c.f.VRegs[ops[0].V]
		if !info.Remat || info.RematOp != in.Op || info.Imm != in.Imm || info.Class != c.class(ops[0].Reg) {
			return fmt.Errorf("v%d is not made like this", ops[0].V)
		}
		s.at[ops[0].Reg] = []VReg{ops[0].V}
		return nil
	}
	if check {
		if err := c.checkOperands(s, ops); err != nil {
			return err
		}
	}
	if in.Flags&Call != 0 {
		s.clearRegs()
	}
	if isPoll(in.Op) {
		for r := range numRegs {
			if regSet(in.Imm)&bit(Reg(r)) == 0 {
				s.at[r] = nil
			}
		}
	}
	for i := range ops {
		if op := &ops[i]; op.Kind == Temp || op.Kind == Clobber {
			s.at[op.Reg] = nil
		}
	}
	for i := range ops {
		if op := &ops[i]; op.Kind == Def || op.Kind == DefTied {
			s.forget(op.V)
			s.at[op.Reg] = []VReg{op.V}
		}
	}
	return nil
}

// class returns the class of a register.
func (c *checker) class(r Reg) Class {
	if r == c.m.Scratch || slices.Contains(c.m.Allocatable[Float], r) {
		return Float
	}
	return Int
}

// checkOperands checks registers against what the operands of an instruction ask for.
func (c *checker) checkOperands(s *contents, ops []Operand) error {
	for i := range ops {
		op := &ops[i]
		if op.Reg >= numRegs || op.Fixed != NoReg && op.Reg != op.Fixed {
			return fmt.Errorf("operand %d is in register %d, not %d", i, op.Reg, op.Fixed)
		}
		if op.Fixed == NoReg && !slices.Contains(c.m.Allocatable[c.class(op.Reg)], op.Reg) {
			return fmt.Errorf("operand %d is in register %d, which is not to be allocated", i, op.Reg)
		}
		if op.V != 0 && c.f.VRegs[op.V].Class != c.class(op.Reg) {
			return fmt.Errorf("operand %d, v%d, is in register %d of the other class", i, op.V, op.Reg)
		}
		if op.Kind <= UseLate && !slices.Contains(s.at[op.Reg], op.V) {
			return fmt.Errorf("operand %d reads v%d in register %d, which contains %v", i, op.V, op.Reg, s.at[op.Reg])
		}
		if op.Kind == DefTied && op.Reg != ops[0].Reg {
			return fmt.Errorf("operand %d is in register %d, the first one in %d", i, op.Reg, ops[0].Reg)
		}
		for k := range ops[:i] {
			if other := &ops[k]; other.Reg == op.Reg && (!mayShare(op, other) || !mayShare(other, op)) {
				return fmt.Errorf("operands %d and %d share register %d", k, i, op.Reg)
			}
		}
	}
	return nil
}

// mayShare returns whether two operands may be in one register, as far as the first
// one's kind says.
func mayShare(x, y *Operand) bool {
	switch x.Kind {
	case Use:
		return y.Kind != Clobber || x.Fixed != NoReg
	case UseLate:
		return y.Kind == Use || y.Kind == UseLate
	case Def:
		return y.Kind == Use
	case DefTied:
		return y.Kind == Use
	case Temp:
		return false
	}
	return y.Kind == Use && y.Fixed != NoReg
}

// checkHome checks that the instance, and nothing else, is at the beginning of the frame.
func (c *checker) checkHome() error {
	a := Allocator{f: c.f}
	home := a.home()
	if home == 0 {
		return nil
	}
	stores := 0
	for b := range c.f.Blocks {
		blk := &c.f.Blocks[b]
		for i := blk.First; i < blk.End; i++ {
			in := &c.f.Insts[i]
			if in.Flags&Spill == 0 || in.Imm != 0 {
				continue
			}
			stores++
			if v := c.f.Operands[in.First].V; v != home || b != 0 {
				return fmt.Errorf("block %d stores v%d at the instance's place", b, v)
			}
		}
	}
	if stores != 1 {
		return fmt.Errorf("%d stores of the instance", stores)
	}
	return nil
}
