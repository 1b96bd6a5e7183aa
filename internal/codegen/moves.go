package codegen

import "slices"

// A want says that a register, or the slot of a parameter, is to contain a value.
type want struct {
	reg  Reg
	slot VReg // the parameter, if not 0
	v    VReg // 0 once it is done
}

// parallel adds the moves that a.wants ask for, as if all were made at once. It goes on with any of which the
// target contains nothing that another one needs. When there are only cycles left, a free register, an exchange of
// integer registers, the scratch register, or the spare slot of the frame break one up.
// Registers that are not wanted may lose their content.
func (a *Allocator) parallel() {
	for i, w := range a.wants {
		a.vals[w.v].readers++
		if w.slot != 0 {
			a.vals[w.slot].writer = int32(i) + 1
		}
	}
	for left := len(a.wants); left > 0; {
		before := left
		for i := range a.wants {
			left -= a.try(i)
		}
		if left == before {
			left -= a.breakCycles()
		}
	}
	a.release(a.m.Scratch)
	a.spare = 0
}

// try makes move i if it can be made, and then those that waited for slots that were read by it. It returns how many
// it has made.
func (a *Allocator) try(i int) (made int) {
	for ; i >= 0; made++ {
		w := a.wants[i]
		switch {
		case w.v == 0:
			return made
		case w.slot == 0 && a.content[w.reg] == w.v, w.slot != 0 && w.slot == w.v:
			// It is there.
		case a.blocked(w):
			return made
		default:
			a.move(w)
		}
		a.wants[i].v = 0
		if w.slot != 0 {
			a.vals[w.slot].writer = 0
		}
		i = -1
		if v := &a.vals[w.v]; v.readers == 1 {
			i = int(v.writer) - 1
		}
		a.vals[w.v].readers--
	}
	return made
}

// blocked returns whether a move still to make needs what the target of another one
// contains and nothing else does.
func (a *Allocator) blocked(to want) bool {
	w := to.slot
	if w == 0 {
		w = a.content[to.reg]
		if w == 0 || a.f.VRegs[w].Remat || a.vals[w].regs != bit(to.reg) {
			return false
		}
	} else if a.vals[w].regs != 0 || a.spare == w {
		return false
	}
	return a.vals[w].readers > 0
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

// breakCycles makes moves possible when each target contains what another one needs: then
// they are permuted. It returns how many it has made.
func (a *Allocator) breakCycles() (made int) {
	next := -1
	for i, w := range a.wants {
		switch {
		case w.v == 0:
		case w.slot == 0:
			if next < 0 {
				next = i
			}
		default:
			// The old value of the parameter goes to the spare slot.
			a.emitOne(Reload, Def, w.slot, a.m.Scratch)
			a.loaded(w.slot)
			a.emitOne(Spill, Use, w.slot, a.m.Scratch)
			a.out[len(a.out)-1].Imm = spareSlot
			a.spare = w.slot
			a.needSpare(w.slot)
			made += a.try(i)
			if a.vals[w.slot].readers > 0 {
				return made // the way leads through registers
			}
		}
	}
	if made > 0 {
		return made
	}
	w := a.wants[next]
	old := a.content[w.reg]
	from := first(a.vals[w.v].regs)
	spare := a.m.Scratch
	if a.f.VRegs[old].Class == Int {
		spare = NoReg
		if !slices.Contains(a.wants, want{reg: from, v: old}) { // in a longer cycle, moves cost less than exchanges
			spare = a.free(Int, 0, NoReg)
		}
	}
	if spare != NoReg {
		a.release(spare)
		a.emitTwo(Move, old, spare, old, w.reg)
		a.assign(spare, old)
		return 0
	}
	a.emitTwo(Exchange, w.v, w.reg, old, from)
	a.release(w.reg)
	a.release(from)
	a.assign(w.reg, w.v)
	a.assign(from, old)
	return 0
}
