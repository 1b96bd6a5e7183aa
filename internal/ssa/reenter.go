package ssa

import "slices"

// A function in dispatch form whose number comes from its caller can be entered anywhere: each number of the table is
// an entry, and every block to which something else jumps has a number. If all of them were entries, no loop would be
// without some in the middle. But those who use them come back to where they left: the function has called, the callee
// asked it to return, and later it is entered again behind the call. So only the numbers of blocks behind calls stay
// entries, and number 0, with which functions begin. Others let the function begin anew in another form, in which all
// are entries (OpReenter); that is compiled when it is needed.

// findRare finds the edges of the dispatch for rare entries, where these can begin anew: the dispatch has to follow the
// beginning of the function, where nothing has happened yet, with one of its parameters as the number, and be reached
// with known numbers otherwise.
func (t *threader) findRare() {
	f, d, index := t.f, t.dispatch, t.index
	t.rare = t.rare[:0]
	entry := f.Blocks[0]
	if len(f.Sites) > 0 || entry.Terminator().Op != OpJump || entry.Succs[0].To != d {
		return
	}
	if number := entry.Succs[0].Args[index]; number.Op != OpParam || number.Block != entry {
		return
	}
	for _, v := range entry.Values[:len(entry.Values)-1] {
		if hasEffect(v.Op) && v.Op != OpPoll {
			return
		}
	}
	for _, p := range d.Preds {
		for _, e := range p.Succs {
			if e.To == d && p != entry && e.Args[index].Op != OpConst {
				return
			}
		}
	}
	for i, e := range d.Succs {
		if e.To != d.Succs[0].To && !isBehindCall(e.To, d) {
			t.rare = append(t.rare, threadedJump{from: d, succ: i, was: e})
		}
	}
}

// leaveRare lets those edges lead to a beginning in the other form.
func (t *threader) leaveRare() {
	if len(t.rare) == 0 {
		return
	}
	anew := t.f.beginAnew()
	for _, j := range t.rare {
		j.from.Succs[j.succ] = Edge{To: anew}
	}
}

// beginAnew makes a block that leads to the other form of the function.
func (f *Func) beginAnew() *Block {
	b := f.NewBlock()
	b.Cold = true
	b.Add(f.NewValue(OpReenter, Void, int64(f.Own), f.Blocks[0].Params...)).Sig = f.Sig
	f.Blocks = append(f.Blocks, b)
	return b
}

// isBehindCall reports whether a block, to which a dispatch leads, is also reached from a call.
func isBehindCall(b, dispatch *Block) bool {
	for steps := 0; b.onlyJumps() && b.HasOnePred() && steps < fewJumps; steps++ {
		b = b.Succs[0].To
	}
	for _, p := range b.Preds {
		for steps := 0; p.onlyJumps() && p.HasOnePred() && steps < fewJumps; steps++ {
			p = p.Preds[0]
		}
		if p != dispatch && slices.ContainsFunc(p.Values, isGuestCall) {
			return true
		}
	}
	return false
}

func isGuestCall(v *Value) bool { return v.Op == OpCall || v.Op == OpCallRecord }

// fewJumps bounds how many blocks that only jump are passed: there are hardly two in a row.
const fewJumps = 4

func (b *Block) onlyJumps() bool { return len(b.Values) == 1 && b.Values[0].Op == OpJump }
