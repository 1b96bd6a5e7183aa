package codegen

// emit adds an instruction.
func (a *Allocator) emit(in Inst) { a.out = append(a.out, in) }

// emitOne adds an instruction of the allocator's own with one operand.
func (a *Allocator) emitOne(flags InstFlags, kind OperandKind, v VReg, r Reg) {
	a.emit(Inst{Flags: flags, Size: a.f.VRegs[v].Size, First: a.operand(v, kind, r), Count: 1})
}

// emitTwo adds a move or an exchange.
func (a *Allocator) emitTwo(flags InstFlags, v VReg, to Reg, w VReg, from Reg) {
	o := a.operand(v, Def, to)
	a.operand(w, Use, from)
	a.emit(Inst{Flags: flags, Size: a.f.VRegs[v].Size, First: o, Count: 2})
}

// operand adds an operand, and returns the index that it will have in Func.Operands.
func (a *Allocator) operand(v VReg, kind OperandKind, r Reg) uint32 {
	a.operands = append(a.operands, Operand{V: v, Kind: kind, Fixed: NoReg, Reg: r})
	return uint32(len(a.f.Operands) + len(a.operands) - 1)
}

// emitRemat makes a value again.
func (a *Allocator) emitRemat(v VReg, r Reg) {
	a.emitOne(Remat, Def, v, r)
	in := &a.out[len(a.out)-1]
	in.Op, in.Imm = a.f.VRegs[v].RematOp, a.f.VRegs[v].Imm
}

// load brings a value to a free register.
func (a *Allocator) load(v VReg, r Reg) {
	val := &a.vals[v]
	switch {
	case val.regs != 0:
		a.emitTwo(Move, v, r, v, first(val.regs))
	case a.f.VRegs[v].Remat:
		a.emitRemat(v, r)
	default:
		a.loaded(v)
		a.emitOne(Reload, Def, v, r)
	}
	a.assign(r, v)
}

// loaded notes that a value is read from the frame at this point.
func (a *Allocator) loaded(v VReg) {
	val := &a.vals[v]
	if !val.spilled {
		val.spilled = true
		a.spilled = append(a.spilled, v)
	}
	if val.loads < 0 {
		val.loads = a.cur
	}
	val.loads = a.commonDominator(val.loads, a.cur)
	a.extend(v, a.blocks[a.cur].pos+1+a.inst)
}

// free chooses one of the registers that contain nothing, NoReg if there is none: the hint if it is one of them,
// otherwise one that other instructions do not want soon, in the machine's order.
func (a *Allocator) free(c Class, ban regSet, hint Reg) Reg {
	s := a.class[c] &^ (a.used | ban)
	if s == 0 {
		return NoReg
	}
	if hint != NoReg && s&bit(hint) != 0 {
		return hint
	}
	if a.inst < int32(len(a.wanted)) {
		if t := s &^ a.wanted[a.inst]; t != 0 {
			s = t
		}
	}
	for _, r := range a.m.Allocatable[c] {
		if s&bit(r) != 0 {
			return r
		}
	}
	return NoReg
}

// farthest returns the register of which the value is least worth keeping, NoReg if there is
// none outside of ban, and the position of that value's next use.
func (a *Allocator) farthest(c Class, ban regSet) (Reg, int32) {
	best, bestNext := NoReg, int32(-1)
	for s := a.class[c] & a.used &^ ban; s != 0; s &= s - 1 {
		r := first(s)
		v := &a.vals[a.content[r]]
		next := v.next
		if v.regs != bit(r) {
			next = never // there is another copy
		}
		if next > bestNext {
			best, bestNext = r, next
		}
	}
	return best, bestNext
}

// take returns a register that contains nothing, if need be because its value loses it. That of the hint is given up
// for it by a value that the next call takes out of registers anyway.
func (a *Allocator) take(c Class, ban regSet, hint Reg) Reg {
	if hint != NoReg && a.class[c]&a.used&^ban&bit(hint) != 0 {
		if next := a.vals[a.content[hint]].next; next < never && next-a.pos >= callDist {
			a.release(hint)
		}
	}
	if r := a.free(c, ban, hint); r != NoReg {
		return r
	}
	r, _ := a.farthest(c, ban)
	if r == NoReg {
		a.fail("there are not enough registers")
		return a.m.Allocatable[c][0]
	}
	a.release(r)
	return r
}

// displace empties a register, and keeps its value in another one if that is of use.
func (a *Allocator) displace(r Reg, ban regSet) {
	w := a.content[r]
	if w == 0 {
		return
	}
	val := &a.vals[w]
	if val.regs == bit(r) && val.next < never && val.next-a.pos < callDist && !a.f.VRegs[w].Remat {
		if q := a.free(a.f.VRegs[w].Class, ban|bit(r), NoReg); q != NoReg {
			a.load(w, q)
		}
	}
	a.release(r)
}

// allocateInst gives registers to the operands of an instruction.
func (a *Allocator) allocateInst(i int) {
	in := &a.f.Insts[i]
	ops := a.f.InstOperands(in)
	switch {
	case in.Count == 1 && ops[0].Kind == Def && ops[0].Fixed == NoReg && a.f.VRegs[ops[0].V].Remat:
		// Made where it is needed.
		a.vals[ops[0].V].next = a.nextAt[in.First]
	case in.Flags&Call != 0, in.Count > 0 && len(a.f.Blocks[a.cur].Succs) == 0 && i == a.f.Blocks[a.cur].End-1 && onlyFixedUses(ops):
		a.allocateCall(in, ops)
	case in.Count == 0:
		a.emit(*in)
	default:
		a.allocateOperands(in, ops)
	}
	if isPoll(in.Op) {
		a.out[len(a.out)-1].Imm = int64(a.used)
	}
	if a.pos++; in.Flags&Call != 0 {
		a.pos = clamp(int64(a.pos) + callDist)
	}
}

// onlyFixedUses returns whether all operands are uses of fixed registers.
func onlyFixedUses(ops []Operand) bool {
	for i := range ops {
		if ops[i].Kind > UseLate || ops[i].Fixed == NoReg {
			return false
		}
	}
	return true
}

// allocateCall handles an instruction behind which no register keeps its content. All of
// its operands are fixed, so that what it uses can be brought there by parallel moves.
func (a *Allocator) allocateCall(in *Inst, ops []Operand) {
	a.wants = a.wants[:0]
	for k := range ops {
		op := &ops[k]
		switch {
		case op.Fixed == NoReg:
			a.fail("an operand of a call is in no fixed register")
			return
		case op.Kind <= UseLate:
			a.wants = append(a.wants, want{reg: op.Fixed, v: op.V})
		}
		op.Reg = op.Fixed
	}
	a.parallel()
	a.emit(*in)
	a.releaseAll(a.used)
	for k := range ops {
		if ops[k].Kind <= UseLate {
			a.vals[ops[k].V].next = a.nextAt[int(in.First)+k]
		}
	}
	for k := range ops {
		if ops[k].Kind == Def {
			a.define(ops[k].V, ops[k].Reg, a.nextAt[int(in.First)+k])
		}
	}
}

// define notes that the instruction just emitted defines a value.
func (a *Allocator) define(v VReg, r Reg, next int32) {
	if v == 0 {
		return
	}
	val := &a.vals[v]
	val.next, val.defReg, val.def, val.inOut = next, r, int32(len(a.out)-1), true
	a.extend(v, a.blocks[a.cur].pos+1+a.inst)
	if next < never {
		a.assign(r, v)
	}
}

// noTied stands where no operand is tied.
const noTied = -1

// allocateOperands handles an instruction that is not a call: first the uses, those in fixed registers, then the one
// that is destroyed, then the others, of which those come first that are in a register already; then temporaries; then
// definitions, which may have the registers of values that die here.
func (a *Allocator) allocateOperands(in *Inst, ops []Operand) {
	o := int(in.First)
	tied := noTied
	for k := range ops {
		if ops[k].Kind == DefTied {
			tied = k
			if ops[k].Fixed != NoReg {
				ops[0].Fixed = ops[k].Fixed
			}
		}
	}
	if in.Flags&Commutative != 0 && tied != noTied {
		a.commute(ops, o, a.hintAt[o+tied])
	}

	// Registers with a role that is known beforehand.
	var fixedUses, fixedDefs, destroyed regSet
	for k := range ops {
		ops[k].Reg = NoReg
		if r := ops[k].Fixed; r != NoReg {
			switch ops[k].Kind {
			case Use, UseLate:
				fixedUses |= bit(r)
			case Def:
				fixedDefs |= bit(r)
			case Temp, Clobber:
				destroyed |= bit(r)
			}
			ops[k].Reg = r
		}
	}
	fixed := fixedUses | fixedDefs | destroyed

	// Uses. pinned registers contain operands; late ones until after the definitions.
	var pinned, late regSet
	for k := range ops {
		if op := &ops[k]; op.Kind <= UseLate && op.Fixed != NoReg && a.content[op.Fixed] == op.V {
			pinned |= bit(op.Fixed)
		}
	}
	for k := range ops {
		op := &ops[k]
		if op.Kind > UseLate || op.Fixed == NoReg {
			continue
		}
		if a.content[op.Fixed] != op.V {
			a.displace(op.Fixed, fixed|pinned)
			a.load(op.V, op.Fixed)
		}
		pinned |= bit(op.Fixed)
		if op.Kind == UseLate {
			late |= bit(op.Fixed)
		}
	}
	var tiedReg regSet
	if tied != noTied {
		if ops[0].Fixed == NoReg {
			ops[0].Reg = a.useTied(ops, o, tied, fixed, pinned)
			pinned |= bit(ops[0].Reg)
		}
		tiedReg = bit(ops[0].Reg)
		ops[tied].Reg = ops[0].Reg
	}
	for _, present := range [2]bool{true, false} {
		for k := range ops {
			op := &ops[k]
			if op.Kind > UseLate || op.Reg != NoReg {
				continue
			}
			not := destroyed
			if op.Kind == UseLate {
				not |= fixedDefs | tiedReg
			}
			if s := a.vals[op.V].regs &^ not; s != 0 {
				op.Reg = first(s)
			} else if present {
				continue
			} else {
				op.Reg = a.take(a.f.VRegs[op.V].Class, fixed|pinned, a.hintAt[o+k])
				a.load(op.V, op.Reg)
			}
			pinned |= bit(op.Reg)
			if op.Kind == UseLate {
				late |= bit(op.Reg)
			}
		}
	}

	// Temporaries.
	for k := range ops {
		op := &ops[k]
		if op.Kind != Temp || op.Reg != NoReg {
			continue
		}
		c := Int
		if op.V != 0 {
			c = a.f.VRegs[op.V].Class
		}
		op.Reg = a.take(c, fixed|pinned, NoReg)
		destroyed |= bit(op.Reg)
		pinned |= bit(op.Reg)
	}

	// What the instruction uses for the last time is free for its definitions.
	for k := range ops {
		if op := &ops[k]; op.Kind <= UseLate {
			val := &a.vals[op.V]
			if val.next = a.nextAt[o+k]; val.next == never {
				a.releaseAll(val.regs)
			}
		}
	}
	// What it destroys, and what lives on.
	for s := (destroyed | fixedDefs | tiedReg) & a.used; s != 0; s &= s - 1 {
		a.displace(first(s), fixed|pinned)
	}
	taken := fixedDefs | destroyed | late | tiedReg
	for k := range ops {
		if op := &ops[k]; op.Kind == Def && op.Fixed == NoReg {
			op.Reg = a.take(a.f.VRegs[op.V].Class, taken, a.hintOfDef(op.V, o+k))
			taken |= bit(op.Reg)
		}
	}
	a.emit(*in)
	for k := range ops {
		if op := &ops[k]; op.Kind == Def || op.Kind == DefTied {
			a.define(op.V, op.Reg, a.nextAt[o+k])
		}
	}
}

// hintOfDef returns the register that the next use of a value wants, or else the one that the value should be in at the
// end of a loop: in the loop's own header that was not known yet when the block was looked through.
func (a *Allocator) hintOfDef(v VReg, operand int) Reg {
	if hint := a.hintAt[operand]; hint != NoReg {
		return hint
	}
	return a.vals[v].prefer
}

// commute swaps the first two operands of an instruction that destroys the first one, if the second
// one dies and the first does not, or is where the result is wanted.
func (a *Allocator) commute(ops []Operand, o int, hint Reg) {
	x, y := &ops[0], &ops[1]
	if x.Kind != y.Kind || x.Fixed != NoReg || y.Fixed != NoReg {
		return
	}
	xDies, yDies := a.nextAt[o] == never, a.nextAt[o+1] == never
	swap := yDies && !xDies
	if xDies == yDies && hint != NoReg {
		swap = a.content[hint] == y.V
	}
	if swap {
		x.V, y.V = y.V, x.V
		a.nextAt[o], a.nextAt[o+1] = a.nextAt[o+1], a.nextAt[o]
		a.hintAt[o], a.hintAt[o+1] = a.hintAt[o+1], a.hintAt[o]
	}
}

// useTied returns a register with the first operand's value for the instruction to destroy.
func (a *Allocator) useTied(ops []Operand, o, tied int, fixed, pinned regSet) Reg {
	op := &ops[0]
	val := &a.vals[op.V]
	c := a.f.VRegs[op.V].Class
	hint := a.hintAt[o+tied]
	have := val.regs &^ fixed
	if have == 0 {
		r := a.take(c, fixed|pinned, hint)
		a.load(op.V, r)
		return r
	}
	r := first(have)
	if hint != NoReg && have&bit(hint) != 0 {
		r = hint
	}
	next := a.nextAt[o]
	if next == never || val.regs != bit(r) {
		return r
	}
	// The value lives on: the instruction gets a copy, unless there are better uses for
	// the register.
	q := a.free(c, fixed|pinned|bit(r), hint)
	if q == NoReg {
		e, farthest := a.farthest(c, fixed|pinned|bit(r))
		if e == NoReg || farthest <= max(next, a.pos) {
			return r
		}
		a.release(e)
		q = e
	}
	a.load(op.V, q)
	if hint == r {
		return r
	}
	return q
}
