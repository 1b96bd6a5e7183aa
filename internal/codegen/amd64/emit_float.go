package amd64

import (
	"weft/internal/codegen"
	"weft/wasm"
)

// float emits an operation on floats.
func (e *Emitter) float(in *codegen.Inst) {
	a, m, size := &e.a, mop(in.Op), Size(in.Size)
	switch m.base() {
	case mFadd:
		e.floatBinary(ofSize(size, Addss, Addsd), in)
	case mFsub:
		e.floatBinary(ofSize(size, Subss, Subsd), in)
	case mFmul:
		e.floatBinary(ofSize(size, Mulss, Mulsd), in)
	case mFdiv:
		e.floatBinary(ofSize(size, Divss, Divsd), in)
	case mFmin:
		a.FloatMin(size, e.Reg(in, 2), e.Reg(in, 1))
	case mFmax:
		a.FloatMax(size, e.Reg(in, 2), e.Reg(in, 1))
	case mFcopysign:
		a.FloatCopysign(size, e.Reg(in, 2), e.Reg(in, 1))
	case mFabs:
		a.FloatAbs(size, e.Reg(in, 1))
	case mFneg:
		a.FloatNeg(size, e.Reg(in, 1))
	case mMovX:
		a.SSELoad(moveX(size), e.Reg(in, 0), e.mem(in))
	case mFsqrt:
		e.floatUnary(ofSize(size, Sqrtss, Sqrtsd), in)
	case mFround:
		e.freshen(e.Reg(in, 1), e.Reg(in, 0))
		a.SSEImm(ofSize(size, Roundss, Roundsd), e.Reg(in, 1), e.Reg(in, 0), uint8(in.Imm))
	case mPromote:
		e.floatUnary(Cvtss2sd, in)
	case mDemote:
		e.floatUnary(Cvtsd2ss, in)
	case mFromInt:
		op, from := ofSize(size, Cvtsi2ss, Cvtsi2sd), Size(in.Imm)
		if m.form() == formMem {
			a.SSE(Xorps, e.Reg(in, 0), e.Reg(in, 0))
			a.OpLoad(op, from, e.Reg(in, 0), e.mem(in))
			return
		}
		a.SSE(Xorps, e.Reg(in, 1), e.Reg(in, 1))
		a.Op(op, from, e.Reg(in, 1), e.Reg(in, 0))
	case mFromUint64:
		a.FloatFromUint64(size, e.Reg(in, 1), e.Reg(in, 0), e.Reg(in, 2))
	case mToX:
		a.Op(MovToX, size, e.Reg(in, 1), e.Reg(in, 0))
	case mFromX:
		a.MovFromX(size, e.Reg(in, 1), e.Reg(in, 0))
	case mTrunc:
		e.truncate(in)
	}
}

func (e *Emitter) floatBinary(op SSE, in *codegen.Inst) {
	if mop(in.Op).form() == formMem {
		e.a.SSELoad(op, e.Reg(in, 1), e.mem(in))
		return
	}
	e.a.SSE(op, e.Reg(in, 2), e.Reg(in, 1))
}

// freshen clears a register whose upper bits an instruction would keep, and hence wait
// for.
func (e *Emitter) freshen(d, s Reg) {
	if d != s {
		e.a.SSE(Xorps, d, d)
	}
}

func (e *Emitter) floatUnary(op SSE, in *codegen.Inst) {
	if mop(in.Op).form() == formMem {
		e.freshen(e.Reg(in, 0), NoReg)
		e.a.SSELoad(op, e.Reg(in, 0), e.mem(in))
		return
	}
	e.freshen(e.Reg(in, 1), e.Reg(in, 0))
	e.a.SSE(op, e.Reg(in, 1), e.Reg(in, 0))
}

func (e *Emitter) truncate(in *codegen.Inst) {
	t := Truncation{From: Size(in.Size), To: S32, Signed: in.Imm&truncSigned != 0, Saturate: in.Imm&truncSaturate != 0}
	if in.Imm&truncTo64 != 0 {
		t.To = S64
	}
	if !t.Saturate {
		t.Invalid = e.Trap(wasm.TrapInvalidConversion, in.Pos)
		t.Overflow = e.Trap(wasm.TrapIntegerOverflow, in.Pos)
	}
	e.a.Truncate(&t, e.Reg(in, 1), e.Reg(in, 0), e.Reg(in, 2))
}
