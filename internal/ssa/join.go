package ssa

// join appends blocks to their only predecessors, if those go nowhere else, and reports whether there are any. A jump
// to a block that only returns becomes a return. Of predecessors, only the number is right until the end. The uses of
// parameters that are gone are not rewritten.
func (o *Optimizer) join(f *Func) (joined bool) {
	o.index = resized(o.index, f.NumValues())
	o.visited = resized(o.visited, f.NumBlocks()) // those that are gone
	for _, b := range f.Blocks {
		if o.visited[b.ID] {
			continue
		}
		for len(b.Succs) == 1 && b.Terminator().Op == OpJump {
			to := b.Succs[0].To
			if len(to.Preds) != 1 || to == b {
				joined = o.returnAtOnce(f, b, to) || joined
				break
			}
			for i, p := range to.Params {
				o.repl[p.ID] = o.resolve(b.Succs[0].Args[i])
			}
			b.Values = b.Values[:len(b.Values)-1]
			for _, v := range to.Values {
				b.Add(v)
			}
			b.Succs = append(b.Succs[:0], to.Succs...)
			b.Cold = b.Cold || to.Cold
			o.visited[to.ID] = true
			joined = true
		}
	}
	if !joined {
		return false
	}
	kept := f.Blocks[:0]
	for _, b := range f.Blocks {
		if !o.visited[b.ID] {
			kept = append(kept, b)
		}
	}
	f.Blocks = kept
	f.linkPreds()
	return true
}

// returnAtOnce makes a block that jumps to one that only returns do so itself.
func (o *Optimizer) returnAtOnce(f *Func, b, to *Block) bool {
	if len(to.Values) != 1 || to.Values[0].Op != OpReturn {
		return false
	}
	jump := b.Terminator()
	jump.Op, jump.Pos, jump.Args = OpReturn, to.Values[0].Pos, f.newArgs(len(to.Values[0].Args))
	for i, p := range to.Params {
		o.index[p.ID] = int32(i)
	}
	for _, a := range to.Values[0].Args {
		a = o.resolve(a) // what was appended to the block returns
		if a.Op == OpParam && a.Block == to {
			a = b.Succs[0].Args[o.index[a.ID]]
		}
		jump.Args = append(jump.Args, a)
	}
	b.Succs = b.Succs[:0]
	to.Preds = to.Preds[:len(to.Preds)-1]
	o.visited[to.ID] = len(to.Preds) == 0
	return true
}
