package arm64

import (
	"weft/internal/codegen"
	"weft/wasm"
)

// operation emits what computes, loads or stores.
func (e *Emitter) operation(in *codegen.Inst) {
	a, m, o := &e.a, mop(in.Op), Op(uint32(in.Imm))
	switch m.base() {
	case mMovImm:
		a.MovImm(e.Reg(in, 0), in.Imm)
	case mF32Const:
		a.floatConst(S32, e.Reg(in, 0), in.Imm)
	case mF64Const:
		a.floatConst(S64, e.Reg(in, 0), in.Imm)
	case mVecConst:
		e.vectorConst(e.Reg(in, 0), in.Imm)
	case mAddress:
		at := e.mem(in)
		a.AddConst(S64, e.Reg(in, 0), at.Base, int64(at.Disp))
	case mR2:
		a.RR(o, e.Reg(in, 1), e.Reg(in, 0))
	case mR2M:
		a.RRR(o, e.Reg(in, 1), ZR, e.Reg(in, 0))
	case mR3:
		a.RRR(o, e.Reg(in, 2), e.Reg(in, 0), e.Reg(in, 1))
	case mR4:
		a.RRRR(o, e.Reg(in, 3), e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2))
	case mR2Tied:
		a.RR(o, e.Reg(in, 2), e.Reg(in, 1))
	case mR3Tied:
		a.RRR(o, e.Reg(in, 3), e.Reg(in, 1), e.Reg(in, 2))
	case mLoad, mStore:
		a.Access(o, e.Reg(in, 0), e.mem(in))
	case mStoreZero:
		a.Access(o, ZR, e.mem(in))
	case mDivS, mDivU, mRemS, mRemU:
		e.division(in)
	case mPopcnt:
		a.popcnt(e.Reg(in, 1), e.Reg(in, 0))
	case mTrunc:
		e.truncate(in)
	case mBounds:
		e.bounds(in)
	case mCast:
		e.cast(in)
	}
}

// floatConst loads a float of its bits.
func (a *Assembler) floatConst(size Size, d Reg, bits int64) {
	if size == S32 {
		bits = int64(uint32(bits))
	}
	if bits == 0 {
		a.R(MoviZero, d)
		return
	}
	if o, ok := fmovImmediate(size, bits); ok {
		a.R(o, d)
		return
	}
	a.MovImm(X16, bits)
	a.RR(FmovIn.Of(size).OfFloat(size), d, X16)
}

// popcnt counts the bits of an integer in a V register.
func (a *Assembler) popcnt(d, s Reg) {
	a.RR(FmovIn.Of(S64).OfFloat(S64), scratchV, s)
	a.RR(Cnt8, scratchV, scratchV)
	a.RR(Addv8, scratchV, scratchV)
	a.RR(FmovOut, d, scratchV)
}

// division emits a division or a remainder. The processor's gives 0 where the divisor is 0, and the least integer
// where the quotient overflows, whose remainder is right.
func (e *Emitter) division(in *codegen.Inst) {
	a, m, size := &e.a, mop(in.Op), Size(in.Size)
	x, y, d := e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2)
	if in.Imm == 0 {
		a.Cbz(size, y, e.Trap(wasm.TrapDivideByZero, in.Pos))
		if m == mDivS { // y is -1, and x - 1 overflows
			a.RR(AddsImm.Of(size)|1<<10, ZR, y)
			a.word(uint32(CcmpImm.Of(size).If(EQ)|1<<16) | uint32(x)<<5)
			a.BCond(VS, e.Trap(wasm.TrapIntegerOverflow, in.Pos))
		}
	}
	o := Udiv
	if m == mDivS || m == mRemS {
		o = Sdiv
	}
	a.RRR(o.Of(size), d, x, y)
	if m == mRemS || m == mRemU {
		a.RRRR(Msub.Of(size), d, d, y, x)
	}
}

// bounds traps unless an address plus a constant is at most a length. The sum of a
// 64-bit address may overflow.
func (e *Emitter) bounds(in *codegen.Inst) {
	a, x, length, sum := &e.a, e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2)
	trap := e.Trap(wasm.TrapMemoryOutOfBounds, in.Pos)
	o, ok := addImmediate(AddsImm, S64, in.Imm)
	if ok && in.Imm >= 0 {
		a.RR(o, sum, x)
	} else {
		a.MovImm(X16, in.Imm)
		a.RRR(Adds.Of(S64), sum, x, X16)
	}
	if Size(in.Size) == S64 || in.Imm < 0 {
		a.BCond(HS, trap)
	}
	a.Cmp(S64, sum, length)
	a.BCond(HI, trap)
}

// cast emits an mCast.
func (e *Emitter) cast(in *codegen.Inst) {
	a := &e.a
	r := castAway{e.NewAway(in), e.Trap(wasm.TrapCode(in.Imm>>32), in.Pos)}
	typ, wanted := e.Reg(in, 0), e.Reg(in, 1)
	if in.Cond != 0 {
		a.Load32(X16, At(typ, 0))
		typ = X16
	}
	a.Cmp(S32, typ, wanted)
	a.BCond(NE, r.rare.Away)
	a.Bind(r.rare.Back)
	e.casts = append(e.casts, r)
}

// castsAway emits where records are consulted.
func (e *Emitter) castsAway() {
	a := &e.a
	for i := range e.casts {
		r := &e.casts[i]
		in := r.rare.In
		typ, wanted, record := e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2)
		a.Bind(r.rare.Away)
		e.MarkAway(r.rare.In)
		if in.Cond != 0 {
			a.Load32(record, At(typ, 0))
			typ = record
		}
		a.Load(X16, At(contextReg, codegen.OffTypes))
		a.RRR(Add.Of(S64).Shifted(shiftLSL, uint8(in.Imm)), record, X16, typ)
		a.Load32(X16, At(record, in.Disp))
		a.Cmp(S32, X16, wanted)
		a.BCond(EQ, r.rare.Back)
		a.B(r.trap)
	}
}
