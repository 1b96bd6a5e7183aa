package ssa

import "slices"

// dead unites again, since simplify has found what is the same, and removes what nothing needs.
func (o *Optimizer) dead(f *Func) {
	o.startReplacing(f)
	o.uniteParams(f)
	o.join(f)
	o.dropDead(f)
}

// A usage finds what is needed. Its memory is reused.
type usage struct {
	needed []bool // by value ID
	live   []*Value
	index  []int32 // of a parameter, by value ID
	// handed is what edges hand to parameters, by block: that of a block ends where ends says, by its ID, where that of
	// the next one begins.
	handed [][]*Value
	ends   []int32
}

// dropDead removes values that nothing needs: those that have no effect themselves and that no value with an effect
// uses, not even through parameters that only feed themselves. The others are rewritten.
func (o *Optimizer) dropDead(f *Func) {
	u := &o.usage
	u.needed, u.index, u.ends = resized(u.needed, f.NumValues()), resized(u.index, f.NumValues()), resized(u.ends, f.NumBlocks())
	u.live = u.live[:0]
	o.findCarrying(f)
	for _, b := range f.Blocks {
		for i, p := range b.Params {
			u.index[p.ID] = int32(i)
		}
		for _, v := range b.Values {
			if hasEffect(v.Op) {
				u.need(v)
			}
		}
	}
	for _, p := range f.Blocks[0].Params {
		u.needed[p.ID] = true
	}
	u.sortHanded(o.carrying)
	for len(u.live) > 0 {
		v := u.live[len(u.live)-1]
		u.live = u.live[:len(u.live)-1]
		for i, a := range v.Args {
			a = o.resolve(a)
			v.Args[i] = a
			u.need(a)
		}
		if v.Op != OpParam {
			continue
		}
		for i, args := int(u.index[v.ID]), u.handedTo(v.Block); len(args) > 0; args = args[1:] {
			a := o.resolve(args[0][i])
			args[0][i] = a
			u.need(a)
		}
	}
	o.keepNeeded(f)
}

// sortHanded notes what edges hand over, block by block.
func (u *usage) sortHanded(carrying []*Edge) {
	for _, e := range carrying {
		u.ends[e.To.ID]++
	}
	total := int32(0)
	for i, n := range u.ends {
		u.ends[i] = total // where it begins
		total += n
	}
	u.handed = slices.Grow(u.handed[:0], len(carrying))[:len(carrying)]
	for _, e := range carrying {
		at := &u.ends[e.To.ID]
		u.handed[*at] = e.Args
		*at++
	}
}

// handedTo returns what each edge that carries something hands to a block.
func (u *usage) handedTo(b *Block) [][]*Value {
	if b.ID == 0 {
		return u.handed[:u.ends[0]]
	}
	return u.handed[u.ends[b.ID-1]:u.ends[b.ID]]
}

func (u *usage) need(v *Value) {
	if !u.needed[v.ID] {
		u.needed[v.ID] = true
		u.live = append(u.live, v)
	}
}

// keepNeeded removes all that is not needed.
func (o *Optimizer) keepNeeded(f *Func) {
	needed := o.usage.needed
	for _, e := range o.carrying {
		args := e.Args[:0]
		for j, a := range e.Args {
			if needed[e.To.Params[j].ID] {
				args = append(args, a)
			}
		}
		e.Args = args
	}
	for i, b := range f.Blocks {
		kept := b.Values[:0]
		for _, v := range b.Values {
			if needed[v.ID] {
				kept = append(kept, v)
			}
		}
		b.Values = kept
		if i > 0 && len(b.Params) > 0 && b.Pad == NotPad { // the others say what arrives
			b.Params = slices.DeleteFunc(b.Params, func(p *Value) bool { return !needed[p.ID] })
		}
	}
}

// hasEffect reports whether a value is needed although nothing uses it.
func hasEffect(op Op) bool {
	return !op.Info().Pure && !op.IsRead() && op != OpResult && op != OpParam
}
