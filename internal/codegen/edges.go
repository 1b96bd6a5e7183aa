package codegen

// edges adds the moves between the blocks: before the last instruction of a block with one
// successor, at the beginning of a successor with one predecessor.
func (a *Allocator) edges() {
	a.wanted = a.wanted[:0]
	for _, b := range a.order {
		blk, st := &a.f.Blocks[b], &a.blocks[b]
		for i := range blk.Succs {
			e := &blk.Succs[i]
			to := &a.f.Blocks[e.To]
			if to.Pad || i > 0 && e.To == blk.Succs[i-1].To {
				continue // or done, since a table has it again
			}
			single := len(blk.Succs) == 1
			// Stores to the frame are behind the moves at the beginning of a block, so that
			// loads among those count for the predecessor.
			a.cur, a.inst = b, int32(blk.End-blk.First)
			from := int32(len(a.out))
			a.edge(st, e)
			if moves := (span{from, int32(len(a.out))}); single {
				st.after = moves
			} else {
				a.blocks[e.To].before = moves
			}
		}
	}
}

// edge adds the moves of an edge.
func (a *Allocator) edge(st *blockState, e *Edge) {
	to := &a.f.Blocks[e.To]
	a.wants = a.wants[:0]
	for k, p := range to.Params {
		if a.vals[p].inFrame {
			a.wants = append(a.wants, want{reg: NoReg, slot: p, v: e.Args[k]})
		}
	}
next:
	for _, h := range a.blocks[e.To].start {
		for k, p := range to.Params {
			if p == h.v {
				a.wants = append(a.wants, want{reg: h.reg, v: e.Args[k]})
				continue next
			}
		}
		a.wants = append(a.wants, want{reg: h.reg, v: h.v})
	}
	if len(a.wants) == 0 {
		return
	}
	for _, h := range st.end {
		a.assign(h.reg, h.v)
	}
	a.parallel()
	a.releaseAll(a.used)
}
