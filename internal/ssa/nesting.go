package ssa

// A nesting is the forest of loops of any control flow, after P. Havlak, "Nesting of Reducible and Irreducible
// Loops", ACM TOPLAS 19(4), 1997. The header of a loop is the block of it that a search in depth from the
// entry meets first; in the loop is what the header reaches, and what reaches an edge back to the header without
// passing it. Where control flow is reducible these are the natural loops (loops.go); elsewhere a loop has edges from
// outside to other blocks than its header.
//
// Blocks are numbered in the order in which the search meets them; a negative number stands for none.
type nesting struct {
	order  []*Block
	number []int32 // by block ID
	last   []int32 // the highest number in the subtree of the search
	header []int32 // of the innermost loop around, a header's own excluded
	isLoop []bool
	// A walk over the forest numbers a header first, and what is in its loop up to end, exclusive.
	first, end []int32

	outer   []int32   // disjoint sets, for outermost
	noted   []int32   // by block: the header in whose body it is
	entered [][]int32 // by header: whence edges lead into its loop past it
	body    []int32
	stack   []domStep
	steps   int
}

// find finds the loops, and reports whether that took a reasonable number of steps. The search visits successors from
// the first on.
func (n *nesting) find(f *Func) bool {
	n.search(f)
	count := len(n.order)
	n.header, n.outer, n.noted = resized(n.header, count), resized(n.outer, count), resized(n.noted, count)
	n.isLoop = resized(n.isLoop, count)
	n.entered = resized(n.entered, count)
	for i := range n.header {
		n.header[i], n.outer[i], n.noted[i] = -1, int32(i), -1
	}
	n.steps = 0
	edges := count
	for _, b := range n.order {
		edges += len(b.Preds)
	}
	for w := count - 1; w >= 0; w-- {
		n.collect(int32(w))
		if n.steps > maxNestingSteps*edges {
			return false
		}
	}
	n.nest()
	return true
}

// maxNestingSteps bounds the steps per block and edge. Only loops with many entries, deep in each other, take more
// than a few.
const maxNestingSteps = 64

// search numbers the blocks that can be reached.
func (n *nesting) search(f *Func) {
	n.number = resized(n.number, f.NumBlocks())
	for i := range n.number {
		n.number[i] = -1
	}
	n.order, n.last = n.order[:0], n.last[:0]
	n.stack = n.stack[:0]
	n.meet(f.Blocks[0])
	for len(n.stack) > 0 {
		top := &n.stack[len(n.stack)-1]
		if top.succ < len(top.block.Succs) {
			to := top.block.Succs[top.succ].To
			top.succ++
			if n.number[to.ID] < 0 {
				n.meet(to)
			}
			continue
		}
		n.last[n.number[top.block.ID]] = int32(len(n.order) - 1)
		n.stack = n.stack[:len(n.stack)-1]
	}
}

func (n *nesting) meet(b *Block) {
	n.number[b.ID] = int32(len(n.order))
	n.order = append(n.order, b)
	n.last = append(n.last, 0)
	n.stack = append(n.stack, domStep{block: b})
}

// below reports whether x is in the subtree of w.
func (n *nesting) below(x, w int32) bool { return w <= x && x <= n.last[w] }

// outermost returns the header of the outermost known loop around a block, or itself.
func (n *nesting) outermost(x int32) int32 {
	for n.outer[x] != x {
		n.outer[x] = n.outer[n.outer[x]]
		x = n.outer[x]
	}
	return x
}

// collect finds the loop whose header is w, if there is one. Those of higher numbers are known.
func (n *nesting) collect(w int32) {
	n.body = n.body[:0]
	for _, p := range n.order[w].Preds {
		v := n.number[p.ID]
		if v >= 0 && n.below(v, w) {
			n.isLoop[w] = true
			n.include(v, w)
		}
	}
	for i := 0; i < len(n.body); i++ {
		x := n.body[i]
		for _, p := range n.order[x].Preds {
			n.enter(n.number[p.ID], x, w)
		}
		for _, y := range n.entered[x] {
			n.enter(y, x, w)
		}
	}
	for _, x := range n.body {
		n.header[x], n.outer[x] = w, w
	}
}

// enter looks at an edge to x, which is in the loop of w, or the header of a loop in it that has the edge.
func (n *nesting) enter(y, x, w int32) {
	n.steps++
	switch {
	case y < 0 || n.below(y, x):
		// Not reached, or an edge back to x itself.
	case n.below(n.outermost(y), w):
		n.include(y, w)
	default:
		n.entered[w] = append(n.entered[w], y) // a second entry; it may be in a loop around
	}
}

// include adds the outermost known loop around a block to the body of w.
func (n *nesting) include(v, w int32) {
	if v = n.outermost(v); v != w && n.noted[v] != w {
		n.noted[v] = w
		n.body = append(n.body, v)
	}
}

// nest numbers the blocks along the forest. A header has a lower number than what is in its loop, so two passes do: in
// the first one, end becomes the size of a loop, in the second the number of the next block in it.
func (n *nesting) nest() {
	n.first, n.end = resized(n.first, len(n.order)), resized(n.end, len(n.order))
	for i := len(n.order) - 1; i >= 0; i-- {
		n.end[i]++ // itself
		if w := n.header[i]; w >= 0 {
			n.end[w] += n.end[i]
		}
	}
	next := int32(0) // of those in no loop
	for i := range n.order {
		size, at := n.end[i], &next
		if w := n.header[i]; w >= 0 {
			at = &n.end[w]
		}
		n.first[i] = *at
		*at += size
		n.end[i] = n.first[i] + 1
	}
}

// within reports whether a block is in the loop of w, as its header or otherwise.
func (n *nesting) within(x, w int32) bool { return n.first[w] <= n.first[x] && n.first[x] < n.end[w] }
