package ssa

// domTree finds what blocks dominate which, and the order of blocks for passes. Its
// memory is reused from function to function.
type domTree struct {
	order []*Block // reverse postorder
	// By block ID: position in order (-1: not reachable), immediate dominator as a
	// position, and the interval of a walk over the tree of dominators.
	number      []int32
	idom        []int32
	first, last []int32

	stack    []domStep
	children [][2]int32 // by position: first child, next sibling
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

// find finds order and dominators: iteration over the reverse postorder, which for the
// graphs of structured code needs two rounds.
func (d *domTree) find(f *Func) {
	d.findOrder(f)
	n := len(d.order)
	d.idom = resized(d.idom, n)
	for i := range d.idom {
		d.idom[i] = -1
	}
	d.idom[0] = 0
	for changed := true; changed; {
		changed = false
		for i := 1; i < n; i++ {
			best := int32(-1)
			for _, p := range d.order[i].Preds {
				j := d.number[p.ID]
				if j < 0 || d.idom[j] < 0 {
					continue
				}
				if best < 0 {
					best = j
					continue
				}
				for best != j {
					for best > j {
						best = d.idom[best]
					}
					for j > best {
						j = d.idom[j]
					}
				}
			}
			if d.idom[i] != best {
				d.idom[i], changed = best, true
			}
		}
	}
	d.findIntervals(n)
}

// findIntervals numbers a walk over the tree, so that dominates is two comparisons.
func (d *domTree) findIntervals(n int) {
	d.first, d.last = resized(d.first, n), resized(d.last, n)
	d.children = resized(d.children, n)
	for i := n - 1; i > 0; i-- {
		parent := d.idom[i]
		d.children[i][1] = d.children[parent][0]
		d.children[parent][0] = int32(i)
	}
	clock, at := int32(0), int32(0)
	for {
		clock++
		d.first[at] = clock
		if child := d.children[at][0]; child != 0 {
			at = child
			continue
		}
		for {
			d.last[at] = clock
			if at == 0 {
				return
			}
			if next := d.children[at][1]; next != 0 {
				at = next
				break
			}
			at = d.idom[at]
		}
	}
}

// dominates reports whether every way to b leads through a.
func (d *domTree) dominates(a, b *Block) bool {
	i, j := d.number[a.ID], d.number[b.ID]
	return d.first[i] <= d.first[j] && d.first[j] <= d.last[i]
}
