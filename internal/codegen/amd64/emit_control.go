package amd64

import (
	"math"

	"weft/internal/codegen"
	"weft/wasm"
)

// comparison emits a comparison and its consumer.
func (e *Emitter) comparison(in *codegen.Inst) {
	m := mop(in.Op)
	c := Cond(in.Cond)
	switch m.consumer() {
	case toValue:
		if c >= condEqual {
			e.floatEquality(in)
			return
		}
		e.compare(in, 1)
		d := e.reg(in, 0)
		e.a.Set(c, d)
		e.a.Op(Movzx8, S32, d, d)
	case toSelect:
		e.compare(in, 3)
		e.choice(c, e.reg(in, 2), e.reg(in, 1))
	case toBranch:
		e.compare(in, 0)
		e.branch(c)
	case toTrap:
		e.compare(in, 0)
		e.trapIf(c, e.trap(wasm.TrapCode(in.Imm>>32), in.Pos))
	}
}

// compare sets the flags by the operands from i on.
func (e *Emitter) compare(in *codegen.Inst, i int) {
	a, m, size, imm := &e.a, mop(in.Op), Size(in.Size), int32(in.Imm)
	f := m.form()
	var x, y Reg
	var at Mem
	if f != formMemImm {
		x = e.reg(in, i)
	}
	if f == formReg {
		y = e.reg(in, i+1)
	}
	if f == formMem || f == formMemImm {
		at = e.mem(in)
	}
	switch m.base() {
	case mCmp:
		switch f {
		case formReg:
			a.ALU(CMP, size, x, y)
		case formImm:
			if imm == 0 {
				a.Test(size, x, x)
			} else {
				a.ALUImm(CMP, size, x, imm)
			}
		case formMem:
			a.ALULoad(CMP, size, x, at)
		case formMemImm:
			a.ALUStoreImm(CMP, size, at, imm)
		}
	case mTest:
		switch f {
		case formReg:
			a.Test(size, x, y)
		case formImm:
			if 0 <= imm && imm <= math.MaxInt8 { // the flags are the same
				size = S8
			}
			a.TestImm(size, x, imm)
		case formMem:
			a.TestMem(size, at, x)
		case formMemImm:
			a.TestMemImm(size, at, imm)
		}
	case mUcomi:
		op := ofSize(size, Ucomiss, Ucomisd)
		if f == formMem {
			a.SSELoad(op, x, at)
		} else {
			a.SSE(op, x, y)
		}
	case mPtest:
		a.SSE(Ptest, x, y)
	}
}

// floatEquality makes a value of a comparison whose outcome takes two flags.
func (e *Emitter) floatEquality(in *codegen.Inst) {
	a, size := &e.a, Size(in.Size)
	predicate := CmpEQ
	if Cond(in.Cond) == condNotEqual {
		predicate = CmpNEQ
	}
	d, op := e.reg(in, 0), ofSize(size, Cmpss, Cmpsd)
	a.SSE(Movaps, scratch, e.reg(in, 1))
	if mop(in.Op).form() == formMem {
		a.SSELoadImm(op, scratch, e.mem(in), predicate)
	} else {
		a.SSEImm(op, scratch, e.reg(in, 2), predicate)
	}
	a.MovFromX(S32, d, scratch)
	a.ALUImm(AND, S32, d, 1)
}

// choice moves y to d if the condition holds.
func (e *Emitter) choice(c Cond, d, y Reg) {
	a := &e.a
	if !isX(d) {
		if c == condNotEqual {
			a.Op(Cmov(P), S64, d, y)
			c = NE
		}
		a.Op(Cmov(c), S64, d, y)
		return
	}
	skip := a.NewLabel()
	if c == condNotEqual {
		move := a.NewLabel()
		a.Jcc(P, move)
		a.Jcc(E, skip)
		a.Bind(move)
	} else {
		a.Jcc(c.Invert(), skip)
	}
	a.SSE(Movaps, d, y)
	a.Bind(skip)
}

func (e *Emitter) trapIf(c Cond, to Label) {
	a := &e.a
	switch c {
	case condEqual:
		skip := a.NewLabel()
		a.Jcc(P, skip)
		a.Jcc(E, to)
		a.Bind(skip)
	case condNotEqual:
		a.Jcc(P, to)
		a.Jcc(NE, to)
	default:
		a.Jcc(c, to)
	}
}

// branch goes to the first successor if the condition holds, otherwise to the
// second.
func (e *Emitter) branch(c Cond) {
	a := &e.a
	succs := e.f.Blocks[e.block].Succs
	yes, no := succs[0].To, succs[1].To
	if e.targets[yes] == e.next {
		yes, no, c = no, yes, c.Invert()
	}
	switch c {
	case condEqual:
		a.Jcc(P, e.label(no))
		a.Jcc(E, e.label(yes))
	case condNotEqual:
		a.Jcc(P, e.label(yes))
		a.Jcc(NE, e.label(yes))
	default:
		a.Jcc(c, e.label(yes))
	}
	e.jump(no)
}

// jump goes to a block, unless it is the next one.
func (e *Emitter) jump(to int) {
	if e.targets[to] != e.next {
		e.a.Jmp(e.label(to))
	}
}

// control emits branches and calls.
func (e *Emitter) control(in *codegen.Inst) {
	a, m := &e.a, mop(in.Op)
	switch m.base() {
	case mJump:
		e.jump(e.f.Blocks[e.block].Succs[0].To)
	case mTable:
		e.table(in)
	case mReturn:
		e.epilogue()
		if e.f.Begins {
			e.endContinuation()
		}
		a.Ret()
	case mTrap:
		e.raise(wasm.TrapCode(in.Imm), in.Pos)
	case mInvoke:
		succs := e.f.Blocks[e.block].Succs
		if len(succs) > 1 {
			e.pads = append(e.pads, pads{e.call, succs[1:]})
			e.detail().Catches = int32(in.Imm)
		}
		e.jump(succs[0].To)
	case mBounds:
		e.bounds(in)
	case mCall:
		e.callOwn(uint32(in.Imm), false)
		e.called(in)
	case mCallRecord:
		a.Load(S64, instanceReg, At(recordReg, e.Config.FuncInstance))
		a.CallMem(At(recordReg, e.Config.FuncCode))
		e.called(in)
	case mTailCall:
		e.epilogue()
		e.callOwn(uint32(in.Imm), true)
	case mReenter:
		e.epilogue()
		e.reenter(uint32(in.Imm))
	case mTailCallRecord:
		e.epilogue()
		a.Load(S64, instanceReg, At(recordReg, e.Config.FuncInstance))
		away := a.NewLabel()
		a.Test(S64, instanceReg, instanceReg)
		a.Jcc(E, away)
		a.JmpMem(At(recordReg, e.Config.FuncCode))
		e.tailHosts = append(e.tailHosts, away)
	case mBuiltin:
		a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(in.Imm))
		a.CallMem(At(contextReg, codegen.OffHostStub))
		e.called(in)
	case mContBind:
		e.contBind(in)
	case mContNew:
		e.contNew(in)
	case mResume:
		e.resume(in)
		e.sites[e.call].Switch = codegen.Resume
		e.detail().Number = int64(uint32(in.Imm))
	case mSuspendTag: // there is no common case
		e.stub(in)
		e.catchMark(in, a.NewLabel())
		e.sites[e.call].Switch = codegen.SuspendTag
	case mSuspendTo:
		e.suspendTo(in)
		e.sites[e.call].Switch = codegen.SuspendTo
	case mSuspend:
		e.suspend(in)
		e.sites[e.call].Switch = codegen.Suspend
	case mSwitch:
		e.switchTo(in)
		e.sites[e.call].Switch = codegen.SwitchTo
	case mResumeThrow:
		e.resumeThrow(in)
		e.sites[e.call].Switch = codegen.Resume
		e.detail().Number = int64(uint32(in.Imm))
	case mAlloc:
		e.alloc(in)
	case mCast:
		e.cast(in)
	case mArray:
		e.newArray(in)
	case mFuel:
		left := e.reg(in, 0)
		a.Load(S64, left, At(contextReg, codegen.OffFuel))
		a.ALUStoreImm(SUB, S64, At(left, 0), 1)
		away, back := a.NewLabel(), a.NewLabel()
		a.Jcc(B, away)
		a.Bind(back)
		e.polls = append(e.polls, poll{away, back, in.Pos})
	case mPoll:
		away, back := a.NewLabel(), a.NewLabel()
		a.ALUStoreImm(CMP, S32, At(contextReg, codegen.OffInterrupt), 0)
		a.Jcc(NE, away)
		a.ALUStoreImm(SUB, S32, At(contextReg, codegen.OffPollsLeft), 1)
		a.Jcc(B, away)
		a.Bind(back)
		e.polls = append(e.polls, poll{away, back, in.Pos})
	}
}

// called records the site of a call.
func (e *Emitter) called(in *codegen.Inst) {
	e.call = len(e.sites)
	e.site(in.Pos, wasm.TrapNone)
}

// fewTargets is up to how many targets a table is a chain of comparisons.
const fewTargets = 4

func (e *Emitter) table(in *codegen.Inst) {
	a, x := &e.a, e.reg(in, 0)
	succs := e.f.Blocks[e.block].Succs
	last := len(succs) - 1
	if last < fewTargets {
		for i, edge := range succs[:last] {
			if i == 0 {
				a.Test(S32, x, x)
			} else {
				a.ALUImm(CMP, S32, x, int32(i))
			}
			a.Jcc(E, e.label(edge.To))
		}
		e.jump(succs[last].To)
		return
	}
	base, at := e.reg(in, 1), e.reg(in, 2)
	l := a.NewLabel()
	a.ALUImm(CMP, S32, x, int32(last))
	a.Jcc(AE, e.label(succs[last].To))
	a.Lea(S64, base, l.Mem())
	a.OpLoad(Movsxd, S64, at, Indexed(base, x, 4, 0))
	a.ALU(ADD, S64, at, base)
	a.JmpReg(at)
	e.tables = append(e.tables, table{l, succs[:last]})
}

// bounds traps unless an address plus a constant is at most a length. The sum of a
// 64-bit address may overflow.
func (e *Emitter) bounds(in *codegen.Inst) {
	a, x, sum := &e.a, e.reg(in, 0), e.reg(in, 1)
	trap := e.trap(wasm.TrapMemoryOutOfBounds, in.Pos)
	if wide := Size(in.Size) == S64; !wide && 0 <= in.Imm && fits(in.Imm) {
		a.Lea(S64, sum, At(x, int32(in.Imm)))
	} else {
		a.MovImm(sum, in.Imm)
		a.ALU(ADD, S64, sum, x)
		a.Jcc(B, trap)
	}
	if mop(in.Op).form() == formMem {
		a.ALULoad(CMP, S64, sum, e.mem(in))
	} else {
		a.ALU(CMP, S64, sum, e.reg(in, 2))
	}
	a.Jcc(A, trap)
}
