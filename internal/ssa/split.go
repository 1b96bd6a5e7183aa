package ssa

// split puts a block on each edge from a block with several successors that carries
// values or leads to a block with several predecessors.
func (o *Optimizer) split(f *Func) {
	o.visited = resized(o.visited, f.NumBlocks())
	for _, b := range f.Blocks {
		if len(b.Succs) < 2 {
			continue
		}
		// A table can have thousands of edges to one block: each block's predecessors are
		// gone through once.
		o.order = o.order[:0]
		for i := range b.Succs {
			to := b.Succs[i].To
			if to.Pad != NotPad || !o.visited[to.ID] && len(to.Preds) == 1 && len(b.Succs[i].Args) == 0 {
				continue
			}
			if !o.visited[to.ID] {
				o.visited[to.ID] = true
				o.order = append(o.order, to)
				to.removePred(b)
			}
			to.Preds = append(to.Preds, f.splitEdge(b, &b.Succs[i]))
		}
		for _, to := range o.order {
			o.visited[to.ID] = false
		}
	}
}

// splitEdge puts a block on an edge and returns it.
func (f *Func) splitEdge(from *Block, e *Edge) *Block {
	between := f.NewBlock()
	between.Cold = e.To.Cold
	jump := f.NewValue(OpJump, Void, 0)
	jump.Pos = from.Terminator().Pos
	between.Add(jump)
	between.Succs = append(between.Succs, *e)
	between.Preds = append(between.Preds, from)
	*e = Edge{To: between}
	f.Blocks = append(f.Blocks, between)
	return between
}
