package arm64

import (
	"weft/internal/codegen"
	"weft/wasm"
)

// comparison emits a comparison and its consumer.
func (e *Emitter) comparison(in *codegen.Inst) {
	a, m, c := &e.a, mop(in.Op), Cond(in.Cond)
	switch m.consumer() {
	case toValue:
		e.compare(in, 1)
		a.RRR(Csinc.If(c.Invert()), e.Reg(in, 0), ZR, ZR)
	case toSelect:
		e.compare(in, 3)
		e.choose(in, c)
	case toBranch:
		succs := e.Succs()
		yes, no := succs[0].To, succs[1].To
		if e.IsNext(yes) {
			yes, no, c = no, yes, c.Invert()
		}
		e.jumpIf(in, c, e.Label(yes))
		e.Jump(no)
	case toTrap:
		e.jumpIf(in, c, e.Trap(wasm.TrapCode(in.Imm>>32), in.Pos))
	}
}

// compare sets the flags by the operands from i on.
func (e *Emitter) compare(in *codegen.Inst, i int) {
	a, o := &e.a, Op(uint32(in.Imm))
	n := e.Reg(in, i)
	none := ZR
	if isV(n) {
		none = X0 // where others have the result's register there is nothing
	}
	switch mop(in.Op).base() {
	case mCmp:
		a.RRR(o, none, n, e.Reg(in, i+1))
	case mCmpImm:
		a.RR(o, none, n)
	case mCmpVec:
		e.anyLane(in, n)
		a.CmpImm(S64, X16, 0)
	}
}

// jumpIf goes to the label if the condition holds.
func (e *Emitter) jumpIf(in *codegen.Inst, c Cond, to Label) {
	a, size, r := &e.a, Size(in.Size), e.Reg(in, 0)
	switch mop(in.Op).base() {
	case mCmpBit:
		if c == EQ {
			a.Tbz(r, uint8(in.Disp), to)
		} else {
			a.Tbnz(r, uint8(in.Disp), to)
		}
		return
	case mCmpVec:
		e.anyLane(in, r)
		size, r = S64, X16
	case mCmpZero:
	default:
		e.compare(in, 0)
		a.BCond(c, to)
		return
	}
	if c == EQ {
		a.Cbz(size, r, to)
	} else {
		a.Cbnz(size, r, to)
	}
}

// choose makes the result one of two values. Vectors are chosen by a mask.
func (e *Emitter) choose(in *codegen.Inst, c Cond) {
	a, yes, no, d := &e.a, e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2)
	if o := Op(uint32(in.Disp)); o != selectVector {
		a.RRR(o.If(c), d, yes, no)
		return
	}
	a.RRR(Csinv.Of(S64).If(c.Invert()), X16, ZR, ZR)
	a.RR(Dup64, scratchV, X16)
	a.RRR(Bsl, scratchV, yes, no)
	a.RRR(MovV, d, scratchV, scratchV)
}

// Jump goes to a block, unless it is the next one.
func (e *Emitter) Jump(to int) {
	if !e.IsNext(to) {
		e.a.B(e.Label(to))
	}
}

// Return implements [codegen.Controls].
func (e *Emitter) Return() { e.a.Ret() }

// CallRecord implements [codegen.Controls].
func (e *Emitter) CallRecord(in *codegen.Inst) {
	a, instance := &e.a, At(recordReg, e.Config.FuncInstance)
	if in.Imm == codegen.OwnRecord {
		p := e.NewAway(in)
		a.Load(X16, instance)
		a.Cmp(S64, instanceReg, X16)
		a.BCond(NE, p.Away)
		a.Bind(p.Back)
		e.Foreign = append(e.Foreign, p)
	} else {
		a.Load(instanceReg, instance)
	}
	a.Load(X16, At(recordReg, e.Config.FuncCode))
	a.Call(X16)
}

// foreignAway emits what is left to do before a call if the function is another instance's.
func (e *Emitter) foreignAway() {
	for _, p := range e.Foreign {
		e.a.word(uint32(Nop)) // what a call before it returns to, which does not return, is another's
		e.a.Bind(p.Away)
		e.MarkAway(p.In)
		e.a.Load(instanceReg, At(recordReg, e.Config.FuncInstance))
		e.a.B(p.Back)
	}
}

// TailCallRecord implements [codegen.Controls].
func (e *Emitter) TailCallRecord(host codegen.Label) {
	a := &e.a
	a.Load(instanceReg, At(recordReg, e.Config.FuncInstance))
	a.Cbz(S64, instanceReg, host)
	a.Load(X16, At(recordReg, e.Config.FuncCode))
	a.Jump(X16)
}

// Builtin implements [codegen.Controls].
func (e *Emitter) Builtin(request int64) {
	e.request(request)
	e.callContext(codegen.StubOf(request))
}

// SuspendTag implements [codegen.Controls]. There is no common case.
func (e *Emitter) SuspendTag(in *codegen.Inst) {
	e.stub(in)
	e.catchMark(in, e.a.NewLabel())
}

// Fuel implements [codegen.Controls].
func (e *Emitter) Fuel(in *codegen.Inst) {
	a, left := &e.a, e.Reg(in, 0)
	p := e.NewAway(in)
	a.Load(left, At(contextReg, codegen.OffFuel))
	a.Load(X16, At(left, 0))
	a.RR(SubsImm.Of(S64)|1<<10, X16, X16)
	a.Store(At(left, 0), X16)
	a.BCond(LO, p.Away)
	a.Bind(p.Back)
	e.Polls = append(e.Polls, p)
}

// Poll implements [codegen.Controls].
func (e *Emitter) Poll(in *codegen.Inst) {
	a := &e.a
	p := e.NewAway(in)
	a.Load32(X16, At(contextReg, codegen.OffInterrupt))
	a.Cbnz(S32, X16, p.Away)
	a.Load32(X16, At(contextReg, codegen.OffPollsLeft))
	a.RR(SubsImm.Of(S32)|1<<10, X16, X16)
	a.Store32(At(contextReg, codegen.OffPollsLeft), X16)
	a.BCond(LO, p.Away)
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
				a.Cbz(S32, x, e.Label(edge.To))
			} else {
				a.CmpImm(S32, x, int64(i))
				a.BCond(EQ, e.Label(edge.To))
			}
		}
		e.Jump(succs[last].To)
		return
	}
	base, at := e.Reg(in, 1), e.Reg(in, 2)
	l := a.NewLabel()
	if o, ok := addImmediate(SubsImm, S32, int64(last)); ok {
		a.RR(o, ZR, x)
	} else {
		a.MovImm(X16, int64(last))
		a.Cmp(S32, x, X16)
	}
	a.BCond(HS, e.Label(succs[last].To))
	a.Adr(base, l)
	a.Access(LdrswX, at, Indexed(base, x, 2))
	a.RRR(Add.Of(S64), at, at, base)
	a.Jump(at)
	e.Tables = append(e.Tables, codegen.JumpTable{Label: l, Targets: succs[:last]})
}

// Alloc emits the address of the next cell. If there is none, code asks for a run of its size class, and then tries
// again.
func (e *Emitter) Alloc(in *codegen.Inst) {
	a, d := &e.a, e.Reg(in, 0)
	r := e.NewAway(in)
	at := cursor(in.Imm)
	a.Bind(r.Back)
	a.Load(d, At(contextReg, at))
	a.Load(X16, At(contextReg, at+runEnd))
	a.Cmp(S64, d, X16)
	a.BCond(EQ, r.Away)
	e.Refills = append(e.Refills, r)
}

// CallOwn emits a call, or a tail call, of one of the module's own functions: through its record, as long as nobody
// makes it direct (see Target.SetCall).
func (e *Emitter) CallOwn(own uint32, tail bool) {
	a := &e.a
	indirect := e.Config.OwnFunc != nil
	switch {
	case indirect && tail:
		a.Load(X16, At(instanceReg, e.Config.OwnFunc(own)))
		a.Jump(X16)
	case indirect:
		a.Load(X16, At(instanceReg, e.Config.OwnFunc(own)))
		a.Call(X16)
	case tail:
		a.word(jump)
	default:
		a.word(call)
	}
	e.Relocation(a.Pos()-4, own, indirect)
}

// Reenter lets the function begin anew where the instance's record of it leads, unless that is here: then Go is asked
// for the form that can be entered anywhere, to which the record leads from then on.
func (e *Emitter) Reenter(own uint32) {
	a := &e.a
	const code, here = X9, X10 // they carry no arguments
	ask := a.NewLabel()
	a.Load(code, At(instanceReg, e.Config.OwnFunc(own)))
	a.Adr(here, e.Start)
	a.Cmp(S64, code, here)
	a.BCond(EQ, ask)
	a.Jump(code)
	a.Bind(ask)
	a.MovImm(recordReg, int64(own))
	e.jumpContext(codegen.OffReenterStub)
}
