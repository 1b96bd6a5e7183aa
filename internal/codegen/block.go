package codegen

// allocateBlock gives registers to the operands of a block.
func (a *Allocator) allocateBlock(b int32) {
	blk, st := &a.f.Blocks[b], &a.blocks[b]
	a.cur, a.inst, a.pos = b, 0, 0
	a.lookAhead(b)
	a.startBlock(b)
	st.body.from = int32(len(a.out))
	for i := blk.First; i < blk.End; i++ {
		a.inst = int32(i - blk.First)
		a.allocateInst(i)
		if a.err != nil {
			return
		}
	}
	st.body.to = int32(len(a.out))

	st.end = a.holding()
	a.releaseAll(a.used)
	a.forgetEnd(b)
	a.preferArgs(b)
	st.done = true
}

// holding returns what the registers hold.
func (a *Allocator) holding() []held {
	var now [numRegs]held
	n := 0
	for s := a.used; s != 0; s &= s - 1 {
		r := first(s)
		now[n] = held{r, a.content[r]}
		n++
	}
	return a.helds.Copy(now[:n])
}

// lookAhead goes through a block backwards: for each operand it notes the next use of its
// value behind the instruction and the register that this use wants, for each instruction
// which registers those behind it want. Afterwards the values have their first use in
// the block as their next.
func (a *Allocator) lookAhead(b int32) {
	blk, st := &a.f.Blocks[b], &a.blocks[b]
	a.hints++
	for i := range blk.Succs {
		e := &blk.Succs[i]
		length := int64(st.length) + int64(a.edgeLength(b, e))
		for _, l := range a.blocks[e.To].live {
			v := &a.vals[l.v]
			v.next = min(v.next, clamp(length+int64(l.d)))
		}
		if a.blocks[e.To].done {
			// A loop goes on with what it has started with.
			for _, h := range a.blocks[e.To].start {
				a.want(h.v, h.reg)
			}
		}
	}
	for i := range blk.Succs {
		e := &blk.Succs[i]
		for k, arg := range e.Args {
			a.vals[arg].next = st.length
			a.want(arg, a.vals[a.f.Blocks[e.To].Params[k]].prefer)
		}
	}

	a.wanted = resize(a.wanted, blk.End-blk.First)
	wanted, pos := regSet(0), int64(0)
	for i := blk.First; i < blk.End; i++ {
		pos++
		if a.f.Insts[i].Flags&Call != 0 {
			pos += callDist
		}
	}
	for i := blk.End - 1; i >= blk.First; i-- {
		in := &a.f.Insts[i]
		ops := a.f.InstOperands(in)
		a.wanted[i-blk.First] = wanted
		tied := NoReg
		for k := range ops {
			op, o := &ops[k], int(in.First)+k
			if op.V == 0 {
				continue
			}
			v := &a.vals[op.V]
			a.nextAt[o], a.hintAt[o] = v.next, v.prefer
			if v.hintEpoch == a.hints {
				a.hintAt[o] = v.hint
			}
			if op.Kind == Def || op.Kind == DefTied {
				v.next = never
				if op.Kind == DefTied {
					tied = a.hintAt[o]
				}
			}
		}
		pos--
		if in.Flags&Call != 0 {
			pos -= callDist
			wanted = 0
			a.hints++
		}
		for k := range ops {
			op := &ops[k]
			if op.Fixed != NoReg {
				wanted |= bit(op.Fixed)
			}
			if op.V == 0 || op.Kind > UseLate {
				continue
			}
			v := &a.vals[op.V]
			v.next = clamp(pos)
			a.want(op.V, op.Fixed)
			if k == 0 && tied != NoReg && op.Fixed == NoReg && a.nextAt[in.First] == never {
				a.want(op.V, tied)
			}
		}
	}
}

// want notes that the next use of a value wants it in a register.
func (a *Allocator) want(v VReg, r Reg) {
	if r != NoReg {
		a.vals[v].hint, a.vals[v].hintEpoch = r, a.hints
	}
}

// forgetEnd removes the next uses of what lives at the end of a block.
func (a *Allocator) forgetEnd(b int32) {
	for i := range a.f.Blocks[b].Succs {
		e := &a.f.Blocks[b].Succs[i]
		for _, l := range a.blocks[e.To].live {
			a.vals[l.v].next = never
		}
		for _, arg := range e.Args {
			a.vals[arg].next = never
		}
	}
}

// preferArgs notes where arguments are, so that those of other edges to the same
// block come to be there, too.
func (a *Allocator) preferArgs(b int32) {
	blk := &a.f.Blocks[b]
	for i := range blk.Succs {
		e := &blk.Succs[i]
		if a.blocks[e.To].done {
			continue
		}
		for k, arg := range e.Args {
			p := &a.vals[a.f.Blocks[e.To].Params[k]]
			for _, h := range a.blocks[b].end {
				if h.v == arg && p.prefer == NoReg {
					p.prefer = h.reg
				}
			}
		}
	}
}
