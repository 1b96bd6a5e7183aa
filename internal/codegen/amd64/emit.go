package amd64

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"

	"weft/internal/codegen"
	"weft/wasm"
)

// An Emitter makes bytes of instructions whose operands have registers. It may be
// used for one function after the other, and keeps its memory.
type Emitter struct {
	Config Config

	a         Assembler
	f         *codegen.Func
	code      *codegen.Code
	blocks    []Label
	targets   []int // by block: itself, or where it leads if it only jumps
	block     int
	next      int // the block that is emitted after this one
	call      int // the site of the block's last call, which an invoke gives its pads to; -1 for none
	exits     []exit
	polls     []poll
	refills   []refill
	arrays    []arrayAway
	casts     []castAway
	tailHosts []Label // where tail calls go on that are of a host function
	tables    []table
	constants []poolConstant
	vectors   []Label // of the constants of 16 bytes; 0 for one that is not in pooled
	pooled    []int64 // those that are used, as codegen.Func.Vectors has them
	pads      []pads
	catches   []catchTable
	bound     []boundStart
	sites     []codegen.Site
	details   []codegen.Detail
	calls     []codegen.Relocation
	leaf      bool
	start     Label // of the function
}

// An exit is a trap: where it is raised, behind the function.
type exit struct {
	label Label
	trap  wasm.TrapCode
	pos   int32
}

// A poll leaves the function's way, and returns to it.
type poll struct {
	away, back Label
	pos        int32
}

// A table of jumps has the distances of its targets from its beginning.
type table struct {
	label   Label
	targets []codegen.Edge
}

// A poolConstant is a float's bits behind the function.
type poolConstant struct {
	label Label
	size  Size
	bits  int64
}

// pads are the landing pads of a call's site.
type pads struct {
	site  int
	edges []codegen.Edge
}

// Emit returns the code of a function.
func (e *Emitter) Emit(f *codegen.Func) (*codegen.Code, error) {
	e.a.Reset()
	e.f, e.code = f, &codegen.Code{FrameSize: f.FrameSize, Indivisible: f.Begins}
	e.exits, e.polls, e.refills, e.arrays, e.casts, e.tables, e.constants, e.pads = e.exits[:0], e.polls[:0], e.refills[:0], e.arrays[:0], e.casts[:0], e.tables[:0], e.constants[:0], e.pads[:0]
	e.catches, e.bound, e.tailHosts = e.catches[:0], e.bound[:0], e.tailHosts[:0]
	// Of four instructions about one is a call or may fault.
	e.blocks, e.sites, e.calls = e.blocks[:0], slices.Grow(e.sites[:0], len(f.Insts)/4), e.calls[:0]
	e.details = e.details[:0]
	e.vectors, e.pooled = zeroed(e.vectors, len(f.Vectors)), e.pooled[:0]
	for range f.Blocks {
		e.blocks = append(e.blocks, e.a.NewLabel())
	}
	e.leaf = true
	for i := range f.Insts {
		if f.Insts[i].Flags&codegen.Call != 0 {
			e.leaf = false
		}
		if isIndivisible(mop(f.Insts[i].Op)) {
			e.code.Indivisible = true
		}
	}
	e.thread()
	e.start = e.a.NewLabel()
	e.a.Bind(e.start)
	grow := e.prologue()
	for i := 0; i < len(f.Blocks); i = e.next {
		b := &f.Blocks[i]
		e.block, e.call, e.next = i, -1, i+1
		for e.next < len(f.Blocks) && (e.targets[e.next] != e.next || f.Blocks[e.next].First == f.Blocks[e.next].End) {
			e.next++
		}
		if b.IsLoop {
			e.a.Align(16)
		}
		e.a.Bind(e.blocks[i])
		for j := b.First; j < b.End; j++ {
			if err := e.inst(&f.Insts[j]); err != nil {
				return nil, err
			}
		}
	}
	e.rare(grow)
	e.finish()
	return e.code, nil
}

// isIndivisible reports whether an instruction is a row, or the beginning of one, which takes something from the
// context and puts back what is left: a continuation, a cell, the running continuation.
func isIndivisible(m mop) bool {
	switch m.base() {
	case mContBind, mContNew, mResume, mSuspend, mSuspendTag, mSuspendTo, mSwitch, mResumeThrow, mAlloc, mArray:
		return true
	}
	return false
}

// longestThread is how many jumps thread follows. Most chains lead forward and are
// followed once, from their ends.
const longestThread = 64

// thread finds the blocks that only jump: who goes there goes on to where they do. One
// block of a loop that does nothing else stays.
func (e *Emitter) thread() {
	blocks := e.f.Blocks
	e.targets = e.targets[:0]
	for i := range blocks {
		e.targets = append(e.targets, i)
		b := &blocks[i]
		if b.End-b.First == 1 && e.f.Insts[b.First].Op == uint16(mJump) {
			e.targets[i] = b.Succs[0].To
		}
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		to := e.targets[i]
		for n := 0; e.targets[to] != to; n++ {
			if to = e.targets[to]; to == i || n == longestThread {
				to = i
				break
			}
		}
		e.targets[i] = to
	}
}

// label returns the label of a block.
func (e *Emitter) label(block int) Label { return e.blocks[e.targets[block]] }

// A growth is what a prologue does if the stack is too low.
type growth struct {
	needed      bool
	start, away Label
}

func (e *Emitter) prologue() growth {
	a, size := &e.a, int32(e.f.FrameSize)
	g := growth{needed: !e.leaf || size > codegen.SmallFrame}
	if g.needed {
		g.start, g.away = a.NewLabel(), a.NewLabel()
		a.Bind(g.start)
		const x = RDX // carries no argument
		limit := e.Config.Switch.Limit
		a.Load(S64, x, At(contextReg, codegen.OffCurrent))
		if size <= codegen.SmallFrame {
			a.ALULoad(CMP, S64, RSP, At(x, limit))
		} else {
			a.Load(S64, x, At(x, limit))
			a.ALUImm(ADD, S64, x, size)
			a.ALU(CMP, S64, RSP, x)
		}
		a.Jcc(BE, g.away)
	}
	if size > 0 {
		a.ALUImm(SUB, S64, RSP, size)
	}
	e.code.Prologue = a.Pos()
	return g
}

func (e *Emitter) epilogue() {
	if size := int32(e.f.FrameSize); size > 0 {
		e.a.ALUImm(ADD, S64, RSP, size)
	}
}

// rare emits what stands behind the function.
func (e *Emitter) rare(g growth) {
	a, stub := &e.a, codegen.OffPollStub
	if len(e.polls) > 0 && !slices.ContainsFunc(e.f.Operands, func(o codegen.Operand) bool { return isX(o.Reg) }) {
		stub = codegen.OffPollIntsStub
	}
	for i := range e.polls {
		p := &e.polls[i]
		a.Bind(p.away)
		a.CallMem(At(contextReg, stub))
		e.site(p.pos, wasm.TrapNone)
		a.Jmp(p.back)
	}
	for i := range e.refills {
		r := &e.refills[i]
		a.Bind(r.away)
		a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(r.class))
		a.CallMem(At(contextReg, codegen.OffAllocStub))
		e.site(r.pos, wasm.TrapNone)
		a.Jmp(r.again)
	}
	e.arraysAway()
	e.castsAway()
	e.tailHostsAway()
	e.boundStarts()
	for i := range e.exits {
		x := &e.exits[i]
		a.Bind(x.label)
		e.raise(x.trap, x.pos)
	}
	if g.needed {
		a.Bind(g.away)
		a.CallMem(At(contextReg, codegen.OffGrowStub))
		e.code.Grow = a.Pos()
		e.site(0, wasm.TrapStackExhausted)
		a.Jmp(g.start)
	}
	for i := range e.constants {
		c := &e.constants[i]
		a.Align(8)
		a.Bind(c.label)
		a.put32(int32(c.bits))
		if c.size == S64 {
			a.put32(int32(c.bits >> 32))
		}
	}
	e.catchTables()
	e.vectorPool()
	for i := range e.tables {
		t := &e.tables[i]
		a.Align(4)
		a.Bind(t.label)
		for _, edge := range t.targets {
			a.TableEntry(t.label, e.label(edge.To))
		}
	}
}

// tailHostsAway emits tail calls of host functions: no frame will tell them who has called, so the context does.
func (e *Emitter) tailHostsAway() {
	for _, l := range e.tailHosts {
		e.a.Bind(l)
		e.a.Store(S64, At(contextReg, codegen.OffTailCaller), tailCallerReg)
		e.a.JmpMem(At(recordReg, e.Config.FuncCode))
	}
}

// raise emits a trap.
func (e *Emitter) raise(trap wasm.TrapCode, pos int32) {
	e.a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(trap))
	e.a.CallMem(At(contextReg, codegen.OffTrapStub))
	e.site(pos, trap)
}

// finish translates offsets to those in the finished code.
func (e *Emitter) finish() {
	code := e.code
	code.Bytes = bytes.Clone(e.a.Finish())
	code.Sites, code.Details, code.Calls = slices.Clone(e.sites), slices.Clone(e.details), slices.Clone(e.calls)
	code.Prologue = e.a.Final(code.Prologue)
	for i := range code.Calls {
		r := &code.Calls[i]
		r.Offset = uint32(e.a.Final(int(r.Offset)))
	}
	for i := range code.Sites {
		s := &code.Sites[i]
		s.Offset = uint32(e.a.Final(int(s.Offset)))
	}
	if code.Grow != 0 {
		code.Grow = e.a.Final(code.Grow)
	}
	for _, p := range e.pads {
		list := make([]uint32, len(p.edges))
		for i, edge := range p.edges {
			list[i] = uint32(e.a.Offset(e.label(edge.To)))
		}
		code.Sites[p.site].AddDetail(&code.Details).Pads = list
	}
}

// site records that something can happen here.
func (e *Emitter) site(pos int32, trap wasm.TrapCode) {
	e.sites = append(e.sites, codegen.Site{Offset: uint32(e.a.Pos()), Pos: pos, Trap: trap})
}

// detail returns what there is of the site behind the last call besides itself.
func (e *Emitter) detail() *codegen.Detail { return e.sites[e.call].AddDetail(&e.details) }

// trap returns the label of an exit.
func (e *Emitter) trap(trap wasm.TrapCode, pos int32) Label {
	for i := len(e.exits) - 1; i >= 0 && e.exits[i].pos == pos; i-- {
		if e.exits[i].trap == trap {
			return e.exits[i].label
		}
	}
	l := e.a.NewLabel()
	e.exits = append(e.exits, exit{l, trap, pos})
	return l
}

// reg returns the register of an operand.
func (e *Emitter) reg(in *codegen.Inst, i int) Reg { return e.f.Operands[in.First+uint32(i)].Reg }

// mem returns the address of an instruction, whose registers are its last operands,
// and records that the access may fault: it is the next thing that is emitted.
func (e *Emitter) mem(in *codegen.Inst) Mem {
	if in.Scale&addrFaults != 0 {
		e.site(in.Pos, wasm.TrapMemoryOutOfBounds)
		e.sites[len(e.sites)-1].Fault = true
	}
	m := Mem{Base: NoReg, Index: NoReg, Scale: in.Scale & scaleMask, Disp: in.Disp}
	last := int(in.Count) - 1
	if m.Scale != 0 {
		m.Index = e.reg(in, last)
		last--
	}
	switch {
	case in.Scale&addrContext != 0:
		m.Base = contextReg
	case in.Scale&addrFrame != 0:
		m.Base, m.Disp = RSP, m.Disp+e.f.HomesAt
	case in.Scale&addrBase != 0:
		m.Base = e.reg(in, last)
	}
	return m
}

// inst emits an instruction.
func (e *Emitter) inst(in *codegen.Inst) error {
	if in.Flags&(codegen.Move|codegen.Spill|codegen.Reload|codegen.Exchange) != 0 {
		e.moves(in)
		return nil
	}
	m := mop(in.Op)
	switch b := m.base(); {
	case b == mNone || b >= mopCount:
		return fmt.Errorf("amd64: there is no machine operation %d", in.Op)
	case mCmp <= b && b <= mPtest:
		e.comparison(in)
	case b >= mJump:
		e.control(in)
	case mXchg <= b && b <= mPause:
		e.atomic(in)
	case mFadd <= b && b <= mTrunc:
		e.float(in)
	case mVecConst <= b && b <= mVecOut:
		e.vector(in)
	default:
		e.integer(in)
	}
	return nil
}

// moves emits what the allocator has added.
func (e *Emitter) moves(in *codegen.Inst) {
	a := &e.a
	x := e.reg(in, 0)
	switch {
	case in.Flags&codegen.Exchange != 0:
		a.Xchg(S64, x, e.reg(in, 1))
	case in.Flags&codegen.Move != 0:
		if y := e.reg(in, 1); isX(x) {
			a.SSE(Movaps, x, y)
		} else {
			a.Mov(S64, x, y)
		}
	default:
		at := At(RSP, int32(in.Imm))
		size := Size(bits.TrailingZeros8(e.f.VRegs[e.f.Operands[in.First].V].Size))
		switch spill := in.Flags&codegen.Spill != 0; {
		case isX(x) && spill:
			a.SSEStore(moveX(size), at, x)
		case isX(x):
			a.SSELoad(moveX(size), x, at)
		case spill:
			a.Store(size, at, x)
		default:
			a.Load(size, x, at)
		}
	}
}
