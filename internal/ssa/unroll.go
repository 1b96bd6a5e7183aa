package ssa

// unroll repeats the bodies of small loops, so that most turns end with a branch that is not taken: of loops that are
// one block, and of those that are a block with the way out and one that goes back. Each turn keeps its own look at
// whether it is the last. What follows the loop gets its values from all of them:
//
//	b1(v1): loop                   b1(v1): loop
//	  v2 = add v1, 1                 v2 = add v1, 1
//	  if v3 -> b1(v2), b2            if v3 -> b4, b3(v2)
//	b2:                            b4:
//	  return v2                      v5 = add v2, 1
//	                                 if v6 -> b1(v5), b3(v5)
//	                               b3(v7): jump -> b2
//	                               b2: return v7
//
// simplify, which comes next, makes one sum of additions in a row, and has checks once that several turns make.

const (
	// maxUnrolled is how many values the turns have together.
	maxUnrolled = 64
	// maxTurns is how many turns are made of one.
	maxTurns = 4
)

// An unrolling is a loop that is unrolled.
type unrolling struct {
	block   *Block // has the way out
	body    *Block // goes back to it; the same, or the other
	on      int    // which successor of the block stays in the loop
	landing *Block // to which all turns leave
	// leaving are the values of the block that are used behind the loop: the landing's parameters stand for them.
	leaving []*Value
}

// unroll unrolls the loops of a function.
func (o *Optimizer) unroll(f *Func) {
	o.unrolled = o.unrolled[:0]
	o.index = resized(o.index, f.NumBlocks()) // by block ID: 1 + the place of its loop
	for _, b := range f.Blocks {
		if u, ok := smallLoop(b); ok && u.turns() > 1 {
			o.unrolled = append(o.unrolled, u)
			o.index[b.ID] = int32(len(o.unrolled))
		}
	}
	if len(o.unrolled) == 0 {
		return
	}
	for i := range o.unrolled {
		o.unrolled[i].land(f)
	}
	o.startReplacing(f)
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			o.useLanded(f, b, v.Args)
		}
		for i := range b.Succs {
			o.useLanded(f, b, b.Succs[i].Args)
		}
	}
	o.turn = resized(o.turn, f.NumValues()) // by ID of a value of a first turn: what it is in the last
	for i := range o.unrolled {
		o.repeat(f, &o.unrolled[i])
	}
	f.linkPreds()
}

// smallLoop returns the loop that a block begins, if it has one or two blocks; false if it begins none.
func smallLoop(b *Block) (u unrolling, ok bool) {
	if b.Terminator().Op != OpIf || b.Cold || b.Pad != NotPad || b.Succs[0].To == b.Succs[1].To {
		return u, false
	}
	for on := range b.Succs {
		to := b.Succs[on].To
		if to == b || len(to.Preds) == 1 && len(to.Params) == 0 && to.Terminator().Op == OpJump && to.Succs[0].To == b {
			return unrolling{block: b, body: to, on: on}, true
		}
	}
	return u, false
}

// turns returns how many turns of the loop are made one.
func (u *unrolling) turns() int {
	n := 0
	for _, b := range u.blocks() {
		for _, v := range b.Values {
			if !mayRepeat(v.Op) {
				return 1
			}
		}
		n += len(b.Values)
	}
	return min(maxTurns, maxUnrolled/n)
}

// blocks returns the blocks of the loop.
func (u *unrolling) blocks() []*Block {
	if u.body == u.block {
		return []*Block{u.block}
	}
	return []*Block{u.block, u.body}
}

// mayRepeat reports whether turns with an operation may follow each other: not calls, which take longer than the
// branch, nor what stops at each turn.
func mayRepeat(op Op) bool {
	switch op {
	case OpDivS, OpDivU, OpRemS, OpRemU, OpTruncS, OpTruncU, OpLoad, OpStore, OpBoundsCheck, OpGet, OpGetInvariant, OpSet,
		OpPart, OpPartFixed, OpSetPart, OpTrapIf, OpTrapUnless, OpIf, OpJump:
		return true
	}
	return op.Info().Pure
}

// land puts a block on the way out of the loop.
func (u *unrolling) land(f *Func) { u.landing = f.splitEdge(u.block, &u.block.Succs[1-u.on]) }

// useLanded makes what a block uses of loops that it is not in come from where these land.
func (o *Optimizer) useLanded(f *Func, b *Block, args []*Value) {
	for i, a := range args {
		if a.Block == b || int(a.Block.ID) >= len(o.index) || o.index[a.Block.ID] == 0 {
			continue
		}
		u := &o.unrolled[o.index[a.Block.ID]-1]
		if b == u.body {
			continue
		}
		if o.repl[a.ID] == nil {
			u.leaving = append(u.leaving, a)
			o.repl[a.ID] = f.NewParam(u.landing, a.Type)
			o.repl[a.ID].Ref = a.Ref
		}
		args[i] = o.repl[a.ID]
	}
}

// repeat makes the turns behind the first one.
func (o *Optimizer) repeat(f *Func, u *unrolling) {
	on, exit := &u.block.Succs[u.on], &u.block.Succs[1-u.on]
	if u.body != u.block {
		on = &u.body.Succs[0]
	}
	handed := on.Args
	for range u.turns() - 1 {
		args := o.inTurn(f, handed)
		for i, p := range u.block.Params {
			o.turn[p.ID] = args[i]
		}
		block := o.oneMore(f, u.block)
		*on = Edge{To: block}
		on = &block.Succs[u.on]
		block.Succs[1-u.on] = Edge{To: u.landing, Args: o.inTurn(f, u.leaving)}
		if u.body != u.block {
			body := o.oneMore(f, u.body)
			*on = Edge{To: body}
			on = &body.Succs[0]
		}
	}
	*on = Edge{To: u.block, Args: o.inTurn(f, handed)}
	exit.Args = append(f.newArgs(len(u.leaving)), u.leaving...)
}

// oneMore makes a block with the values of another for the next turn. It has as many successors, which are not known
// yet.
func (o *Optimizer) oneMore(f *Func, b *Block) *Block {
	next := f.NewBlock()
	f.Blocks = append(f.Blocks, next)
	for _, v := range b.Values {
		copied := f.NewValue(v.Op, v.Type, v.Aux, o.inTurn(f, v.Args)...)
		copied.Mem, copied.Ref, copied.Pos, copied.Sig = v.Mem, v.Ref, v.Pos, v.Sig
		o.turn[v.ID] = next.Add(copied)
	}
	next.Succs = append(next.Succs, make([]Edge, len(b.Succs))...)
	return next
}

// inTurn returns what values of the first turn are in the last one.
func (o *Optimizer) inTurn(f *Func, values []*Value) []*Value {
	list := f.newArgs(len(values))
	for _, v := range values {
		if int(v.ID) < len(o.turn) && o.turn[v.ID] != nil {
			v = o.turn[v.ID]
		}
		list = append(list, v)
	}
	return list
}
