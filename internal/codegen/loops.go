package codegen

// A loop is what the allocator knows of a loop's blocks, for the choice of what is in
// registers when it begins.
type loop struct {
	// fixed are the registers that instructions want or destroy. What lives throughout
	// the loop should be in others.
	fixed regSet
	outer int32 // the header of the loop around, or -1
	calls bool
	// pressure is the largest number of values of each class that live at the same time.
	pressure [2]int32
}

// findLoops looks at the blocks of each loop.
func (a *Allocator) findLoops() {
	a.loops = a.loops[:0]
	for _, b := range a.order {
		blk, st := &a.f.Blocks[b], &a.blocks[b]
		if blk.LoopDepth == 0 {
			continue
		}
		if blk.IsLoop {
			st.header, st.loop = b, int32(len(a.loops))
			a.loops = append(a.loops, loop{outer: a.headerAbove(b, blk.LoopDepth-1)})
		} else {
			st.header = a.headerAbove(b, blk.LoopDepth)
		}
		calls, fixed, pressure := a.measure(b)
		for h := st.header; h >= 0; {
			l := &a.loops[a.blocks[h].loop]
			l.calls = l.calls || calls
			l.fixed |= fixed
			for c := range pressure {
				l.pressure[c] = max(l.pressure[c], pressure[c])
			}
			h = l.outer
		}
	}
}

// headerAbove returns the header of the loop of a depth which contains the block that dominates
// block b, -1 if there is none. A loop's blocks are dominated by its header.
func (a *Allocator) headerAbove(b int32, depth int) int32 {
	if b == 0 || depth == 0 {
		return -1
	}
	h := a.blocks[a.idom(b)].header
	for h >= 0 && a.f.Blocks[h].LoopDepth > depth {
		h = a.loops[a.blocks[h].loop].outer
	}
	return h
}

// measure returns whether a block calls, which registers its other instructions ask for, and how many values of each class live in it at
// the same time.
func (a *Allocator) measure(b int32) (calls bool, fixed regSet, most [2]int32) {
	blk := &a.f.Blocks[b]
	var now [2]int32
	a.epoch++
	live := func(v VReg) {
		if val := &a.vals[v]; val.mark != a.epoch {
			val.mark = a.epoch
			c := a.f.VRegs[v].Class
			now[c]++
			most[c] = max(most[c], now[c])
		}
	}
	for i := range blk.Succs {
		e := &blk.Succs[i]
		for _, arg := range e.Args {
			live(arg)
		}
		for _, l := range a.blocks[e.To].live {
			live(l.v)
		}
	}
	for i := blk.End - 1; i >= blk.First; i-- {
		in := &a.f.Insts[i]
		calls = calls || in.Flags&Call != 0
		ops := a.f.InstOperands(in)
		for k := range ops {
			op := &ops[k]
			if op.Fixed != NoReg && in.Flags&Call == 0 {
				fixed |= bit(op.Fixed)
			}
			if op.V == 0 || op.Kind != Def && op.Kind != DefTied {
				continue
			}
			live(op.V)
			a.vals[op.V].mark--
			now[a.f.VRegs[op.V].Class]--
		}
		for k := range ops {
			if op := &ops[k]; op.V != 0 && op.Kind <= UseLate {
				live(op.V)
			}
		}
	}
	return calls, fixed, most
}
