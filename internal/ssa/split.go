package ssa

// split puts a block on each edge from a block with several successors that carries
// values or leads to a block with several predecessors.
func (o *Optimizer) split(f *Func) {
	for _, b := range f.Blocks {
		if len(b.Succs) < 2 {
			continue
		}
		for i := range b.Succs {
			e := &b.Succs[i]
			if e.To.Pad == NotPad && (len(e.To.Preds) > 1 || len(e.Args) > 0) {
				f.splitEdge(b, e)
			}
		}
	}
}

// splitEdge puts a block on an edge.
func (f *Func) splitEdge(from *Block, e *Edge) {
	between := f.NewBlock()
	between.Cold = e.To.Cold
	jump := f.NewValue(OpJump, Void, 0)
	jump.Pos = from.Terminator().Pos
	between.Add(jump)
	between.Succs = append(between.Succs, *e)
	between.Preds = append(between.Preds, from)
	for i, p := range e.To.Preds {
		if p == from {
			e.To.Preds[i] = between
			break
		}
	}
	*e = Edge{To: between}
	f.Blocks = append(f.Blocks, between)
}
