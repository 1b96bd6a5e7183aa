package ssa

import "slices"

// Where ways meet, a place in memory is known if it is at the end of each of them. If there is another value on each,
// the block gets a parameter for it, but only when something reads the place: what a function has left in memory on two
// ways, its caller, which has it built in, reads behind them.

// maxMerged bounds how many predecessors of a block are asked.
const maxMerged = 4

// A merge is what the predecessors of a block know of a place. All have been simplified before the block.
type merge struct {
	block  *Block
	preds  []*Block // Block.Preds, until simplify links them anew
	values []*Value // by predecessor
	param  *Value   // of the block; nil before something reads it
}

// recallMerged begins a block with what all its predecessors know of memory. One that comes later, as at a loop, knows
// nothing yet.
func (o *Optimizer) recallMerged(b *Block) {
	if len(b.Preds) > maxMerged || b.Pad != NotPad || len(b.Preds) == 0 {
		return
	}
	for _, p := range b.Preds {
		if t := p.Terminator().Op; o.dom.number[p.ID] >= o.dom.number[b.ID] || t != OpJump && t != OpIf {
			return
		}
	}
	c := &o.contents
	for i := range c.ends[b.Preds[0].ID].memory {
		first := &c.ends[b.Preds[0].ID].memory[i]
		if m, ok := o.mergeOf(b, first); ok {
			c.memory = append(c.memory, m)
		}
	}
}

// mergeOf returns what all predecessors of a block know of a place of which the first knows something.
func (o *Optimizer) mergeOf(b *Block, first *content) (content, bool) {
	var each [maxMerged]*content
	merged, same := *first, true
	for i, p := range b.Preds {
		list := o.contents.ends[p.ID].memory
		at := slices.IndexFunc(list, func(d content) bool {
			return d.samePlace(first) && d.mem == first.mem && d.typ() == first.typ()
		})
		if at < 0 {
			return content{}, false
		}
		each[i] = &list[at]
		same = same && each[i].same(first)
		merged.low = merged.low || each[i].low
	}
	if same {
		return merged, true
	}
	m := &merge{block: b, preds: b.Preds}
	for _, k := range each[:len(b.Preds)] {
		if k.value == nil && k.merge.param == nil { // one merge is enough
			return content{}, false
		}
		m.values = append(m.values, o.valueOf(k))
	}
	merged.value, merged.merge = nil, m
	return merged, true
}

// same reports whether the values at two places are one.
func (c *content) same(d *content) bool {
	return c.value == d.value && (c.value != nil || c.merge == d.merge)
}

// valueOf returns the value that is known to be at a place.
func (o *Optimizer) valueOf(c *content) *Value {
	if c.value != nil {
		return c.value
	}
	m := c.merge
	if m.param == nil {
		m.param = o.f.NewParam(m.block, m.values[0].Type)
		m.param.Pos = o.pos
		for i, p := range m.preds {
			if slices.Index(m.preds, p) < i {
				continue // it has two edges
			}
			for j := range p.Succs {
				if e := &p.Succs[j]; e.To == m.block {
					e.Args = append(append(o.f.newArgs(len(e.Args)+1), e.Args...), m.values[i])
				}
			}
		}
	}
	c.value = m.param
	return m.param
}

// widened returns the merge of what a load makes of the low bits of integers, if that needs no computing: they are
// numbers, or 0 or 1.
func (m *merge) widened(o *Optimizer, mem Mem, t Type) (*merge, bool) {
	if m.param != nil || slices.ContainsFunc(m.values, func(v *Value) bool {
		return v.Op != OpConst && (!isBool(v) || t != I32)
	}) {
		return nil, false
	}
	wide := &merge{block: m.block, preds: m.preds}
	for _, v := range m.values {
		if v.Op == OpConst {
			v = o.widened(v, mem, t)
		}
		wide.values = append(wide.values, v)
	}
	return wide, true
}
