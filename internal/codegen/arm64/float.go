package arm64

import "math"

// Instructions on floats of 32 bits: Op.OfFloat makes those for 64.
const (
	Fmul Op = 0x1e200800
	Fdiv Op = 0x1e201800
	Fadd Op = 0x1e202800
	Fsub Op = 0x1e203800
	Fmax Op = 0x1e204800
	Fmin Op = 0x1e205800

	Fmov   Op = 0x1e204000
	Fabs   Op = 0x1e20c000
	Fneg   Op = 0x1e214000
	Fsqrt  Op = 0x1e21c000
	Frintn Op = 0x1e244000 // to even
	Frintp Op = 0x1e24c000
	Frintm Op = 0x1e254000
	Frintz Op = 0x1e25c000

	FcvtSD Op = 0x1e22c000 // to 64 bits
	FcvtDS Op = 0x1e624000 // to 32 bits

	Fcmp     Op = 0x1e202000 // no result: d is not a register
	FcmpZero Op = 0x1e202008
	Fcsel    Op = 0x1e200c00

	// Between general registers (Of) and floats (OfFloat). Those to integers truncate, and saturate.
	Fcvtzs  Op = 0x1e380000
	Fcvtzu  Op = 0x1e390000
	Scvtf   Op = 0x1e220000
	Ucvtf   Op = 0x1e230000
	FmovOut Op = 0x1e260000
	FmovIn  Op = 0x1e270000
)

// fmovImmediate returns the instruction that makes a float of its bits, if there is one: those with three bits of
// exponent and four of fraction.
func fmovImmediate(size Size, bits int64) (Op, bool) {
	v := math.Float64frombits(uint64(bits))
	if size == S32 {
		v = float64(math.Float32frombits(uint32(bits)))
	}
	w := math.Float64bits(v)
	exponent := int(w>>52&0x7ff) - 1023
	if w&(1<<48-1) != 0 || exponent < -3 || exponent > 4 {
		return 0, false
	}
	imm := w>>63<<7 | uint64((exponent-1)&7)<<4 | w>>48&15
	return Op(0x1e201000).OfFloat(size) | Op(imm)<<13, true
}

// fcmp returns the comparison of two registers, or of one and 0.
func (a *Assembler) fcmp(size Size, n, m Reg) { a.RRR(Fcmp.OfFloat(size), X0, n, m) }
