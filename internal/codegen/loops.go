package codegen

// A loop is what the allocator knows of a loop's blocks, for the choice of what is in
// registers when it begins.
type loop struct {
	calls bool
	// pressure is the largest number of values of each class that live at the same time.
	pressure [2]int32
}

// findLoops looks at the blocks of each loop. A block belongs to the loop of the nearest
// header of its own depth that dominates it, and to those around that one.
func (a *Allocator) findLoops() {
	a.loops = a.loops[:0]
	for i := len(a.order) - 1; i >= 0; i-- {
		b := a.order[i]
		if a.f.Blocks[b].LoopDepth == 0 {
			continue
		}
		calls, pressure := a.measure(b)
		for h, depth := b, a.f.Blocks[b].LoopDepth; h > 0 && depth > 0; h = a.blocks[h].idom {
			blk, st := &a.f.Blocks[h], &a.blocks[h]
			if !blk.IsLoop || blk.LoopDepth != depth {
				continue
			}
			if st.loop < 0 {
				st.loop = int32(len(a.loops))
				a.loops = append(a.loops, loop{})
			}
			l := &a.loops[st.loop]
			l.calls = l.calls || calls
			for c := range pressure {
				l.pressure[c] = max(l.pressure[c], pressure[c])
			}
			depth--
		}
	}
}

// measure returns whether a block calls, and how many values of each class live in it at
// the same time.
func (a *Allocator) measure(b int32) (calls bool, most [2]int32) {
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
	return calls, most
}
