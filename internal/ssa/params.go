package ssa

import "slices"

// maxRounds bounds the rounds of uniteParams. What is left then is correct, only not minimal;
// each level of nested loops can need a round.
const maxRounds = 12

// unite removes parameters and blocks that are not needed.
func (o *Optimizer) unite(f *Func) {
	o.startReplacing(f)
	params := o.uniteParams(f)
	if o.join(f) || params {
		o.rewrite(f)
	}
}

// uniteParams removes the parameters of blocks that are not reached by two different values, and reports whether there
// are any. The builder makes one for each local that is assigned in a block or loop. Their uses are not rewritten.
func (o *Optimizer) uniteParams(f *Func) (removed bool) {
	o.findCarrying(f)
	for range maxRounds {
		if !o.findTrivial(f) {
			break
		}
		removed = true
	}
	if removed {
		o.dropReplaced(f)
	}
	return removed
}

// findCarrying finds the edges that have arguments.
func (o *Optimizer) findCarrying(f *Func) {
	o.carrying = o.carrying[:0]
	for _, b := range f.Blocks {
		for i := range b.Succs {
			if e := &b.Succs[i]; len(e.Args) > 0 {
				o.carrying = append(o.carrying, e)
			}
		}
	}
}

// dropReplaced removes the parameters that have a replacement, and what edges hand to them.
func (o *Optimizer) dropReplaced(f *Func) {
	for _, e := range o.carrying {
		kept := e.Args[:0]
		for j, a := range e.Args {
			if o.repl[e.To.Params[j].ID] == nil {
				kept = append(kept, a)
			}
		}
		e.Args = kept
	}
	for _, b := range f.Blocks {
		b.Params = slices.DeleteFunc(b.Params, func(p *Value) bool { return o.repl[p.ID] != nil })
	}
}

// findTrivial notes replacements for parameters that all edges hand one value, besides
// themselves, and reports whether there are any.
func (o *Optimizer) findTrivial(f *Func) bool {
	o.single = resized(o.single, f.NumValues())
	for _, e := range o.carrying {
		for j, a := range e.Args {
			p := e.To.Params[j]
			if o.repl[p.ID] != nil {
				continue
			}
			a = o.resolve(a)
			switch s := o.single[p.ID]; {
			case a == p || s == a || s == p:
				// s == p stands for two different values.
			case s == nil:
				o.single[p.ID] = a
			default:
				o.single[p.ID] = p
			}
		}
	}
	found := false
	for _, b := range f.Blocks {
		for _, p := range b.Params {
			if s := o.single[p.ID]; s != nil && s != p && o.repl[p.ID] == nil {
				// In a loop what s was replaced with meanwhile may be p itself.
				if s = o.resolve(s); s != p {
					o.repl[p.ID] = s
					found = true
				}
			}
		}
	}
	return found
}
