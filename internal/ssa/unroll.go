package ssa

import "slices"

// unroll repeats the bodies of loops that are one small block, so that most turns end with a branch that is not taken.
// Each turn keeps its own look at whether it is the last. What follows the loop gets its values from all of them:
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
	block   *Block
	back    int    // which successor is the block itself
	landing *Block // to which all turns leave
	// leaving are the values of the block that are used behind the loop: the landing's parameters stand for them.
	leaving []*Value
}

// unroll unrolls the loops of a function.
func (o *Optimizer) unroll(f *Func) {
	o.unrolled = o.unrolled[:0]
	o.index = resized(o.index, f.NumBlocks()) // by block ID: 1 + the place of its loop
	for _, b := range f.Blocks {
		if back := selfEdge(b); back >= 0 && turns(b) > 1 {
			o.unrolled = append(o.unrolled, unrolling{block: b, back: back})
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
	o.turn = resized(o.turn, f.NumValues()) // by ID of a value of a first turn: itself in the last
	for i := range o.unrolled {
		o.repeat(f, &o.unrolled[i])
	}
	f.linkPreds()
}

// selfEdge returns which successor of a block is the block itself, if it branches to itself and one other; -1 if not.
func selfEdge(b *Block) int {
	if b.Terminator().Op != OpIf || b.Cold || b.Pad != NotPad || b.Succs[0].To == b.Succs[1].To {
		return -1
	}
	return slices.IndexFunc(b.Succs, func(e Edge) bool { return e.To == b })
}

// turns returns how many turns of a loop are made one.
func turns(b *Block) int {
	for _, v := range b.Values {
		if !mayRepeat(v.Op) {
			return 1
		}
	}
	return min(maxTurns, maxUnrolled/len(b.Values))
}

// mayRepeat reports whether turns with an operation may follow each other in one block: not calls, whose time counts, nor
// what stops at each turn.
func mayRepeat(op Op) bool {
	switch op {
	case OpDivS, OpDivU, OpRemS, OpRemU, OpTruncS, OpTruncU, OpLoad, OpStore, OpBoundsCheck, OpGet, OpGetInvariant, OpSet,
		OpPart, OpPartFixed, OpSetPart, OpTrapIf, OpTrapUnless, OpIf:
		return true
	}
	return op.Info().Pure
}

// land puts a block on the way out of the loop.
func (u *unrolling) land(f *Func) { u.landing = f.splitEdge(u.block, &u.block.Succs[1-u.back]) }

// useLanded makes what a block uses of loops that it is not in come from where these land.
func (o *Optimizer) useLanded(f *Func, b *Block, args []*Value) {
	for i, a := range args {
		if a.Block == b || int(a.Block.ID) >= len(o.index) || o.index[a.Block.ID] == 0 {
			continue
		}
		if o.repl[a.ID] == nil {
			u := &o.unrolled[o.index[a.Block.ID]-1]
			u.leaving = append(u.leaving, a)
			o.repl[a.ID] = f.NewParam(u.landing, a.Type)
			o.repl[a.ID].Ref = a.Ref
		}
		args[i] = o.repl[a.ID]
	}
}

// repeat makes the turns behind the first one.
func (o *Optimizer) repeat(f *Func, u *unrolling) {
	first, last, exit := u.block, u.block, 1-u.back
	n, back := turns(first), first.Succs[u.back].Args
	for range n - 1 {
		next := f.NewBlock()
		f.Blocks = append(f.Blocks, next)
		handed := o.inTurn(f, first, back)
		last.Succs[u.back] = Edge{To: next}
		for i, p := range first.Params {
			o.turn[p.ID] = handed[i]
		}
		for _, v := range first.Values {
			again := f.NewValue(v.Op, v.Type, v.Aux, o.inTurn(f, first, v.Args)...)
			again.Mem, again.Ref, again.Pos, again.Sig = v.Mem, v.Ref, v.Pos, v.Sig
			o.turn[v.ID] = next.Add(again)
		}
		next.Succs = append(next.Succs, Edge{}, Edge{})
		next.Succs[exit] = Edge{To: u.landing, Args: o.inTurn(f, first, u.leaving)}
		last = next
	}
	last.Succs[u.back] = Edge{To: first, Args: o.inTurn(f, first, back)}
	first.Succs[exit].Args = append(f.newArgs(len(u.leaving)), u.leaving...)
}

// inTurn returns what values of the first turn are in the last one.
func (o *Optimizer) inTurn(f *Func, first *Block, values []*Value) []*Value {
	list := f.newArgs(len(values))
	for _, v := range values {
		if v.Block == first && o.turn[v.ID] != nil {
			v = o.turn[v.ID]
		}
		list = append(list, v)
	}
	return list
}
