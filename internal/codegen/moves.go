package codegen

// A want says that a register, or the slot of a parameter, is to contain a value.
type want struct {
	reg  Reg
	slot VReg // the parameter, if not 0
	v    VReg
}

// parallel adds the moves that a.wants ask for, as if all were made at once. It goes on with any of which the
// target contains nothing that another one needs. When there are only cycles left, an exchange of
// integer registers, the scratch register, or the spare slot of the frame break one up.
// Registers that are not wanted may lose their content.
func (a *Allocator) parallel() {
	list := a.wants
	for len(list) > 0 {
		n := 0
		for i := 0; i < len(list); i++ {
			w := list[i]
			switch {
			case w.slot == 0 && a.content[w.reg] == w.v, w.slot != 0 && w.slot == w.v:
				// It is there.
			case a.blocked(list, n, i):
				list[n] = w
				n++
			default:
				a.move(w)
			}
		}
		if n == len(list) {
			a.breakCycle(list)
		}
		list = list[:n]
	}
	a.release(a.m.Scratch)
	a.spare = 0
}

// blocked returns whether another of the moves needs what the target of move i
// contains and nothing else does. Moves between n and i are done.
func (a *Allocator) blocked(list []want, n, i int) bool {
	w := list[i].slot
	if w == 0 {
		w = a.content[list[i].reg]
		if w == 0 || a.f.VRegs[w].Remat || a.vals[w].regs != bit(list[i].reg) {
			return false
		}
	} else if a.vals[w].regs != 0 || a.spare == w {
		return false
	}
	for k := range list {
		if (k < n || k > i) && list[k].v == w {
			return true
		}
	}
	return false
}

// move makes one move.
func (a *Allocator) move(w want) {
	val := &a.vals[w.v]
	if w.slot == 0 {
		a.release(w.reg)
		if a.spare == w.v && val.regs == 0 {
			a.emitOne(Reload, Def, w.v, w.reg)
			a.out[len(a.out)-1].Imm = spareSlot
			a.assign(w.reg, w.v)
		} else {
			a.load(w.v, w.reg)
		}
		return
	}
	switch {
	case val.regs != 0:
		a.emitOne(Spill, Use, w.slot, first(val.regs))
	case a.f.VRegs[w.v].Remat:
		a.rematToSlot(w)
	default:
		a.emitOne(Reload, Def, w.v, a.m.Scratch)
		if a.spare == w.v {
			a.out[len(a.out)-1].Imm = spareSlot
		} else {
			a.loaded(w.v)
		}
		a.emitOne(Spill, Use, w.slot, a.m.Scratch)
	}
}

// rematToSlot makes a value in a slot. If there is no register for that, one is borrowed, with its
// content in the spare slot.
func (a *Allocator) rematToSlot(w want) {
	c := a.f.VRegs[w.v].Class
	r := a.m.Scratch
	if c == Int {
		if r = a.free(c, 0, NoReg); r == NoReg {
			r = a.m.Allocatable[c][0]
			old := a.content[r]
			a.needSpare(old)
			a.emitOne(Spill, Use, old, r)
			a.out[len(a.out)-1].Imm = spareSlot
			a.emitRemat(w.v, r)
			a.emitOne(Spill, Use, w.slot, r)
			a.emitOne(Reload, Def, old, r)
			a.out[len(a.out)-1].Imm = spareSlot
			return
		}
	}
	a.emitRemat(w.v, r)
	a.emitOne(Spill, Use, w.slot, r)
}

// breakCycle makes a move possible when each target contains what another one needs: then
// they are permuted.
func (a *Allocator) breakCycle(list []want) {
	for _, w := range list {
		if w.slot != 0 {
			// The old value of the parameter goes to the spare slot.
			a.emitOne(Reload, Def, w.slot, a.m.Scratch)
			a.loaded(w.slot)
			a.emitOne(Spill, Use, w.slot, a.m.Scratch)
			a.out[len(a.out)-1].Imm = spareSlot
			a.spare = w.slot
			a.needSpare(w.slot)
			return
		}
	}
	w := list[0]
	old := a.content[w.reg]
	if a.f.VRegs[old].Class == Float {
		a.release(a.m.Scratch)
		a.emitTwo(Move, old, a.m.Scratch, old, w.reg)
		a.assign(a.m.Scratch, old)
		return
	}
	from := first(a.vals[w.v].regs)
	a.emitTwo(Exchange, w.v, w.reg, old, from)
	a.release(w.reg)
	a.release(from)
	a.assign(w.reg, w.v)
	a.assign(from, old)
}
