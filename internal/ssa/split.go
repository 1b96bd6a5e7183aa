package ssa

// split puts a block on each edge from a block with several successors that carries values or leads to a block which
// has other predecessors. Edges from one table to one block share it, if they carry nothing.
func (o *Optimizer) split(f *Func) {
	count := f.NumBlocks()
	o.index = resized(o.index, count) // by block ID: how many edges lead there from the block at hand
	o.place = resized(o.place, count) // by block ID: what is shared on the way there
	for _, b := range f.Blocks {
		if len(b.Succs) < 2 {
			continue
		}
		for _, e := range b.Succs {
			o.index[e.To.ID]++
		}
		for i := range b.Succs {
			e := &b.Succs[i]
			to := e.To
			switch {
			case to.Pad != NotPad || len(e.Args) == 0 && len(to.Preds) == int(o.index[to.ID]):
			case len(e.Args) > 0:
				f.splitEdge(b, e)
			case o.place[to.ID] == nil:
				o.place[to.ID] = f.splitEdge(b, e)
			default:
				*e = Edge{To: o.place[to.ID]}
			}
		}
		for _, e := range b.Succs {
			to := e.To
			if int(to.ID) >= count {
				to = to.Succs[0].To // of a block that was put here
			}
			o.index[to.ID], o.place[to.ID] = 0, nil
		}
	}
	f.linkPreds()
}

// splitEdge puts a block on an edge, and returns it. Predecessors are not those any more.
func (f *Func) splitEdge(from *Block, e *Edge) *Block {
	between := f.NewBlock()
	between.Cold = e.To.Cold
	jump := f.NewValue(OpJump, Void, 0)
	jump.Pos = from.Terminator().Pos
	between.Add(jump)
	between.Succs = append(between.Succs, *e)
	*e = Edge{To: between}
	f.Blocks = append(f.Blocks, between)
	return between
}
