package amd64

import "math"

// The operations of WebAssembly for which the processor has several
// instructions, or one that means something else. Each stands for one machine
// instruction until registers are allocated; the comments say what it asks of
// them. All may use X15, and change the flags. A Size of floats is S32 or S64.

// scratch is the X register that is never allocated.
const scratch = X15

// ofSize picks an instruction for floats of a size.
func ofSize[T any](size Size, single, double T) T {
	if size == S32 {
		return single
	}
	return double
}

// FloatAbs clears the sign of x.
func (a *Assembler) FloatAbs(size Size, x Reg) {
	a.magnitudeMask(size)
	a.SSE(Andps, x, scratch)
}

// FloatNeg inverts the sign of x.
func (a *Assembler) FloatNeg(size Size, x Reg) {
	a.SSE(Pcmpeqd, scratch, scratch)
	a.LaneShift(ofSize(size, Pslld, Psllq), scratch, ofSize[uint8](size, 31, 63))
	a.SSE(Xorps, x, scratch)
}

// FloatCopysign gives x the sign of y.
func (a *Assembler) FloatCopysign(size Size, x, y Reg) {
	a.magnitudeMask(size)
	a.SSE(Andps, x, scratch)
	a.SSE(Andnps, scratch, y)
	a.SSE(Orps, x, scratch)
}

// magnitudeMask sets all bits of scratch but the sign. Two instructions on
// registers take no room among the constants, and no load.
func (a *Assembler) magnitudeMask(size Size) {
	a.SSE(Pcmpeqd, scratch, scratch)
	a.LaneShift(ofSize(size, Psrld, Psrlq), scratch, 1)
}

// FloatMin replaces x by the less of x and y. The processor's MIN does not know
// that -0 is less than 0, and that NaN wins.
func (a *Assembler) FloatMin(size Size, x, y Reg) {
	a.minMax(size, x, y, ofSize(size, Minss, Minsd), Orps)
}

// FloatMax replaces x by the greater of x and y.
func (a *Assembler) FloatMax(size Size, x, y Reg) {
	a.minMax(size, x, y, ofSize(size, Maxss, Maxsd), Andps)
}

func (a *Assembler) minMax(size Size, x, y Reg, op, ofEqual SSE) {
	different, nan, done := a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.SSE(ofSize(size, Ucomiss, Ucomisd), x, y)
	a.Jcc(NE, different)
	a.Jcc(P, nan) // which counts as equal, too
	a.SSE(ofEqual, x, y)
	a.Jmp(done)
	a.Bind(nan)
	a.SSE(ofSize(size, Addss, Addsd), x, y)
	a.Jmp(done)
	a.Bind(different)
	a.SSE(op, x, y)
	a.Bind(done)
}

// FloatFromUint64 converts the unsigned src to a float. It destroys tmp, a
// general register other than src. (An unsigned 32-bit integer has zeros above,
// so that for Cvtsi2ss and Cvtsi2sd with S64 it is a signed one.)
func (a *Assembler) FloatFromUint64(size Size, dst, src, tmp Reg) {
	convert := ofSize(size, Cvtsi2ss, Cvtsi2sd)
	large, even, done := a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.SSE(Xorps, dst, dst) // or dst would wait for its old value
	a.Test(S64, src, src)
	a.Jcc(S, large)
	a.Op(convert, S64, dst, src)
	a.Jmp(done)
	a.Bind(large)
	// Half of it fits. The bit that is lost still counts when rounding, so it
	// is kept in the lowest one: far below those that the result has.
	a.Mov(S64, tmp, src)
	a.ShiftImm(SHR, S64, tmp, 1)
	a.Jcc(AE, even)
	a.ALUImm(OR, S64, tmp, 1)
	a.Bind(even)
	a.Op(convert, S64, dst, tmp)
	a.SSE(ofSize(size, Addss, Addsd), dst, dst)
	a.Bind(done)
}

// A Truncation converts a float to an integer.
type Truncation struct {
	From, To Size // S32 or S64
	Signed   bool
	// Saturate gives the nearest integer where none is right, and 0 for NaN.
	// Otherwise NaN goes to Invalid, and what does not fit to Overflow.
	Saturate          bool
	Invalid, Overflow Label
}

// Truncate converts src to the integer dst. If To is S32 and Signed is not, it
// destroys tmp, another general register.
func (a *Assembler) Truncate(t *Truncation, dst, src, tmp Reg) {
	done := a.NewLabel()
	switch {
	case t.Signed:
		a.truncateSigned(t, dst, src, done)
	case t.To == S32:
		a.truncateUint32(t, dst, src, tmp, done)
	default:
		a.truncateUint64(t, dst, src, done)
	}
	a.Bind(done)
}

func (a *Assembler) truncateSigned(t *Truncation, dst, src Reg, done Label) {
	a.Op(ofSize(t.From, Cvttss2si, Cvttsd2si), t.To, dst, src)
	// The least integer, from which 1 cannot be subtracted, stands for all
	// that does not fit; and for itself.
	a.ALUImm(CMP, t.To, dst, 1)
	a.Jcc(NO, done)
	if t.Saturate {
		nan := a.NewLabel()
		a.SSE(Xorps, scratch, scratch)
		a.compare(t, scratch, src)
		a.Jcc(P, nan)
		a.ALUImm(SBB, t.To, dst, 0) // carry: src is positive
		a.Jmp(done)
		a.Bind(nan)
		a.Zero(dst)
		return
	}
	a.compare(t, src, src)
	a.Jcc(P, t.Invalid)
	if t.To == S32 && t.From == S64 { // there are fractions around the least integer
		a.floatConst(t, dst, math.MinInt32-1)
		a.compare(t, src, scratch)
		a.Jcc(BE, t.Overflow)
		a.SSE(Xorps, scratch, scratch)
		a.compare(t, src, scratch)
		a.Jcc(A, t.Overflow)
	} else {
		a.floatConst(t, dst, ofSize[float64](t.To, math.MinInt32, math.MinInt64))
		a.compare(t, src, scratch)
		a.Jcc(NE, t.Overflow)
	}
	a.MovImm(dst, ofSize[int64](t.To, 1<<31, math.MinInt64))
}

func (a *Assembler) truncateUint32(t *Truncation, dst, src, tmp Reg, done Label) {
	a.Op(ofSize(t.From, Cvttss2si, Cvttsd2si), S64, dst, src)
	a.Mov(S64, tmp, dst)
	a.ShiftImm(SHR, S64, tmp, 32)
	a.Jcc(E, done)
	a.truncateUnfit(t, dst, src)
}

func (a *Assembler) truncateUint64(t *Truncation, dst, src Reg, done Label) {
	convert := ofSize(t.From, Cvttss2si, Cvttsd2si)
	unfit := a.NewLabel()
	a.Op(convert, S64, dst, src)
	a.Test(S64, dst, dst)
	a.Jcc(NS, done)
	// From 2⁶³ on, convert what is above it.
	a.floatConst(t, dst, math.MinInt64)
	a.SSE(ofSize(t.From, Addss, Addsd), scratch, src)
	a.Op(convert, S64, dst, scratch)
	a.Test(S64, dst, dst)
	a.Jcc(S, unfit)
	a.Bts(S64, dst, 63)
	a.Jmp(done)
	a.Bind(unfit)
	a.truncateUnfit(t, dst, src)
}

// truncateUnfit is what becomes of a float that is no unsigned integer.
func (a *Assembler) truncateUnfit(t *Truncation, dst, src Reg) {
	if !t.Saturate {
		a.compare(t, src, src)
		a.Jcc(P, t.Invalid)
		a.Jmp(t.Overflow)
		return
	}
	a.SSE(Xorps, scratch, scratch)
	a.compare(t, src, scratch)
	a.ALU(SBB, t.To, dst, dst) // carry: src is negative or NaN
	a.Unary(NOT, t.To, dst)
}

func (a *Assembler) compare(t *Truncation, x, y Reg) {
	a.SSE(ofSize(t.From, Ucomiss, Ucomisd), x, y)
}

// floatConst loads a constant to scratch, through a general register.
func (a *Assembler) floatConst(t *Truncation, through Reg, v float64) {
	bits := int64(math.Float64bits(v))
	if t.From == S32 {
		bits = int64(math.Float32bits(float32(v)))
	}
	a.MovImm(through, bits)
	a.Op(MovToX, t.From, scratch, through)
}

// The divisions divide RDX:RAX by y, a register other than those two. The
// quotient is in RAX, the remainder in RDX. A divisor of 0 goes to zero.

// DivSigned divides RAX by y; an overflow goes to overflow. RDX is destroyed.
func (a *Assembler) DivSigned(size Size, y Reg, zero, overflow Label) {
	divide := a.NewLabel()
	a.Test(size, y, y)
	a.Jcc(E, zero)
	a.ALUImm(CMP, size, y, -1)
	a.Jcc(NE, divide)
	a.ALUImm(CMP, size, RAX, 1) // overflows for the least integer
	a.Jcc(O, overflow)
	a.Bind(divide)
	a.Cdq(size)
	a.Unary(IDIV, size, y)
}

// RemSigned leaves the remainder of RAX by y in RDX. RAX is destroyed.
func (a *Assembler) RemSigned(size Size, y Reg, zero Label) {
	divide, done := a.NewLabel(), a.NewLabel()
	a.Test(size, y, y)
	a.Jcc(E, zero)
	a.ALUImm(CMP, size, y, -1)
	a.Jcc(NE, divide)
	a.Zero(RDX) // the processor would fault for the least integer
	a.Jmp(done)
	a.Bind(divide)
	a.Cdq(size)
	a.Unary(IDIV, size, y)
	a.Bind(done)
}

// DivUnsigned divides RAX by y, with the remainder in RDX.
func (a *Assembler) DivUnsigned(size Size, y Reg, zero Label) {
	a.Test(size, y, y)
	a.Jcc(E, zero)
	a.Zero(RDX)
	a.Unary(DIV, size, y)
}

// LeadingZeros counts the zeros above the highest one in src, without LZCNT. It
// destroys tmp; the three registers are different.
func (a *Assembler) LeadingZeros(size Size, dst, src, tmp Reg) {
	top := ofSize[int32](size, 31, 63)
	a.Op(Bsr, size, dst, src)
	a.MovImm(tmp, int64(2*top+1)) // of which top is cleared below: the size
	a.Op(Cmov(E), size, dst, tmp)
	a.ALUImm(XOR, size, dst, top)
}

// TrailingZeros counts the zeros below the lowest one in src, without TZCNT. It
// destroys tmp; the three registers are different.
func (a *Assembler) TrailingZeros(size Size, dst, src, tmp Reg) {
	a.Op(Bsf, size, dst, src)
	a.MovImm(tmp, ofSize[int64](size, 32, 64))
	a.Op(Cmov(E), size, dst, tmp)
}
