package amd64

import (
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

	codegen.Emission

	a         Assembler
	casts     []castAway
	constants []poolConstant
	vectors   []Label // of the constants of 16 bytes; 0 for one that is not in pooled
	pooled    []int64 // those that are used, as codegen.Func.Vectors has them
	flagged   flagged
}

// A flagged is a register that an instruction has written which has set the zero flag by it, and where that ends. No
// flags live between instructions but so: a comparison with 0 that follows at once needs no test.
type flagged struct {
	reg  Reg
	size Size
	end  int
}

// flags says so of what the last instruction has written.
func (e *Emitter) flags(reg Reg, size Size) { e.flagged = flagged{reg, size, e.a.Pos()} }

// hasFlags reports whether the zero flag tells about a register: nothing came after that, also by a jump.
func (e *Emitter) hasFlags(reg Reg, size Size) bool {
	return e.flagged == flagged{reg, size, e.a.Pos()} && e.a.bound < e.a.Pos()
}

// A poolConstant is a float's bits behind the function.
type poolConstant struct {
	label Label
	size  Size
	bits  int64
}

// Emit returns the code of a function.
func (e *Emitter) Emit(f *codegen.Func) (*codegen.Code, error) {
	e.a.Reset()
	e.flagged = flagged{}
	e.Begin(f, &e.a)
	e.casts, e.constants = e.casts[:0], e.constants[:0]
	e.vectors, e.pooled = zeroed(e.vectors, len(f.Vectors)), e.pooled[:0]
	e.a.Bind(e.Start)
	grow := e.prologue()
	for b := e.NextBlock(); b != nil; b = e.NextBlock() {
		if e.IsTop() {
			e.a.Align(16)
		}
		e.a.Bind(e.BlockLabel())
		for j := b.First; j < b.End; j++ {
			e.Mark(&f.Insts[j])
			if err := e.inst(&f.Insts[j]); err != nil {
				return nil, err
			}
		}
	}
	e.rare(grow)
	return e.Finish(e.a.Finish()), nil
}

// zeroed returns a list of n zeros, in the memory of list if it is large enough.
func zeroed[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n, n+n/2)
	}
	list = list[:n]
	clear(list)
	return list
}

// A growth is what a prologue does if the stack is too low.
type growth struct {
	needed      bool
	start, away Label
}

func (e *Emitter) prologue() growth {
	a, size := &e.a, int32(e.F.FrameSize)
	g := growth{needed: !e.Leaf || size > codegen.SmallFrame}
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
	e.Code.Prologue = a.Pos()
	return g
}

func (e *Emitter) Epilogue() {
	if size := int32(e.F.FrameSize); size > 0 {
		e.a.ALUImm(ADD, S64, RSP, size)
	}
}

// leaveAtPoll leaves at a poll, and comes back with all registers: by a stub that keeps them, or with the few in which
// there is something below the stack pointer.
func (e *Emitter) leaveAtPoll(in *codegen.Inst, stub int32) {
	a := &e.a
	kept, few := e.KeptAtPoll(in, X0)
	for i, r := range kept {
		a.Store(S64, At(RSP, codegen.KeptAt(i)), r)
	}
	if few {
		stub = codegen.OffPollKeptStub
		a.StoreImm(S32, At(contextReg, codegen.OffRequest), codegen.RequestPollKept+int32(len(kept)))
	}
	a.CallMem(At(contextReg, stub))
	e.Site(in.Pos, wasm.TrapNone)
	for i, r := range kept {
		a.Load(S64, r, At(RSP, codegen.KeptAt(i)))
	}
}

// rare emits what stands behind the function.
func (e *Emitter) rare(g growth) {
	a, stub := &e.a, codegen.OffPollStub
	if len(e.Polls) > 0 && !slices.ContainsFunc(e.F.Operands, func(o codegen.Operand) bool { return isX(o.Reg) }) {
		stub = codegen.OffPollIntsStub
	}
	for i := range e.Polls {
		p := &e.Polls[i]
		a.Bind(p.Away)
		e.leaveAtPoll(p.In, stub)
		a.Jmp(p.Back)
	}
	for i := range e.Refills {
		r := &e.Refills[i]
		a.Bind(r.Away)
		a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(r.In.Imm))
		a.CallMem(At(contextReg, codegen.OffAllocStub))
		e.Site(r.In.Pos, wasm.TrapNone)
		a.Jmp(r.Back)
	}
	e.arraysAway()
	e.castsAway()
	e.foreignAway()
	e.tailHostsAway()
	e.boundStarts()
	for i := range e.Exits {
		x := &e.Exits[i]
		a.Bind(x.Label)
		e.Raise(x.Trap, x.Pos)
	}
	if g.needed {
		a.Bind(g.away)
		a.CallMem(At(contextReg, codegen.OffGrowStub))
		e.Code.Grow = a.Pos()
		e.Site(0, wasm.TrapStackExhausted)
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
	for i := range e.Tables {
		t := &e.Tables[i]
		a.Align(4)
		a.Bind(t.Label)
		for _, edge := range t.Targets {
			a.TableEntry(t.Label, e.Label(edge.To))
		}
	}
}

// tailHostsAway emits tail calls of host functions: no frame will tell them who has called, so the context does.
func (e *Emitter) tailHostsAway() {
	for _, l := range e.TailHosts {
		e.a.Bind(l)
		e.a.Store(S64, At(contextReg, codegen.OffTailCaller), tailCallerReg)
		e.a.JmpMem(At(recordReg, e.Config.FuncCode))
	}
}

// Raise emits a trap.
func (e *Emitter) Raise(trap wasm.TrapCode, pos int32) {
	e.a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(trap))
	e.a.CallMem(At(contextReg, codegen.OffTrapStub))
	e.Site(pos, trap)
}

// mem returns the address of an instruction, whose registers are its last operands,
// and records that the access may fault: it is the next thing that is emitted.
func (e *Emitter) mem(in *codegen.Inst) Mem {
	if in.Scale&addrFaults != 0 {
		e.FaultSite(in.Pos)
	}
	m := Mem{Base: NoReg, Index: NoReg, Scale: in.Scale & scaleMask, Disp: in.Disp}
	last := int(in.Count) - 1
	if m.Scale != 0 {
		m.Index = e.Reg(in, last)
		last--
	}
	switch {
	case in.Scale&addrContext != 0:
		m.Base = contextReg
	case in.Scale&addrFrame != 0:
		m.Base, m.Disp = RSP, m.Disp+e.F.HomesAt
	case in.Scale&addrBase != 0:
		m.Base = e.Reg(in, last)
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
	case b == mop(codegen.OpNone) || b >= mopCount:
		return fmt.Errorf("amd64: there is no machine operation %d", in.Op)
	case b < mop(codegen.OpOwn):
		e.Control(e, in)
	case mCmp <= b && b <= mPtest:
		e.comparison(in)
	case b == mBounds:
		e.bounds(in)
	case b == mCast:
		e.cast(in)
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
	x := e.Reg(in, 0)
	switch {
	case in.Flags&codegen.Exchange != 0:
		a.Xchg(S64, x, e.Reg(in, 1))
	case in.Flags&codegen.Move != 0:
		if y := e.Reg(in, 1); isX(x) {
			a.SSE(Movaps, x, y)
		} else {
			a.Mov(S64, x, y)
		}
	default:
		at := At(RSP, int32(in.Imm))
		size := Size(bits.TrailingZeros8(e.F.VRegs[e.F.Operands[in.First].V].Size))
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
