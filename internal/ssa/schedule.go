package ssa

// schedule finds better places for pure values:
//
//   - out of loops, if their arguments are from outside and making them anew in each round
//     costs more than a register does;
//   - constants, and what never changes, which simplify has left in the entry: to where all
//     their uses can be reached from, outside of loops that the uses are in;
//   - values that only cold blocks use, or blocks behind the loop, to those.
//
// Between where the arguments are known and the lowest block that dominates all uses, the
// place is the lowest one in the fewest loops.
func (o *Optimizer) schedule(f *Func) {
	o.dom.find(f)
	o.dropUnreachable(f)
	o.loops.find(&o.dom)
	o.spreadCold()
	o.findEarliest(f)
	o.place = resized(o.place, f.NumValues()) // first: the lowest block that dominates all uses
	// Uses come after definitions: backwards, all users of a value have their places.
	for i := len(o.dom.order) - 1; i >= 0; i-- {
		b := o.dom.order[i]
		for _, e := range b.Succs {
			for _, a := range e.Args {
				o.usedIn(a, b)
			}
		}
	}
	for i := len(o.dom.order) - 1; i >= 0; i-- {
		b := o.dom.order[i]
		for j := len(b.Values) - 1; j >= 0; j-- {
			v := b.Values[j]
			at := b
			if v.Op.Info().Pure && o.place[v.ID] != nil {
				at = o.best(v, o.place[v.ID])
			}
			o.place[v.ID] = at
			for _, a := range v.Args {
				o.usedIn(a, at)
			}
		}
	}
	o.move(f)
}

// usedIn notes a use of a value in a block.
func (o *Optimizer) usedIn(v *Value, b *Block) {
	if at := o.place[v.ID]; at != nil {
		b = o.dom.common(at, b)
	}
	o.place[v.ID] = b
}

// best returns the place for a pure value whose uses a block dominates: that block, or
// the nearest above it that is in fewer loops.
func (o *Optimizer) best(v *Value, lowest *Block) *Block {
	top := o.earliest[v.ID]
	if !isCostly(v) && o.dom.dominates(v.Block, lowest) {
		top = v.Block
	}
	best := lowest
	for at := lowest; best.LoopDepth > 0; {
		header := o.loops.headerOf(&o.dom, at)
		if header == nil {
			break
		}
		n := o.dom.number[header.ID]
		if n == 0 {
			break
		}
		at = o.dom.order[o.dom.tree.Idom(n)]
		if !o.dom.dominates(top, at) {
			break
		}
		if at.LoopDepth < best.LoopDepth {
			best = at
		}
	}
	// To sink a value makes its arguments live longer.
	if from := v.Block; len(v.Args) > 0 && v.Op != OpGetInvariant && best.LoopDepth >= from.LoopDepth &&
		best.Cold == from.Cold && o.dom.dominates(from, best) {
		return from
	}
	return best
}

// findEarliest finds, for each value, the highest block in which it can be made: for a pure one
// the lowest of those of its arguments.
func (o *Optimizer) findEarliest(f *Func) {
	o.earliest = resized(o.earliest, f.NumValues())
	for _, b := range o.dom.order {
		for _, p := range b.Params {
			o.earliest[p.ID] = b
		}
		for _, v := range b.Values {
			at := b
			if v.Op.Info().Pure {
				at = f.Blocks[0]
				for _, a := range v.Args {
					if e := o.earliest[a.ID]; o.dom.number[e.ID] > o.dom.number[at.ID] {
						at = e // all of them are on one way down the tree
					}
				}
			}
			o.earliest[v.ID] = at
		}
	}
}

// isCostly reports whether a value is worth a register over a loop. Comparisons,
// extensions and operations with constants mostly vanish in the instructions that use them.
func isCostly(v *Value) bool {
	switch v.Op {
	case OpIcmp, OpFcmp, OpExtendU, OpExtendS, OpWrap, OpContext:
		return false
	}
	return len(v.Args) < 2 || v.Args[1].Op != OpConst
}

// move puts the values into their places: those that come from other blocks before the
// first use or, where there is none, at the end.
func (o *Optimizer) move(f *Func) {
	o.live = o.live[:0]
	for _, b := range o.dom.order {
		kept := b.Values[:0]
		for _, v := range b.Values {
			// What simplify has put at the beginning of the entry is not needed so soon there.
			if o.place[v.ID] == b && v.Op != OpConst && v.Op != OpGetInvariant {
				kept = append(kept, v)
			} else {
				o.live = append(o.live, v)
			}
		}
		b.Values = kept
	}
	if len(o.live) == 0 {
		return
	}
	for _, v := range o.live {
		v.Block = o.place[v.ID]
		v.Block.arrivals = append(v.Block.arrivals, v)
	}
	o.seen = resized(o.seen, f.NumValues())
	for _, b := range o.dom.order {
		if len(b.arrivals) == 0 {
			continue
		}
		for _, v := range b.arrivals {
			o.seen[v.ID] = true // not placed yet
		}
		last := b.Terminator()
		if last.Op == OpInvoke {
			last = last.Args[0] // nothing comes between
		}
		o.input = append(o.input[:0], b.Values...)
		b.Values = b.Values[:0]
		for _, v := range o.input {
			if v == last {
				for _, late := range b.arrivals {
					o.putBefore(b, late)
				}
			}
			for _, a := range v.Args {
				o.putBefore(b, a)
			}
			b.Values = append(b.Values, v)
		}
		b.arrivals = b.arrivals[:0]
	}
}

// putBefore adds a value, if it is one that arrives in the block, after its arguments.
func (o *Optimizer) putBefore(b *Block, v *Value) {
	if v.Block != b || !o.seen[v.ID] {
		return
	}
	o.seen[v.ID] = false
	for _, a := range v.Args {
		o.putBefore(b, a)
	}
	b.Values = append(b.Values, v)
}
