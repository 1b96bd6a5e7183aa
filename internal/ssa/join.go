package ssa

// join appends blocks to their only predecessors, if those go nowhere else.
func (o *Optimizer) join(f *Func) {
	o.startReplacing(f)
	o.dom.findOrder(f)
	joined := false
	for _, b := range o.dom.order {
		if o.dom.number[b.ID] < 0 {
			continue // appended to another
		}
		for len(b.Succs) == 1 && b.Terminator().Op == OpJump {
			to := b.Succs[0].To
			if len(to.Preds) != 1 || to == b {
				break
			}
			for i, p := range to.Params {
				o.repl[p.ID] = b.Succs[0].Args[i]
			}
			b.Values = b.Values[:len(b.Values)-1]
			for _, v := range to.Values {
				b.Add(v)
			}
			b.Succs = append(b.Succs[:0], to.Succs...)
			for _, e := range b.Succs {
				for i, p := range e.To.Preds {
					if p == to {
						e.To.Preds[i] = b
					}
				}
			}
			b.Cold = b.Cold || to.Cold
			o.dom.number[to.ID] = -1
			joined = true
		}
	}
	if !joined {
		return
	}
	kept := f.Blocks[:0]
	for _, b := range f.Blocks {
		if o.dom.number[b.ID] >= 0 {
			kept = append(kept, b)
		}
	}
	f.Blocks = kept
	o.rewrite(f)
}
