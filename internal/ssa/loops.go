package ssa

// loopForest finds the loops of a function with dominators found. Structured code has
// only reducible loops: their headers dominate the blocks that go back to them.
type loopForest struct {
	header []*Block // by position in the order: header of the innermost loop around, or nil
	stack  []*Block
}

// find sets LoopDepth and IsLoop of all blocks that can be reached.
func (l *loopForest) find(d *domTree) {
	l.header = resized(l.header, len(d.order))
	// From the last block to the first: inner loops before outer ones, as an outer
	// header comes earlier.
	for i := len(d.order) - 1; i >= 0; i-- {
		b := d.order[i]
		b.IsLoop, b.LoopDepth = false, 0
		for _, p := range b.Preds {
			if n := d.number[p.ID]; n >= 0 && d.dominates(b, p) {
				b.IsLoop = true
				l.stack = append(l.stack, p)
			}
		}
		l.collect(d, b)
	}
	for i, b := range d.order {
		outer := l.header[i]
		if outer != nil {
			b.LoopDepth = outer.LoopDepth
		}
		if b.IsLoop {
			b.LoopDepth++
		}
	}
}

// collect gives the blocks from which the blocks in l.stack are reached without passing
// the header to its loop. Inner loops are passed at once, by their headers.
func (l *loopForest) collect(d *domTree, header *Block) {
	for len(l.stack) > 0 {
		b := l.stack[len(l.stack)-1]
		l.stack = l.stack[:len(l.stack)-1]
		// The outermost loop around b that is known.
		for b != header {
			outer := l.header[d.number[b.ID]]
			if outer == nil {
				break
			}
			b = outer
		}
		if b == header {
			continue
		}
		l.header[d.number[b.ID]] = header
		for _, p := range b.Preds {
			if d.number[p.ID] >= 0 {
				l.stack = append(l.stack, p)
			}
		}
	}
}

// headerOf returns the header of the innermost loop that a block is in, its own if it is a header.
func (l *loopForest) headerOf(d *domTree, b *Block) *Block {
	if b.IsLoop {
		return b
	}
	return l.header[d.number[b.ID]]
}
