package codegen

import "weft/internal/ssa"

// maxDistances bounds the lists of what lives: where thousands of values live throughout thousands of blocks, they
// would be far larger than the function, which is compiled in the plain form then. Programs need a twentieth of that.
const maxDistances = 1 << 23

// A distance is how far away the next use of a value is, from the beginning of a block.
type distance struct {
	v VReg
	d int32
}

// frameOfSearch is a block in a depth-first search, with the successors yet to visit.
type frameOfSearch struct {
	block int32
	succs int32
}

// sortBlocks finds the reverse postorder of the blocks that can be reached.
func (a *Allocator) sortBlocks() {
	blocks := a.f.Blocks
	a.blocks[0].dirty = true
	a.stack = append(a.stack[:0], frameOfSearch{0, int32(len(blocks[0].Succs))})
	for len(a.stack) > 0 {
		top := &a.stack[len(a.stack)-1]
		if top.succs == 0 {
			a.order = append(a.order, top.block)
			a.stack = a.stack[:len(a.stack)-1]
			continue
		}
		top.succs--
		to := blocks[top.block].Succs[top.succs].To
		if !a.blocks[to].dirty {
			a.blocks[to].dirty = true
			a.stack = append(a.stack, frameOfSearch{int32(to), int32(len(blocks[to].Succs))})
		}
	}
	for i, j := 0, len(a.order)-1; i < j; i, j = i+1, j-1 {
		a.order[i], a.order[j] = a.order[j], a.order[i]
	}
	for i, b := range a.order {
		a.blocks[b].rpo = int32(i)
	}
}

// liveness finds for each block what lives at its beginning. In SSA form a value lives at the
// beginning of a block if the block uses it or it lives at the end, unless the block
// defines it; so instructions are read once, and then lists are merged until they no longer grow.
// What can be made again lives for rematDist only, and not across a table of branches: in a program
// that jumps between its blocks by one, each block would be near to all others, and all constants
// would live in all of them.
func (a *Allocator) liveness() error {
	for _, b := range a.order {
		a.exposedUses(b)
	}
	for changed := true; changed; {
		changed = false
		for i := len(a.order) - 1; i >= 0; i-- {
			b := a.order[i]
			if st := &a.blocks[b]; st.dirty {
				st.dirty = false
				if a.distances.Total() > maxDistances {
					return &ssa.Unsupported{What: "a function of this size"}
				}
				if a.liveIn(b) {
					changed = true
					for _, p := range a.f.Blocks[b].Preds {
						a.blocks[p].dirty = a.blocks[p].rpo >= 0
					}
				}
			}
		}
	}
	return nil
}

// exposedUses lists the values of other blocks that a block uses, notes those that it
// defines, and measures it.
func (a *Allocator) exposedUses(b int32) {
	blk, st := &a.f.Blocks[b], &a.blocks[b]
	from, pos := len(a.exposed), int64(0)
	a.epoch++
	for _, p := range blk.Params {
		a.vals[p].block = b
	}
	for i := blk.First; i < blk.End; i++ {
		in := &a.f.Insts[i]
		ops := a.f.InstOperands(in)
		for k := range ops {
			op := &ops[k]
			if op.V == 0 {
				continue
			}
			switch v := &a.vals[op.V]; op.Kind {
			case Use, UseLate:
				if v.block != b && v.mark != a.epoch {
					v.mark = a.epoch
					a.exposed = append(a.exposed, distance{op.V, clamp(pos)})
				}
			case Def, DefTied:
				v.block = b
			}
		}
		pos++
		if in.Flags&Call != 0 {
			pos += callDist
		}
	}
	st.exposed = span{int32(from), int32(len(a.exposed))}
	st.length = clamp(pos)
	st.dirty = true
}

// clamp keeps a distance below never.
func clamp(d int64) int32 { return int32(min(d, never-1)) }

// liveIn merges what lives at the beginning of a block, and returns whether there is more than
// before.
func (a *Allocator) liveIn(b int32) bool {
	blk, st := &a.f.Blocks[b], &a.blocks[b]
	list := a.scratch[:0]
	a.epoch++
	add := func(v VReg, d int32) {
		val := &a.vals[v]
		switch {
		case val.block == b || d >= rematDist && a.f.VRegs[v].Remat:
		case val.mark == a.epoch:
			list[val.at].d = min(list[val.at].d, d)
		default:
			val.mark, val.at = a.epoch, int32(len(list))
			list = append(list, distance{v, d})
		}
	}
	for _, e := range a.exposed[st.exposed.from:st.exposed.to] {
		add(e.v, e.d)
	}
	for i := range blk.Succs {
		e := &blk.Succs[i]
		for _, arg := range e.Args {
			add(arg, st.length)
		}
		length := st.length + a.edgeLength(b, e)
		if len(blk.Succs) > 2 {
			length = clamp(int64(length) + rematDist)
		}
		for _, l := range a.blocks[e.To].live {
			add(l.v, clamp(int64(length)+int64(l.d)))
		}
	}
	a.scratch = list
	more := len(list) > len(st.live)
	if len(list) == len(st.live) {
		copy(st.live, list)
	} else {
		st.live = a.distances.Copy(list)
	}
	return more
}

// edgeLength returns how far it is from the end of a block to the beginning of the next.
func (a *Allocator) edgeLength(b int32, e *Edge) int32 {
	if left := a.f.Blocks[b].LoopDepth - a.f.Blocks[e.To].LoopDepth; left > 0 {
		return int32(min(left, 15) * exitDist)
	}
	return 0
}
