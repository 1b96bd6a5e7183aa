package codegen

// findDominators finds the dominators of the blocks that can be reached.
func (a *Allocator) findDominators() {
	a.dominators.Find(len(a.order), func(block int32, meet func(int32)) {
		for _, p := range a.f.Blocks[a.order[block]].Preds {
			meet(a.blocks[p].rpo)
		}
	})
}

// idom returns the immediate dominator of a block.
func (a *Allocator) idom(b int32) int32 { return a.order[a.dominators.Idom(a.blocks[b].rpo)] }

// commonDominator returns the lowest block that dominates both.
func (a *Allocator) commonDominator(x, y int32) int32 {
	return a.order[a.dominators.Common(a.blocks[x].rpo, a.blocks[y].rpo)]
}
