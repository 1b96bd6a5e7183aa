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
		d := e.Reg(in, 0)
		e.a.Set(c, d)
		e.a.Op(Movzx8, S32, d, d)
	case toSelect:
		e.compare(in, 3)
		e.choice(c, e.Reg(in, 2), e.Reg(in, 1))
	case toBranch:
		e.compare(in, 0)
		e.branch(c)
	case toTrap:
		e.compare(in, 0)
		e.trapIf(c, e.Trap(wasm.TrapCode(in.Imm>>32), in.Pos))
	}
}

// compare sets the flags by the operands from i on.
func (e *Emitter) compare(in *codegen.Inst, i int) {
	a, m, size, imm := &e.a, mop(in.Op), Size(in.Size), int32(in.Imm)
	f := m.form()
	var x, y Reg
	var at Mem
	if f != formMemImm {
		x = e.Reg(in, i)
	}
	if f == formReg {
		y = e.Reg(in, i+1)
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
			switch c := Cond(in.Cond); {
			case imm != 0:
				a.ALUImm(CMP, size, x, imm)
			case c != E && c != NE || !e.hasFlags(x, size):
				a.Test(size, x, x)
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
	d, op := e.Reg(in, 0), ofSize(size, Cmpss, Cmpsd)
	a.SSE(Movaps, scratch, e.Reg(in, 1))
	if mop(in.Op).form() == formMem {
		a.SSELoadImm(op, scratch, e.mem(in), predicate)
	} else {
		a.SSEImm(op, scratch, e.Reg(in, 2), predicate)
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
	succs := e.Succs()
	yes, no := succs[0].To, succs[1].To
	if e.IsNext(yes) {
		yes, no, c = no, yes, c.Invert()
	}
	switch c {
	case condEqual:
		a.Jcc(P, e.Label(no))
		a.Jcc(E, e.Label(yes))
	case condNotEqual:
		a.Jcc(P, e.Label(yes))
		a.Jcc(NE, e.Label(yes))
	default:
		a.Jcc(c, e.Label(yes))
	}
	e.Jump(no)
}

// Jump goes to a block, unless it is the next one.
func (e *Emitter) Jump(to int) {
	if !e.IsNext(to) {
		e.a.Jmp(e.Label(to))
	}
}

// Return implements [codegen.Controls].
func (e *Emitter) Return() { e.a.Ret() }

// CallRecord implements [codegen.Controls].
func (e *Emitter) CallRecord(in *codegen.Inst) {
	a, instance := &e.a, At(recordReg, e.Config.FuncInstance)
	if in.Imm == codegen.OwnRecord {
		p := e.NewAway(in)
		a.ALULoad(CMP, S64, instanceReg, instance)
		a.Jcc(NE, p.Away)
		a.Bind(p.Back)
		e.Foreign = append(e.Foreign, p)
	} else {
		a.Load(S64, instanceReg, instance)
	}
	a.CallMem(At(recordReg, e.Config.FuncCode))
}

// foreignAway emits what is left to do before a call if the function is another instance's.
func (e *Emitter) foreignAway() {
	for _, p := range e.Foreign {
		e.a.Nop(1) // what a call before it returns to, which does not return, is another's
		e.a.Bind(p.Away)
		e.MarkAway(p.In)
		e.a.Load(S64, instanceReg, At(recordReg, e.Config.FuncInstance))
		e.a.Jmp(p.Back)
	}
}

// TailCallRecord implements [codegen.Controls].
func (e *Emitter) TailCallRecord(host codegen.Label) {
	a := &e.a
	a.Load(S64, instanceReg, At(recordReg, e.Config.FuncInstance))
	a.Test(S64, instanceReg, instanceReg)
	a.Jcc(E, host)
	a.JmpMem(At(recordReg, e.Config.FuncCode))
}

// Builtin implements [codegen.Controls].
func (e *Emitter) Builtin(request int64) {
	e.a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(request))
	e.a.CallMem(At(contextReg, codegen.StubOf(request)))
}

// SuspendTag implements [codegen.Controls]. There is no common case.
func (e *Emitter) SuspendTag(in *codegen.Inst) {
	e.stub(in)
	e.catchMark(in, e.a.NewLabel())
}

// Fuel implements [codegen.Controls].
func (e *Emitter) Fuel(in *codegen.Inst) {
	a, left := &e.a, e.Reg(in, 0)
	a.Load(S64, left, At(contextReg, codegen.OffFuel))
	a.ALUStoreImm(SUB, S64, At(left, 0), 1)
	p := e.NewAway(in)
	a.Jcc(B, p.Away)
	a.Bind(p.Back)
	e.Polls = append(e.Polls, p)
}

// Poll implements [codegen.Controls].
func (e *Emitter) Poll(in *codegen.Inst) {
	a, p := &e.a, e.NewAway(in)
	a.ALUStoreImm(CMP, S32, At(contextReg, codegen.OffInterrupt), 0)
	a.Jcc(NE, p.Away)
	a.ALUStoreImm(SUB, S32, At(contextReg, codegen.OffPollsLeft), 1)
	a.Jcc(B, p.Away)
	a.Bind(p.Back)
	e.Polls = append(e.Polls, p)
}

// fewTargets is up to how many targets a table is a chain of comparisons.
const fewTargets = 4

func (e *Emitter) Table(in *codegen.Inst) {
	a, x := &e.a, e.Reg(in, 0)
	succs := e.Succs()
	last := len(succs) - 1
	if last < fewTargets {
		for i, edge := range succs[:last] {
			if i == 0 {
				a.Test(S32, x, x)
			} else {
				a.ALUImm(CMP, S32, x, int32(i))
			}
			a.Jcc(E, e.Label(edge.To))
		}
		e.Jump(succs[last].To)
		return
	}
	base, at := e.Reg(in, 1), e.Reg(in, 2)
	l := a.NewLabel()
	a.ALUImm(CMP, S32, x, int32(last))
	a.Jcc(AE, e.Label(succs[last].To))
	a.Lea(S64, base, AtLabel(l))
	a.OpLoad(Movsxd, S64, at, Indexed(base, x, 4, 0))
	a.ALU(ADD, S64, at, base)
	a.JmpReg(at)
	e.Tables = append(e.Tables, codegen.JumpTable{Label: l, Targets: succs[:last]})
}

// bounds traps unless an address plus a constant is at most a length. The sum of a
// 64-bit address may overflow.
func (e *Emitter) bounds(in *codegen.Inst) {
	a, x, sum := &e.a, e.Reg(in, 0), e.Reg(in, 1)
	trap := e.Trap(wasm.TrapMemoryOutOfBounds, in.Pos)
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
		a.ALU(CMP, S64, sum, e.Reg(in, 2))
	}
	a.Jcc(A, trap)
}
