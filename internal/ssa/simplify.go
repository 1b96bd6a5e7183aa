package ssa

// simplify goes over the blocks, definitions before uses, and for each value
//
//   - replaces it with a constant or another value, or its operation with a cheaper one
//     (fold.go);
//   - replaces it with an equal one that is computed on every way here (value numbering):
//     a pure one and a fixed part of an object anywhere, a read of a record, an object or memory if nothing has
//     changed those since (contents.go); and leaves out a bounds check if a stronger one has
//     succeeded, and a trap whose condition has been tested, be it by a branch.
//
// Branches on constants become jumps. Constants and what never changes come to stand in
// the entry; schedule finds better places for them.
func (o *Optimizer) simplify(f *Func) {
	o.f = f
	o.dom.find(f)
	o.dropUnreachable(f)
	o.startReplacing(f)
	o.table.reset(f.NumValues())
	o.early = o.early[:0]
	o.cut = false
	o.forget(f)
	for _, b := range o.dom.order {
		o.block = b
		o.making = nil
		o.recall(b)
		o.input = append(o.input[:0], b.Values...)
		b.Values = b.Values[:0]
		o.assume(b)
		for _, v := range o.input {
			o.resolveAll(v.Args)
			o.pos = v.Pos
			if r := o.value(v); r != v {
				o.repl[v.ID] = r
			}
		}
		for i := range b.Succs {
			o.resolveAll(b.Succs[i].Args)
		}
		o.remember(b)
	}
	entry := f.Blocks[0]
	o.input = append(o.input[:0], entry.Values...)
	entry.Values = append(append(entry.Values[:0], o.early...), o.input...)
	if o.cut {
		f.linkPreds()
		o.dom.findOrder(f)
		o.dropUnreachable(f)
	}
}

// assume notes what the branch to a block tells, if it can be reached by no other way: a trap on the
// condition that did not hold there has been passed, so to speak.
func (o *Optimizer) assume(b *Block) {
	if len(b.Preds) != 1 {
		return
	}
	from := b.Preds[0]
	t := from.Terminator()
	if t.Op != OpIf || from.Succs[0].To == from.Succs[1].To {
		return
	}
	op, condition := OpTrapUnless, t.Args[0]
	if from.Succs[1].To == b {
		op = OpTrapIf
	}
	o.pos = t.Pos
	if condition.Op == OpIcmp && condition.Cond() == Ne && isConst(condition.Args[1], 0) && condition.Args[0].Type == I64 {
		// Checks for null are of this form.
		op = OpTrapIf + OpTrapUnless - op
		condition = o.make(OpIcmp, I32, int64(Eq), condition.Args...)
	}
	fact := o.f.NewValue(op, Void, 0, condition)
	fact.Block = b
	if o.fold(fact) == fact {
		o.table.add(fact)
	} else {
		o.f.forget(fact)
	}
}

// value adds a value whose arguments are known to the block, and returns it or what
// stands for it.
func (o *Optimizer) value(v *Value) *Value {
	const maxSteps = 8
	for range maxSteps {
		o.again = false
		r := o.fold(v)
		if r == nil {
			return v // without effect
		}
		if r != v {
			return r
		}
		if !o.again {
			break
		}
	}
	switch {
	case v.Op == OpConst, v.Op == OpGetInvariant && o.isEarly(v.Args[0]):
		if r := o.table.find(v, nil); r != nil {
			return r
		}
		v.Block, v.Pos = o.f.Blocks[0], 0
		o.early = append(o.early, v)
		o.table.add(v)
		return v
	case v.Op.Info().Pure:
		if r := o.table.find(v, o); r != nil {
			return r
		}
		o.table.add(v)
	case v.Op == OpPartFixed:
		if r := o.table.find(v, o); r != nil {
			return r
		}
		o.table.add(v)
	case v.Op == OpAlloc:
		o.making = v
	case v.Op == OpCommit:
		o.making = nil
	case v.Op == OpGet, v.Op == OpPart, v.Op == OpLoad:
		if r := o.known(v); r != nil {
			return r
		}
	case v.Op == OpBoundsCheck, v.Op == OpTrapIf, v.Op == OpTrapUnless:
		if o.table.find(v, o) != nil {
			return v
		}
		o.table.add(v)
	case v.Op.Info().Terminator:
		o.terminator(v)
	default:
		o.changes(v)
	}
	o.block.Add(v)
	return v
}

// isEarly reports whether a value is the instance or an invariant that comes from it: those
// stand at the beginning of the entry.
func (o *Optimizer) isEarly(v *Value) bool {
	for v.Op == OpGetInvariant {
		v = v.Args[0]
	}
	return v == o.f.Blocks[0].Params[0]
}

// make returns a value for a new operation at the current place.
func (o *Optimizer) make(op Op, t Type, aux int64, args ...*Value) *Value {
	v := o.f.NewValue(op, t, aux, args...)
	v.Pos = o.pos
	r := o.value(v)
	if r != v {
		o.f.forget(v)
	}
	return r
}

func (o *Optimizer) constant(t Type, bits uint64) *Value {
	return o.make(OpConst, t, int64(truncate(t, bits)))
}

// terminator folds branches on constants.
func (o *Optimizer) terminator(v *Value) {
	if v.Op != OpIf && v.Op != OpTable || v.Args[0].Op != OpConst {
		return
	}
	taken := 0
	if v.Op == OpIf {
		if v.Args[0].Aux == 0 {
			taken = 1
		}
	} else {
		taken = int(min(uint64(v.Args[0].Aux), uint64(len(o.block.Succs)-1)))
	}
	o.block.Succs[0] = o.block.Succs[taken]
	o.block.Succs = o.block.Succs[:1]
	if to := o.block.Succs[0].To; len(to.Preds) == 1 {
		to.Cold = o.block.Cold // whatever a hint has said
	}
	v.Op, v.Args = OpJump, nil
	o.cut = true
}

// A valueTable finds values by what they compute.
type valueTable struct {
	heads []*Value
	next  []*Value // by ID
}

func (t *valueTable) reset(values int) {
	size := 64
	for size < values {
		size *= 2
	}
	t.heads = resized(t.heads, size)
	t.next = resized(t.next, values)
}

// maxChain bounds a search.
const maxChain = 24

// find returns an equal value, of which a bounds check is one that implies v. With an
// optimizer, only one that dominates its current block.
func (t *valueTable) find(v *Value, o *Optimizer) *Value {
	r := t.heads[t.hash(v)]
	for range maxChain {
		if r == nil {
			break
		}
		if equal(r, v) && (o == nil || o.dom.dominates(r.Block, o.block)) {
			return r
		}
		r = t.next[r.ID]
	}
	return nil
}

func (t *valueTable) add(v *Value) {
	for int(v.ID) >= len(t.next) {
		t.next = append(t.next, nil)
	}
	head := &t.heads[t.hash(v)]
	t.next[v.ID], *head = *head, v
}

func (t *valueTable) hash(v *Value) int {
	const prime = 0x9E3779B97F4A7C15
	h := uint64(v.Op)<<8 | uint64(v.Type)
	switch v.Op {
	case OpBoundsCheck, OpTrapIf, OpTrapUnless:
		h = (h ^ uint64(v.Args[0].ID)) * prime
	default:
		h = (h ^ uint64(v.Aux)) * prime
		for _, a := range v.Args {
			h = (h ^ uint64(a.ID)) * prime
			h ^= h >> 29
		}
	}
	return int(h>>32) & (len(t.heads) - 1)
}

func equal(r, v *Value) bool {
	if r.Op != v.Op || r.Type != v.Type || len(r.Args) != len(v.Args) {
		return false
	}
	switch v.Op {
	case OpTrapIf, OpTrapUnless:
		return r.Args[0] == v.Args[0] // whatever the trap
	case OpBoundsCheck:
		// The memory may have grown meanwhile, which does not matter.
		return r.Args[0] == v.Args[0] && uint64(r.Aux) >= uint64(v.Aux) &&
			r.Args[1].Op == OpGet && v.Args[1].Op == OpGet && r.Args[1].Args[0] == v.Args[1].Args[0] && r.Args[1].Aux == v.Args[1].Aux
	}
	if r.Aux != v.Aux || r.Mem != v.Mem {
		return false
	}
	for i, a := range v.Args {
		if r.Args[i] != a {
			return false
		}
	}
	return true
}
