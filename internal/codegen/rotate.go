package codegen

// The order of emission. A loop whose header looks whether to go on would jump twice a turn: past the way out, and back
// to the header. So the header is emitted behind the last block that jumps to it, and jumps to the loop's second block
// as long as that goes on; whoever enters the loop jumps to the header, once. Compilers call that loop rotation or
// inversion (Muchnick, Advanced Compiler Design and Implementation, 18.6), here without a copy of the condition.

// rotationWindow is up to how many blocks a loop has that is rotated. A longer one has other jumps to pay for.
const rotationWindow = 100

// arrange finds the order in which blocks are emitted, and which of them loops begin with there.
func (e *Emission) arrange() {
	blocks := e.F.Blocks
	e.order, e.places, e.tops = e.order[:0], e.places[:0], e.tops[:0]
	for i := range blocks {
		e.order, e.places, e.tops = append(e.order, i), append(e.places, i), append(e.tops, blocks[i].IsLoop)
	}
	for header := len(blocks) - 1; header > 0; header-- { // inner loops first
		if !e.decides(header) {
			continue
		}
		last := e.latch(header)
		if from, to := e.places[header], e.places[last]; from < to {
			copy(e.order[from:], e.order[from+1:to+1])
			e.order[to] = header
			for at := from; at <= to; at++ {
				e.places[e.order[at]] = at
			}
			e.tops[header], e.tops[e.order[from]] = false, true
		}
	}
}

// decides reports whether a block is a loop's header that ends with a condition, and its next block goes on with the
// loop.
func (e *Emission) decides(header int) bool {
	b := &e.F.Blocks[header]
	if !b.IsLoop || len(b.Succs) != 2 {
		return false
	}
	op, next := e.F.Insts[b.End-1].Op, header+1
	return op != OpInvoke && op != OpTable && (b.Succs[0].To == next || b.Succs[1].To == next)
}

// latch returns the last block of a loop that only goes on to its header; the header itself if there is none.
func (e *Emission) latch(header int) int {
	blocks, last := e.F.Blocks, header
	for i := header + 1; i < min(len(blocks), header+rotationWindow); i++ {
		b := &blocks[i]
		if b.LoopDepth < blocks[header].LoopDepth {
			break
		}
		if e.targets[i] == i && b.First < b.End && e.F.Insts[b.End-1].Op == OpJump && e.targets[b.Succs[0].To] == header {
			last = i
		}
	}
	return last
}

// IsTop reports whether the current block is emitted as the first of a loop.
func (e *Emission) IsTop() bool { return e.tops[e.Block] }
