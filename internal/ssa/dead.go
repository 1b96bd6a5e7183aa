package ssa

import "slices"

// dead unites again, since simplify has found what is the same, and removes what nothing needs.
func (o *Optimizer) dead(f *Func) {
	o.startReplacing(f)
	o.uniteParams(f)
	o.join(f)
	o.dropDead(f)
}

// dropDead removes values that nothing needs: those that have no effect themselves and that no
// value with an effect uses, not even through parameters that only feed themselves. What has been replaced is rewritten.
func (o *Optimizer) dropDead(f *Func) {
	o.seen = resized(o.seen, f.NumValues())
	o.live = o.live[:0]
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			if hasEffect(v.Op) {
				o.mark(v)
			}
		}
	}
	for _, p := range f.Blocks[0].Params {
		o.seen[p.ID] = true
	}
	o.index = resized(o.index, f.NumValues())
	for _, b := range f.Blocks {
		o.indexParams(b)
	}
	for len(o.live) > 0 {
		v := o.live[len(o.live)-1]
		o.live = o.live[:len(o.live)-1]
		for i, a := range v.Args {
			a = o.resolve(a)
			v.Args[i] = a
			o.mark(a)
		}
		if v.Op != OpParam || v.Block.Pad != NotPad {
			continue
		}
		i := o.index[v.ID]
		for _, p := range v.Block.Preds {
			for _, e := range p.Succs {
				if e.To == v.Block {
					a := o.resolve(e.Args[i])
					e.Args[i] = a
					o.mark(a)
				}
			}
		}
	}
	for _, b := range f.Blocks {
		kept := b.Values[:0]
		for _, v := range b.Values {
			if o.seen[v.ID] {
				kept = append(kept, v)
			}
		}
		b.Values = kept
		for i := range b.Succs {
			e := &b.Succs[i]
			args := e.Args[:0]
			for j, a := range e.Args {
				if o.seen[e.To.Params[j].ID] {
					args = append(args, a)
				}
			}
			e.Args = args
		}
	}
	for i, b := range f.Blocks {
		if i > 0 && b.Pad == NotPad { // the others say what arrives
			b.Params = slices.DeleteFunc(b.Params, func(p *Value) bool { return !o.seen[p.ID] })
		}
	}
}

// indexParams notes which of a block's parameters each one is.
func (o *Optimizer) indexParams(b *Block) {
	for i, p := range b.Params {
		o.index[p.ID] = int32(i)
	}
}

func (o *Optimizer) mark(v *Value) {
	if !o.seen[v.ID] {
		o.seen[v.ID] = true
		o.live = append(o.live, v)
	}
}

// hasEffect reports whether a value is needed although nothing uses it.
func hasEffect(op Op) bool {
	return !op.Info().Pure && !op.IsRead() && op != OpResult && op != OpParam
}
