package arm64

import (
	"math"

	"weft/internal/codegen"
	"weft/wasm"
)

// A truncAway is where a conversion to an i64 has given the greatest or the least: that is right for one float only.
type truncAway struct {
	rare     codegen.Away
	overflow Label
}

// truncate emits a conversion to an integer that traps. The processor's saturates: to 32 bits it is done to 64, and
// what is lost then tells; to 64 bits, the ends of the range do.
func (e *Emitter) truncate(in *codegen.Inst) {
	a, size, s, d := &e.a, Size(in.Size), e.Reg(in, 0), e.Reg(in, 1)
	a.fcmp(size, s, s)
	a.BCond(VS, e.Trap(wasm.TrapInvalidConversion, in.Pos))
	overflow := e.Trap(wasm.TrapIntegerOverflow, in.Pos)
	signed, to64 := in.Imm&truncSigned != 0, in.Imm&truncTo64 != 0
	if !signed && to64 {
		a.floatConst(size, scratchV, floatBits(size, -1))
		a.fcmp(size, s, scratchV)
		a.BCond(LE, overflow)
		a.RR(Fcvtzu.Of(S64).OfFloat(size), d, s)
		a.RR(AddsImm.Of(S64)|1<<10, ZR, d)
		a.BCond(EQ, overflow)
		return
	}
	a.RR(Fcvtzs.Of(S64).OfFloat(size), d, s)
	switch {
	case to64:
		r := truncAway{e.NewAway(in), overflow}
		a.RRR(Eor.Of(S64).Shifted(shiftASR, 63), X16, d, d) // the greatest for both ends
		a.RR(AddsImm.Of(S64)|1<<10, ZR, X16)
		a.BCond(VS, r.rare.Away)
		a.Bind(r.rare.Back)
		e.truncs = append(e.truncs, r)
	case signed:
		a.RRR(SubsExt.Of(S64)|extSXTW, ZR, d, d)
		a.BCond(NE, overflow)
		a.Mov(S32, d, d)
	default:
		a.RR(lsr(S64, 32), X16, d)
		a.Cbnz(S64, X16, overflow)
	}
}

// truncsAway emits where the ends of the range are looked at.
func (e *Emitter) truncsAway() {
	a := &e.a
	for i := range e.truncs {
		r := &e.truncs[i]
		size := Size(r.rare.In.Size)
		a.Bind(r.rare.Away)
		a.floatConst(size, scratchV, floatBits(size, math.MinInt64))
		a.fcmp(size, e.Reg(r.rare.In, 0), scratchV)
		a.BCond(EQ, r.rare.Back)
		a.B(r.overflow)
	}
}

// floatBits returns the bits of a float.
func floatBits(size Size, v float64) int64 {
	if size == S32 {
		return int64(math.Float32bits(float32(v)))
	}
	return int64(math.Float64bits(v))
}
