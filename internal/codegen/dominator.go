package codegen

// dominators finds the immediate dominators, by intersection until nothing changes.
func (a *Allocator) dominators() {
	for changed := true; changed; {
		changed = false
		for _, b := range a.order[1:] {
			idom := int32(-1)
			for _, p := range a.f.Blocks[b].Preds {
				p := int32(p)
				switch {
				case a.blocks[p].rpo < 0 || p != 0 && a.blocks[p].idom < 0:
				case idom < 0:
					idom = p
				default:
					idom = a.dominator(idom, p)
				}
			}
			if a.blocks[b].idom != idom {
				a.blocks[b].idom = idom
				changed = true
			}
		}
	}
	a.numberDominators()
}

// numberDominators numbers the blocks so that a block dominates those of which the number is
// from its own on, up to its last one.
func (a *Allocator) numberDominators() {
	// A block's number is behind those of the subtrees to the left: with the sizes of the
	// subtrees, reverse postorder gives that in two passes.
	for i := len(a.order) - 1; i >= 0; i-- {
		st := &a.blocks[a.order[i]]
		st.domLast++ // itself
		if i > 0 {
			a.blocks[st.idom].domLast += st.domLast
		}
	}
	for i, b := range a.order {
		st := &a.blocks[b]
		size := st.domLast
		if i > 0 {
			up := &a.blocks[st.idom]
			st.dom = up.domNext
			up.domNext += size
		}
		st.domNext = st.dom + 1
		st.domLast = st.dom + size - 1
	}
}

// dominates returns whether a block dominates another one, or is the same.
func (a *Allocator) dominates(x, y int32) bool {
	st := &a.blocks[x]
	return st.dom <= a.blocks[y].dom && a.blocks[y].dom <= st.domLast
}

// dominator returns the lowest block that dominates both, of those that have a dominator already.
func (a *Allocator) dominator(x, y int32) int32 {
	for x != y {
		if a.blocks[x].rpo > a.blocks[y].rpo {
			x = a.blocks[x].idom
		} else {
			y = a.blocks[y].idom
		}
	}
	return x
}
