package ssa

// split puts a block on each edge from a block with several successors that carries
// values or leads to a block with several predecessors.
func (o *Optimizer) split(f *Func) {
	for _, b := range f.Blocks {
		if len(b.Succs) < 2 {
			continue
		}
		for i := range b.Succs {
			if e := &b.Succs[i]; e.To.Pad == NotPad && (len(e.To.Preds) > 1 || len(e.Args) > 0) {
				f.splitEdge(b, e)
			}
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
