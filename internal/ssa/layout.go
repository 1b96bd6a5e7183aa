package ssa

// layout puts the blocks in their order: reverse postorder with the blocks of a loop together, cold ones last. Blocks
// that cannot be reached are dropped, loops are found (not in the plain form, in which they may be many in each other),
// and what only leads to cold blocks is cold, too.
func (o *Optimizer) layout(f *Func) {
	o.dom.find(f)
	o.dropUnreachable(f)
	if !f.Plain {
		o.loops.find(&o.dom)
	}
	o.spreadCold()
	o.visited = resized(o.visited, f.NumBlocks())
	o.order = o.order[:0]
	// A search that goes to the ways out of a loop first makes them come last.
	o.dom.stack = append(o.dom.stack[:0], domStep{block: f.Blocks[0]})
	o.visited[f.Blocks[0].ID] = true
	for len(o.dom.stack) > 0 {
		top := &o.dom.stack[len(o.dom.stack)-1]
		if to := o.nextSuccessor(top); to != nil {
			o.dom.stack = append(o.dom.stack, domStep{block: to})
			o.visited[to.ID] = true
			continue
		}
		o.order = append(o.order, top.block)
		o.dom.stack = o.dom.stack[:len(o.dom.stack)-1]
	}
	f.Blocks = f.Blocks[:0]
	for _, cold := range []bool{false, true} {
		for i := len(o.order) - 1; i >= 0; i-- {
			if b := o.order[i]; b.Cold == cold {
				f.Blocks = append(f.Blocks, b)
			}
		}
	}
}

// nextSuccessor returns the next successor to visit: the one in fewer loops, and among
// equals the last, so that the first follows its predecessor in the end.
func (o *Optimizer) nextSuccessor(s *domStep) *Block {
	if len(s.block.Succs) > 2 {
		// Tables and invokes: in order, whatever the loops.
		for s.succ < len(s.block.Succs) {
			to := s.block.Succs[len(s.block.Succs)-1-s.succ].To
			s.succ++
			if !o.visited[to.ID] {
				return to
			}
		}
		return nil
	}
	var best *Block
	for _, e := range s.block.Succs {
		if !o.visited[e.To.ID] && (best == nil || e.To.LoopDepth <= best.LoopDepth) {
			best = e.To
		}
	}
	return best
}

// spreadCold marks blocks all of whose successors are cold, and those that only cold
// blocks lead to: so each block but the entry comes behind one of its predecessors.
func (o *Optimizer) spreadCold() {
	order := o.dom.order
	for i := len(order) - 1; i > 0; i-- {
		b := order[i]
		cold := b.Cold || len(b.Succs) > 0
		for _, e := range b.Succs {
			cold = cold && (b.Cold || e.To.Cold)
		}
		b.Cold = cold
	}
	order[0].Cold = false
	for i, b := range order[1:] {
		cold := true
		for _, p := range b.Preds {
			cold = cold && (p.Cold || o.dom.number[p.ID] > int32(i))
		}
		b.Cold = b.Cold || cold
	}
}

// dropUnreachable removes blocks that the order does not have, and the edges from them.
func (o *Optimizer) dropUnreachable(f *Func) {
	kept := f.Blocks[:0]
	for _, b := range f.Blocks {
		if o.dom.number[b.ID] >= 0 {
			kept = append(kept, b)
		}
	}
	dropped := len(kept) < len(f.Blocks)
	f.Blocks = kept
	if dropped {
		f.linkPreds()
	}
}
