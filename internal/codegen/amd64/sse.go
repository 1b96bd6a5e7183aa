package amd64

// An SSE instruction's first operand is an X register, its second one an X
// register or memory. The letters at a name's end: s is scalar, p packed; s is
// 32 bits, d 64.
type SSE opcode

// Moves. Between registers, Movss and Movsd leave the upper bits of the first
// operand alone, which makes it wait for whoever wrote them: Movaps copies whole.
// From memory, they clear them.
const (
	Movss  = SSE(preF3 | esc0F | 0x10)
	Movsd  = SSE(preF2 | esc0F | 0x10)
	Movups = SSE(esc0F | 0x10)
	Movaps = SSE(esc0F | 0x28) // memory must be aligned to 16 bytes
	Movq   = SSE(preF3 | esc0F | 0x7e)
)

// Arithmetic, into the low 32 or 64 bits.
const (
	Addss    = SSE(preF3 | esc0F | 0x58)
	Addsd    = SSE(preF2 | esc0F | 0x58)
	Subss    = SSE(preF3 | esc0F | 0x5c)
	Subsd    = SSE(preF2 | esc0F | 0x5c)
	Mulss    = SSE(preF3 | esc0F | 0x59)
	Mulsd    = SSE(preF2 | esc0F | 0x59)
	Divss    = SSE(preF3 | esc0F | 0x5e)
	Divsd    = SSE(preF2 | esc0F | 0x5e)
	Sqrtss   = SSE(preF3 | esc0F | 0x51)
	Sqrtsd   = SSE(preF2 | esc0F | 0x51)
	Minss    = SSE(preF3 | esc0F | 0x5d) // the second operand if one is NaN, or both are 0
	Minsd    = SSE(preF2 | esc0F | 0x5d)
	Maxss    = SSE(preF3 | esc0F | 0x5f) // the second operand if one is NaN, or both are 0
	Maxsd    = SSE(preF2 | esc0F | 0x5f)
	Cvtss2sd = SSE(preF3 | esc0F | 0x5a)
	Cvtsd2ss = SSE(preF2 | esc0F | 0x5a)
	Ucomiss  = SSE(esc0F | 0x2e) // sets ZF, PF and CF as B, E, A and P read them
	Ucomisd  = SSE(pre66 | esc0F | 0x2e)
)

// Logic, on all 128 bits. Operands in memory must be aligned to 16 bytes.
const (
	Andps  = SSE(esc0F | 0x54)
	Andpd  = SSE(pre66 | esc0F | 0x54)
	Andnps = SSE(esc0F | 0x55) // the first operand inverted, and the second
	Andnpd = SSE(pre66 | esc0F | 0x55)
	Orps   = SSE(esc0F | 0x56)
	Orpd   = SSE(pre66 | esc0F | 0x56)
	Xorps  = SSE(esc0F | 0x57)
	Xorpd  = SSE(pre66 | esc0F | 0x57)
	Pxor   = SSE(pre66 | esc0F | 0xef)

	Pcmpeqd = SSE(pre66 | esc0F | 0x76) // all ones in each 32 bits that are equal
)

// Instructions with an immediate, a [Rounding] or a [Predicate].
const (
	Roundss = SSE(pre66 | esc0F3A | 0x0a) // SSE4.1
	Roundsd = SSE(pre66 | esc0F3A | 0x0b) // SSE4.1
	Cmpss   = SSE(preF3 | esc0F | 0xc2)   // all ones in the low 32 bits, or zeros
	Cmpsd   = SSE(preF2 | esc0F | 0xc2)   // all ones in the low 64 bits, or zeros
)

// Rounding is the immediate of Roundss and Roundsd, inexact results unreported.
const (
	RoundNearest uint8 = 8 + iota // to even
	RoundFloor
	RoundCeil
	RoundTrunc
)

// Predicate is the immediate of Cmpss and Cmpsd.
const (
	CmpEQ    uint8 = iota
	CmpLT          // false if unordered
	CmpLE          // false if unordered
	CmpUnord       // true if unordered
	CmpNEQ         // true if unordered
	CmpNLT         // true if unordered
	CmpNLE         // true if unordered
	CmpOrd         // false if unordered
)

// SSE emits op dst, src.
func (a *Assembler) SSE(op SSE, dst, src Reg) { a.regReg(opcode(op), S32, dst, src) }

// SSELoad emits op dst, m.
func (a *Assembler) SSELoad(op SSE, dst Reg, m Mem) { a.regMem(opcode(op), S32, dst, m, 0) }

// SSEImm emits op dst, src, imm.
func (a *Assembler) SSEImm(op SSE, dst, src Reg, imm uint8) {
	a.regReg(opcode(op), S32, dst, src)
	a.put8(int8(imm))
}

// SSELoadImm emits op dst, m, imm.
func (a *Assembler) SSELoadImm(op SSE, dst Reg, m Mem, imm uint8) {
	a.regMem(opcode(op), S32, dst, m, 1)
	a.put8(int8(imm))
}

// SSEStore emits op m, src, where op is Movss, Movsd, Movups or Movaps: the
// opcodes that store come after those that load.
func (a *Assembler) SSEStore(op SSE, m Mem, src Reg) { a.regMem(opcode(op)+1, S32, src, m, 0) }

// LaneShift shifts each 32 or 64 bits of an X register: opcode and number in the
// encoding.
type LaneShift uint16

// The shifts; the letter at the end gives the bits, as with integers: d is 32, q
// is 64.
const (
	Psrld LaneShift = 0x72<<3 | 2
	Pslld LaneShift = 0x72<<3 | 6
	Psrlq LaneShift = 0x73<<3 | 2
	Psllq LaneShift = 0x73<<3 | 6
)

// LaneShift emits op x, count.
func (a *Assembler) LaneShift(op LaneShift, x Reg, count uint8) {
	a.digit(pre66|esc0F|opcode(op>>3), S32, uint8(op&7), x)
	a.put8(int8(count))
}
