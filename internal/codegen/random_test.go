package codegen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A generator makes random functions.
type generator struct {
	*builder
	r     *rand.Rand
	scope [2][]VReg // values that dominate the current point
	size  int       // instructions yet to make
	loops []loopExit
}

// loopExit is where a break goes.
type loopExit struct{ block, depth int }

// randomFunc makes a function of about size instructions.
func randomFunc(r *rand.Rand, m *Machine, size int) *Func {
	g := &generator{builder: newBuilder(m), r: r, size: size}
	g.cur = g.block()
	var args []VReg
	for c := range Float + 1 {
		for i := range len(m.Allocatable[c]) {
			if i == 0 || r.IntN(2) == 0 {
				args = append(args, g.value(c))
			}
		}
	}
	g.call(opArgs, 0, nil, args)
	g.f.InstanceHome = r.IntN(2) == 0
	if g.f.InstanceHome {
		g.f.VRegs[args[0]].Size = 8
	}
	g.sequence(4)
	g.call(opRet, 0, g.arguments(), nil)
	f := g.finish()
	if r.IntN(2) == 0 {
		f = moveCold(r, f)
	}
	return f
}

// value adds a value to the scope.
func (g *generator) value(c Class) VReg {
	v := g.vreg(c, uint8(4<<g.r.IntN(2+int(c))))
	g.scope[c] = append(g.scope[c], v)
	return v
}

// pick chooses a value, recent ones more often.
func (g *generator) pick(c Class) VReg {
	s := g.scope[c]
	if g.r.IntN(2) == 0 && len(s) > 4 {
		s = s[len(s)-4:]
	}
	return s[g.r.IntN(len(s))]
}

// arguments chooses values for a call.
func (g *generator) arguments() []VReg {
	var list []VReg
	for c := range Float + 1 {
		for range g.r.IntN(len(g.m.Allocatable[c]) + 1) {
			list = append(list, g.pick(c))
		}
	}
	return list
}

// results defines values of a call.
func (g *generator) results() []VReg {
	var list []VReg
	for c := range Float + 1 {
		for range g.r.IntN(len(g.m.Allocatable[c]) + 1) {
			list = append(list, g.value(c))
		}
	}
	return list
}

// sequence makes code in the current block and others behind it.
func (g *generator) sequence(nesting int) {
	for n := 1 + g.r.IntN(20); n > 0 && g.size > 0; n-- {
		g.size--
		k := g.r.IntN(40)
		switch {
		case k < 4 && nesting > 0:
			g.branch(nesting - 1)
		case k < 7 && nesting > 0:
			g.loop(nesting - 1)
		case k == 7 && nesting > 0:
			g.invoke(nesting - 1)
		case k == 8 && len(g.loops) > 0:
			g.exit()
		case k < 11:
			args := g.arguments()
			g.call(opCall, Call, args, g.results())
		default:
			g.simple()
		}
	}
}

// simple makes an instruction.
func (g *generator) simple() {
	switch g.r.IntN(10) {
	case 0:
		v := g.value(Class(g.r.IntN(2)))
		info := &g.f.VRegs[v]
		info.Remat, info.RematOp, info.Imm = true, opConst, g.r.Int64N(100)
		g.inst(opConst, 0, def(v))
	case 1:
		x, y := g.pick(Int), g.pick(Int)
		g.inst(opAdd, Commutative, use(x), use(y), tied(g.value(Int)))
	case 2:
		x, y := g.pick(Int), g.pick(Int)
		g.inst(opSub, 0, use(x), use(y), tied(g.value(Int)))
	case 3:
		x, y := g.pick(Int), g.pick(Int)
		g.inst(opLea, 0, use(x), use(y), def(g.value(Int)))
	case 4:
		x, y := g.pick(Int), g.pick(Int)
		g.inst(opDiv, 0, fixed(use(x), 0), late(y), fixed(tied(g.value(Int)), 0), fixed(Operand{Kind: Clobber}, 2))
	case 5:
		x, y := g.pick(Int), g.pick(Int)
		g.inst(opShl, 0, use(x), fixed(use(y), 1), tied(g.value(Int)))
	case 6:
		x, y := g.pick(Int), g.pick(Int)
		g.inst(opMix, 0, use(x), late(y), temp(), def(g.value(Int)))
	case 7:
		g.inst(opStore, 0, use(g.pick(Int)), use(g.pick(Class(g.r.IntN(2)))))
	case 8:
		x, y := g.pick(Float), g.pick(Float)
		g.inst(opFAdd, Commutative, use(x), use(y), tied(g.value(Float)))
	case 9:
		x, y := g.pick(Float), g.pick(Float)
		g.inst(opFMix, 0, use(x), late(y), def(g.value(Float)))
	}
}

// params gives a block parameters, more than registers at times. Their classes are those of
// the arguments that join picks.
func (g *generator) params(block int) {
	for range g.r.IntN(8) {
		p := g.vreg(Class(g.r.IntN(2)), uint8(4<<g.r.IntN(2)))
		g.f.Blocks[block].Params = append(g.f.Blocks[block].Params, p)
	}
}

// enter goes on in a block, and returns what to restore the scope with.
func (g *generator) enter(block int) [2]int {
	g.cur = block
	old := [2]int{len(g.scope[0]), len(g.scope[1])}
	for _, p := range g.f.Blocks[block].Params {
		c := g.f.VRegs[p].Class
		g.scope[c] = append(g.scope[c], p)
	}
	return old
}

func (g *generator) leave(old [2]int) {
	for c := range old {
		g.scope[c] = g.scope[c][:old[c]]
	}
}

// jump ends the current block. An argument has the size of its parameter: if nothing in
// scope has, a constant does it.
func (g *generator) jump(to int) {
	var args []VReg
	for _, p := range g.f.Blocks[to].Params {
		info := g.f.VRegs[p]
		v := g.pick(info.Class)
		if g.f.VRegs[v].Size != info.Size {
			v = g.vreg(info.Class, info.Size)
			w := &g.f.VRegs[v]
			w.Remat, w.RematOp, w.Imm = true, opConst, g.r.Int64N(100)
			g.inst(opConst, 0, def(v))
		}
		args = append(args, v)
	}
	g.inst(opJump, 0)
	g.edge(g.cur, to, args...)
}

// branchTo ends the current block with a branch to new blocks.
func (g *generator) branchTo(n int) []int {
	g.inst(opBr, 0, use(g.pick(Int)), use(g.pick(Int)))
	g.inst(opJump, 0)
	from := g.cur
	list := make([]int, n)
	for i := range list {
		list[i] = g.block()
		g.edge(from, list[i])
	}
	return list
}

// branch makes an if or a switch, with values that join.
func (g *generator) branch(nesting int) {
	arms := g.branchTo(2 + g.r.IntN(2))
	join := g.block()
	g.params(join)
	for _, arm := range arms {
		old := g.enter(arm)
		g.sequence(nesting)
		g.jump(join)
		g.leave(old)
	}
	g.enter(join)
}

// loop makes a loop, with exits at its end and maybe in the middle.
func (g *generator) loop(nesting int) {
	exit := g.block()
	g.params(exit)
	g.depth++
	header := g.block()
	g.f.Blocks[header].IsLoop = true
	g.params(header)
	g.jump(header)
	old := g.enter(header)
	g.loops = append(g.loops, loopExit{exit, g.depth - 1})
	g.sequence(nesting)
	g.loops = g.loops[:len(g.loops)-1]
	ways := g.branchTo(2)
	g.enter(ways[0])
	g.jump(header)
	g.depth--
	g.f.Blocks[ways[1]].LoopDepth = g.depth
	g.enter(ways[1])
	g.jump(exit)
	g.leave(old)
	g.enter(exit)
}

// exit leaves a loop, or does not.
func (g *generator) exit() {
	e := g.loops[g.r.IntN(len(g.loops))]
	ways := g.branchTo(2)
	g.f.Blocks[ways[0]].LoopDepth = e.depth
	g.enter(ways[0])
	g.jump(e.block)
	g.enter(ways[1])
}

// invoke makes a call with landing pads.
func (g *generator) invoke(nesting int) {
	old := [2]int{len(g.scope[0]), len(g.scope[1])}
	args := g.arguments()
	from := g.cur
	results := g.results()
	g.call(opCall, Call, args, results)
	g.inst(opJump, 0)
	join := g.block()
	g.params(join)
	normal := g.block()
	g.edge(from, normal)
	g.enter(normal)
	g.sequence(nesting)
	g.jump(join)
	g.leave(old)
	for range 1 + g.r.IntN(2) {
		pad := g.block()
		g.edge(from, pad)
		blk := &g.f.Blocks[pad]
		blk.Pad = true
		for c := range Float + 1 {
			for i := range g.r.IntN(len(g.m.Allocatable[c])) {
				blk.Params = append(blk.Params, g.vreg(c, 8))
				blk.PadRegs = append(blk.PadRegs, g.m.Allocatable[c][i])
			}
		}
		g.enter(pad)
		g.sequence(nesting)
		g.jump(join)
		g.leave(old)
	}
	g.enter(join)
}

// moveCold sorts the blocks in reverse postorder and moves some to the end.
func moveCold(r *rand.Rand, f *Func) *Func {
	order := make([]int, 1, len(f.Blocks))
	var cold []int
	for b := 1; b < len(f.Blocks); b++ {
		if r.IntN(6) == 0 {
			cold = append(cold, b)
		} else {
			order = append(order, b)
		}
	}
	order = append(order, cold...)
	to := make([]int, len(order))
	for i, b := range order {
		to[b] = i
	}
	g := &Func{Operands: f.Operands, VRegs: f.VRegs, InstanceHome: f.InstanceHome}
	for i, b := range order {
		blk := f.Blocks[b]
		blk.ID = i
		first := len(g.Insts)
		g.Insts = append(g.Insts, f.Insts[blk.First:blk.End]...)
		blk.First, blk.End = first, len(g.Insts)
		for k := range blk.Succs {
			blk.Succs[k].To = to[blk.Succs[k].To]
		}
		for k := range blk.Preds {
			blk.Preds[k] = to[blk.Preds[k]]
		}
		g.Blocks = append(g.Blocks, blk)
	}
	return g
}

// own are the flags of the allocator's instructions.
const own = Spill | Reload | Move | Exchange | Remat

// checkAllocation allocates and checks a function.
func checkAllocation(a *Allocator, f *Func, m *Machine) error {
	insts := slices.Clone(f.Insts)
	blocks := slices.Clone(f.Blocks)
	if err := a.Allocate(f); err != nil {
		return err
	}
	for b := range f.Blocks {
		k := blocks[b].First
		for i := f.Blocks[b].First; i < f.Blocks[b].End; i++ {
			in := f.Insts[i]
			if in.Flags&own != 0 {
				continue
			}
			for insts[k].Op == opConst {
				k++
			}
			if in != insts[k] {
				return fmt.Errorf("block %d: instruction %v has become %v", b, insts[k], in)
			}
			k++
		}
		for k < blocks[b].End && insts[k].Op == opConst {
			k++
		}
		if k != blocks[b].End {
			return fmt.Errorf("block %d: %d instructions are missing", b, blocks[b].End-k)
		}
	}
	return Check(f, m)
}

var machines = []*Machine{testMachine(3, 2), testMachine(4, 2), testMachine(6, 4), testMachine(14, 15)}

func TestRandom(t *testing.T) {
	n := 10000
	if testing.Short() {
		n = 1000
	}
	alloc := make([]*Allocator, len(machines))
	for i, m := range machines {
		alloc[i] = NewAllocator(m)
	}
	for seed := range n {
		k := seed % len(machines)
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		f := randomFunc(r, machines[k], 5+r.IntN(100))
		if err := checkAllocation(alloc[k], f, machines[k]); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
