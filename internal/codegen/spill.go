package codegen

import "slices"

// A spill stores a value in its slot, behind instruction at of out. If block is not
// negative, it is at the beginning of that block instead.
type spill struct {
	block int32
	at    int32
	v     VReg
	reg   Reg
}

// spillSearch is how many dominators of the loads are looked at for a place, lest time be quadratic.
const spillSearch = 64

// placeSpills finds the places of stores to the frame, one for each value: at the beginning of a block that has
// the value in a register and dominates all loads, if that is in fewer loops than
// the definition or, nearer to the loads, in as many; otherwise behind the definition.
func (a *Allocator) placeSpills() {
	home := a.home()
	for _, v := range a.spilled {
		val := &a.vals[v]
		if val.inFrame {
			continue
		}
		s := spill{block: -1, at: val.def, v: v, reg: val.defReg}
		if !val.inOut {
			s.block = val.block
		}
		if v != home {
			depth := a.f.Blocks[val.block].LoopDepth
			b, best := val.loads, depth+1
			for n := 0; b != val.block && n < spillSearch; n++ {
				if d := a.f.Blocks[b].LoopDepth; d <= depth && d < best {
					for _, h := range a.blocks[b].start {
						if h.v == v {
							s.block, s.reg, best = b, h.reg, d
							break
						}
					}
				}
				b = a.idom(b)
			}
		}
		a.spills = append(a.spills, s)
	}
	slices.SortFunc(a.spills, func(x, y spill) int {
		if x.block != y.block {
			return int(x.block - y.block)
		}
		return int(x.at - y.at)
	})
}
