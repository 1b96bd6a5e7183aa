package codegen

// findDominators finds the dominators of the blocks that can be reached.
func (a *Allocator) findDominators() {
	d := &a.dominators
	d.Begin(len(a.order))
	for i := int32(1); i < int32(len(a.order)); i++ {
		idom := int32(-1)
		for _, p := range a.f.Blocks[a.order[i]].Preds {
			idom = d.Meet(i, idom, a.blocks[p].rpo)
		}
		d.Add(i, idom)
	}
	d.Finish()
}

// idom returns the immediate dominator of a block.
func (a *Allocator) idom(b int32) int32 { return a.order[a.dominators.Idom(a.blocks[b].rpo)] }

// commonDominator returns the lowest block that dominates both.
func (a *Allocator) commonDominator(x, y int32) int32 {
	return a.order[a.dominators.Common(a.blocks[x].rpo, a.blocks[y].rpo)]
}
