package ssa

// domTree finds what blocks dominate which, and the order of blocks for passes. Its
// memory is reused from function to function.
type domTree struct {
	order  []*Block // reverse postorder
	number []int32  // by block ID: position in order, -1 if it cannot be reached
	tree   Dominators

	stack []domStep
}

type domStep struct {
	block *Block
	succ  int
}

// resized returns a list of n zeros, in the memory of list if there is enough.
func resized[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n+n/4)[:n]
	}
	list = list[:n]
	clear(list)
	return list
}

// findOrder finds the reverse postorder of the blocks that can be reached.
func (d *domTree) findOrder(f *Func) {
	n := f.NumBlocks()
	d.number = resized(d.number, n)
	for i := range d.number {
		d.number[i] = -1
	}
	d.order = d.order[:0]
	d.stack = append(d.stack[:0], domStep{block: f.Blocks[0]})
	d.number[f.Blocks[0].ID] = 0
	for len(d.stack) > 0 {
		top := &d.stack[len(d.stack)-1]
		// Backwards, so that in the result the first successor follows soonest.
		if top.succ < len(top.block.Succs) {
			to := top.block.Succs[len(top.block.Succs)-1-top.succ].To
			top.succ++
			if d.number[to.ID] < 0 {
				d.number[to.ID] = 0
				d.stack = append(d.stack, domStep{block: to})
			}
			continue
		}
		d.order = append(d.order, top.block)
		d.stack = d.stack[:len(d.stack)-1]
	}
	for i, j := 0, len(d.order)-1; i < j; i, j = i+1, j-1 {
		d.order[i], d.order[j] = d.order[j], d.order[i]
	}
	for i, b := range d.order {
		d.number[b.ID] = int32(i)
	}
}

// find finds order and dominators.
func (d *domTree) find(f *Func) {
	d.findOrder(f)
	d.tree.Begin(len(d.order))
	for i := int32(1); i < int32(len(d.order)); i++ {
		idom := int32(-1)
		for _, p := range d.order[i].Preds {
			idom = d.tree.Meet(i, idom, d.number[p.ID])
		}
		d.tree.Add(i, idom)
	}
	d.tree.Finish()
}

// common returns the lowest block that dominates both.
func (d *domTree) common(a, b *Block) *Block {
	return d.order[d.tree.Common(d.number[a.ID], d.number[b.ID])]
}

// dominates reports whether every way to b leads through a.
func (d *domTree) dominates(a, b *Block) bool {
	return d.tree.Dominates(d.number[a.ID], d.number[b.ID])
}
