package ssa

// Dominators is the tree of dominators of blocks that are numbered from the entry, 0, in reverse
// postorder. Its memory is reused.
type Dominators struct{ blocks []dominated }

// A dominated block has its immediate dominator and, so that ways up take few steps however long they
// are, one that is farther away the deeper the block is.
type dominated struct {
	idom, jump, depth int32
	// A walk over the tree numbers a block first, and those that it dominates up to last, exclusive.
	first, last int32
}

// Begin begins with n blocks. For each of them but the entry, in order, Meet is called with its predecessors, and then
// Add; at last Finish.
func (d *Dominators) Begin(n int) { d.blocks = resized(d.blocks, n) }

// Meet returns the lowest block that dominates all predecessors of a block, given that of those that it was called with
// before, -1 for none. Predecessors from the block's own number on count for nothing: in structured code edges back
// lead to dominators.
func (d *Dominators) Meet(block, before, pred int32) int32 {
	switch {
	case pred < 0 || pred >= block:
		return before
	case before < 0:
		return pred
	}
	return d.Common(before, pred)
}

// Add notes the immediate dominator of a block.
func (d *Dominators) Add(block, idom int32) {
	a := &d.blocks[idom]
	b := &d.blocks[a.jump]
	jump := idom
	if a.depth-b.depth == b.depth-d.blocks[b.jump].depth {
		jump = b.jump
	}
	d.blocks[block] = dominated{idom: idom, jump: jump, depth: a.depth + 1}
}

// Finish numbers the blocks along the tree. Their order shows that in two passes: in the first one, last becomes the
// size of a subtree, in the second the number of the next one below the block.
func (d *Dominators) Finish() {
	for i := len(d.blocks) - 1; i > 0; i-- {
		b := &d.blocks[i]
		b.last++ // itself
		d.blocks[b.idom].last += b.last
	}
	for i := range d.blocks {
		b := &d.blocks[i]
		if i > 0 {
			up := &d.blocks[b.idom]
			b.first = up.last
			up.last += b.last
		}
		b.last = b.first + 1
	}
}

// Idom returns the immediate dominator of a block, 0 for the entry.
func (d *Dominators) Idom(block int32) int32 { return d.blocks[block].idom }

// Dominates reports whether every way to y leads through x.
func (d *Dominators) Dominates(x, y int32) bool {
	b := &d.blocks[x]
	return b.first <= d.blocks[y].first && d.blocks[y].first < b.last
}

// Common returns the lowest block that dominates both.
func (d *Dominators) Common(x, y int32) int32 {
	if d.blocks[x].depth < d.blocks[y].depth {
		x, y = y, x
	}
	for depth := d.blocks[y].depth; d.blocks[x].depth > depth; {
		if jump := d.blocks[x].jump; d.blocks[jump].depth >= depth {
			x = jump
		} else {
			x = d.blocks[x].idom
		}
	}
	for x != y {
		// From the same depth, both jump equally far.
		a, b := &d.blocks[x], &d.blocks[y]
		if a.jump != b.jump {
			x, y = a.jump, b.jump
		} else {
			x, y = a.idom, b.idom
		}
	}
	return x
}
