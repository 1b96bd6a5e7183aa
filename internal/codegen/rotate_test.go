package codegen

import (
	"slices"
	"testing"
)

// aLoop is a loop in another one, both with their conditions in the header.
//
//	0 -> 1; 1: if -> 2, 6; 2 -> 3; 3: if -> 4, 5; 4 -> 3; 5 -> 1; 6: return
func aLoop() *Func {
	f := &Func{}
	for i, b := range []struct {
		op    uint16
		succs []int
		depth int
	}{{OpJump, []int{1}, 0}, {OpOwn, []int{2, 6}, 1}, {OpJump, []int{3}, 1}, {OpOwn, []int{4, 5}, 2},
		{OpJump, []int{3}, 2}, {OpJump, []int{1}, 1}, {OpReturn, nil, 0}} {
		// Of two instructions, so that no block only jumps.
		f.Insts = append(f.Insts, Inst{Op: OpOwn}, Inst{Op: b.op})
		block := Block{ID: i, First: 2 * i, End: 2*i + 2, LoopDepth: b.depth, IsLoop: i == 1 || i == 3}
		for _, to := range b.succs {
			block.Succs = append(block.Succs, Edge{To: to})
		}
		f.Blocks = append(f.Blocks, block)
	}
	return f
}

type labels struct{ n Label }

func (l *labels) NewLabel() Label     { l.n++; return l.n }
func (l *labels) Pos() int            { return 0 }
func (l *labels) Final(int) int       { return 0 }
func (l *labels) Offset(l2 Label) int { return 0 }

// TestRotate checks the order in which blocks are emitted, and which of them begin loops.
func TestRotate(t *testing.T) {
	for _, c := range []struct {
		name        string
		change      func(f *Func)
		order, tops []int
	}{
		{"both", func(*Func) {}, []int{0, 2, 4, 3, 5, 1, 6}, []int{2, 4}},
		{"the inner one has its condition at the end", func(f *Func) {
			f.Insts[f.Blocks[3].End-1].Op, f.Blocks[3].Succs = OpJump, []Edge{{To: 4}}
			f.Insts[f.Blocks[4].End-1].Op, f.Blocks[4].Succs = OpOwn, []Edge{{To: 3}, {To: 5}}
		}, []int{0, 2, 3, 4, 5, 1, 6}, []int{2, 3}},
		{"the way out is an exception's", func(f *Func) { f.Insts[f.Blocks[3].End-1].Op = OpInvoke },
			[]int{0, 2, 3, 4, 5, 1, 6}, []int{2, 3}},
	} {
		f := aLoop()
		c.change(f)
		var e Emission
		e.Begin(f, &labels{})
		var order, tops []int
		for b := e.NextBlock(); b != nil; b = e.NextBlock() {
			order = append(order, b.ID)
			if e.IsTop() {
				tops = append(tops, b.ID)
			}
		}
		if !slices.Equal(order, c.order) || !slices.Equal(tops, c.tops) {
			t.Errorf("%s: order %v, loops at %v; want %v, %v", c.name, order, tops, c.order, c.tops)
		}
	}
}
