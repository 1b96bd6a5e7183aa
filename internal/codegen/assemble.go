package codegen

import (
	"slices"
	"sort"
)

// assemble makes the instructions of the function anew, in the order of the blocks.
func (a *Allocator) assemble() {
	f := a.f
	insts := slices.Grow(a.insts[:0], len(a.out)+len(a.spills))
	starts := sort.Search(len(a.spills), func(i int) bool { return a.spills[i].block >= 0 })
	behind, starting := a.spills[:starts], a.spills[starts:]
	store := func(s *spill) {
		insts = append(insts, Inst{Flags: Spill, Size: f.VRegs[s.v].Size,
			Imm: int64(a.vals[s.v].slot) * slotSize, First: a.operand(s.v, Use, s.reg), Count: 1})
	}
	for b := range f.Blocks {
		blk, st := &f.Blocks[b], &a.blocks[b]
		first := len(insts)
		if st.rpo < 0 {
			a.removeBlock(b)
			blk.First, blk.End = first, first
			continue
		}
		insts = append(insts, a.out[st.before.from:st.before.to]...)
		for len(starting) > 0 && starting[0].block == int32(b) {
			store(&starting[0])
			starting = starting[1:]
		}
		k := sort.Search(len(behind), func(i int) bool { return behind[i].at >= st.body.from })
		for i := st.body.from; i < st.body.to; i++ {
			if i == st.body.to-1 {
				insts = append(insts, a.out[st.after.from:st.after.to]...)
			}
			insts = append(insts, a.out[i])
			for ; k < len(behind) && behind[k].at == i; k++ {
				store(&behind[k])
			}
		}
		blk.First, blk.End = first, len(insts)
	}
	f.Insts, a.insts = insts, insts
	f.Operands = append(f.Operands, a.operands...)
}

// removeBlock takes a block that cannot be reached out of the graph.
func (a *Allocator) removeBlock(b int) {
	for _, e := range a.f.Blocks[b].Succs {
		to := &a.f.Blocks[e.To]
		n := 0
		for _, p := range to.Preds {
			if p != b {
				to.Preds[n] = p
				n++
			}
		}
		to.Preds = to.Preds[:n]
	}
	a.f.Blocks[b].Succs, a.f.Blocks[b].Preds = nil, nil
}
