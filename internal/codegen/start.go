package codegen

import "slices"

// startBlock decides what registers contain at the beginning of a block: what they contain at the end of a
// predecessor that has its registers already, as far as it lives. What other predecessors have
// elsewhere, moves on the edges bring there.
func (a *Allocator) startBlock(b int32) {
	blk, st := &a.f.Blocks[b], &a.blocks[b]
	switch {
	case blk.Pad:
		for k, p := range blk.Params {
			if a.vals[p].next < never {
				a.assign(blk.PadRegs[k], p)
				a.vals[p].defReg = blk.PadRegs[k]
			}
		}
	case b != 0:
		p := a.template(b)
		end := a.blocks[p].end
		if blk.IsLoop {
			a.startLoop(st, end)
		} else {
			far := int32(never)
			if len(blk.Preds) > 1 {
				far = callDist // it is in the frame anyway
			}
			for _, h := range end {
				if a.vals[h.v].next < far && a.livesIn(h.v, b) {
					a.assign(h.reg, h.v)
				}
			}
		}
		if len(blk.Params) > 0 {
			var avoid regSet
			if st.loop >= 0 {
				avoid = a.loops[st.loop].fixed
			}
			// Who hands arguments has one successor.
			a.startParams(blk, a.f.Blocks[p].Succs[0].Args, end, avoid)
		}
	}
	for _, p := range blk.Params {
		a.extend(p, st.pos)
	}
	st.start = a.holding()
	for _, p := range blk.Preds {
		if st.rpo <= a.blocks[p].rpo {
			a.preferParams(&a.f.Blocks[p], int(b))
		}
	}
}

// livesIn returns whether a value lives at the beginning of the current block, of which
// lookAhead has found the uses: all that have one and are not defined in the block do.
func (a *Allocator) livesIn(v VReg, b int32) bool {
	return a.vals[v].next < never && a.vals[v].block != b
}

// template returns the predecessor whose registers a block starts with: one that
// is not cold (behind the block in memory), most frequent, nearest.
func (a *Allocator) template(b int32) int32 {
	best, bestScore := int32(-1), -1
	for _, p := range a.f.Blocks[b].Preds {
		if !a.blocks[p].done {
			continue
		}
		score := a.f.Blocks[p].LoopDepth << 1
		if p < int(b) {
			score |= 1 << 20
		}
		if p == int(b)-1 {
			score |= 1
		}
		if score > bestScore {
			best, bestScore = int32(p), score
		}
	}
	return best
}

// startLoop gives registers to what a loop begins with. Values stay where they are, except in
// registers that the loop's instructions ask for.
func (a *Allocator) startLoop(st *blockState, end []held) {
	var l loop
	if st.loop >= 0 {
		l = a.loops[st.loop]
	}
	list := a.loopValues(&l, st, end)
	a.epoch++
	for _, use := range list {
		a.vals[use.v].mark = a.epoch
	}
	for _, h := range end {
		if v := &a.vals[h.v]; v.mark == a.epoch && v.regs == 0 && l.fixed&bit(h.reg) == 0 {
			a.assign(h.reg, h.v)
		}
	}
	for _, use := range list {
		if a.vals[use.v].regs != 0 {
			continue
		}
		c := a.f.VRegs[use.v].Class
		r := a.free(c, l.fixed, a.hinted(use.v))
		if r == NoReg {
			r = a.free(c, 0, inRegister(end, use.v))
		}
		if r != NoReg {
			a.assign(r, use.v)
		}
	}
}

// loopValues chooses what a loop has in registers when it begins, nearest uses first: what it uses before
// it calls, even if that is not in a register before the loop; and what only passes through
// it in a register, if no call of the loop sends that to the frame anyway. If more lives
// in the loop than there are registers, what passes through and constants stand back.
func (a *Allocator) loopValues(l *loop, st *blockState, end []held) []distance {
	a.epoch++
	for _, h := range end {
		a.vals[h.v].mark = a.epoch
	}
	// excess is by how much the values are more than the registers, room how many registers
	// are left.
	var excess, room [2]int
	for c := range excess {
		room[c] = len(a.m.Allocatable[c])
		excess[c] = int(l.pressure[c]) - room[c]
	}
	list := a.scratch[:0]
	for _, use := range st.live {
		passes := use.d < callDist && !l.calls && a.vals[use.v].mark == a.epoch
		if use.d >= exitDist && !passes {
			excess[a.f.VRegs[use.v].Class]--
			continue
		}
		if a.f.VRegs[use.v].Remat {
			use.d += exitDist // easily made again
		}
		list = append(list, use)
	}
	a.scratch = list
	slices.SortFunc(list, func(x, y distance) int { return int(x.d - y.d) })
	for i := len(list) - 1; i >= 0 && list[i].d >= exitDist; i-- {
		if c := a.f.VRegs[list[i].v].Class; excess[c] > 0 {
			excess[c]--
			list[i].v = 0
		}
	}
	n := 0
	for _, use := range list {
		if c := a.f.VRegs[use.v].Class; use.v != 0 && room[c] > 0 {
			room[c]--
			list[n] = use
			n++
		}
	}
	return list[:n]
}

// inRegister returns the first register of a list with a value, NoReg if there is none.
func inRegister(list []held, v VReg) Reg {
	for _, h := range list {
		if h.v == v {
			return h.reg
		}
	}
	return NoReg
}

// hinted returns the register that the first use of a value in the block wants.
func (a *Allocator) hinted(v VReg) Reg {
	if val := &a.vals[v]; val.hintEpoch == a.hints {
		return val.hint
	}
	return NoReg
}

// startParams gives registers to parameters: that of the argument if nothing else needs it,
// otherwise any that is free or contains what is used later, outside of avoid if possible. The
// remaining ones are in the frame.
func (a *Allocator) startParams(blk *Block, args []VReg, end []held, avoid regSet) {
	for k, p := range blk.Params {
		if a.vals[p].next == never {
			continue
		}
		for _, h := range end {
			if h.v == args[k] && a.content[h.reg] == 0 && avoid&bit(h.reg) == 0 {
				a.assign(h.reg, p)
				break
			}
		}
	}
	for _, p := range blk.Params {
		val := &a.vals[p]
		if val.next == never || val.regs != 0 {
			continue
		}
		c := a.f.VRegs[p].Class
		r := NoReg
		if val.next < callDist {
			r = a.free(c, avoid, val.prefer)
			if r == NoReg {
				r = a.free(c, 0, val.prefer)
			}
			if r == NoReg {
				if q, next := a.farthest(c, 0); next > val.next && a.vals[a.content[q]].block != val.block {
					a.release(q)
					r = q
				}
			}
		}
		if r == NoReg {
			val.inFrame = true
			if !val.spilled {
				val.spilled = true
				a.spilled = append(a.spilled, p)
			}
			continue
		}
		a.assign(r, p)
	}
	for _, p := range blk.Params {
		if s := a.vals[p].regs; s != 0 {
			a.vals[p].defReg = first(s)
		}
	}
}

// preferParams notes for the arguments of edges to a block, a loop, in which registers the
// parameters are.
func (a *Allocator) preferParams(from *Block, to int) {
	for i := range from.Succs {
		e := &from.Succs[i]
		if e.To != to {
			continue
		}
		for k, p := range a.f.Blocks[to].Params {
			if r := a.vals[p].defReg; r != NoReg {
				a.preferReg(e.Args[k], r)
			}
		}
	}
}

// preferReg notes that a value should be in a register at the end, and so should
// the arguments if it is a parameter itself.
func (a *Allocator) preferReg(v VReg, r Reg) {
	val := &a.vals[v]
	if val.prefer != NoReg || val.block < 0 || a.blocks[val.block].done {
		return
	}
	val.prefer = r
	blk := &a.f.Blocks[val.block]
	for k, p := range blk.Params {
		if p != v {
			continue
		}
		for _, from := range blk.Preds {
			for i := range a.f.Blocks[from].Succs {
				if e := &a.f.Blocks[from].Succs[i]; a.blocks[from].rpo >= 0 && e.To == int(val.block) && k < len(e.Args) {
					a.preferReg(e.Args[k], r)
				}
			}
		}
	}
}
