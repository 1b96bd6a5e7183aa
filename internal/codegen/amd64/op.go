package amd64

// An Op is an instruction whose first operand is an integer register, or an X
// register in conversions, and whose second one is a register or memory. A
// [Size] of S32 or S64 is that of the integer operands.
type Op opcode

// Moves and arithmetic. The result replaces the first operand; the Movs and the
// counts do not read it.
const (
	Imul    = Op(esc0F | 0xaf)
	Movzx8  = Op(esc0F | byteRM | 0xb6) // from 8 bits, zero-extended
	Movzx16 = Op(esc0F | 0xb7)
	Movsx8  = Op(esc0F | byteRM | 0xbe) // from 8 bits, sign-extended
	Movsx16 = Op(esc0F | 0xbf)
	Movsxd  = Op(0x63)                 // from 32 bits; S64
	Popcnt  = Op(preF3 | esc0F | 0xb8) // POPCNT
	Lzcnt   = Op(preF3 | esc0F | 0xbd) // LZCNT
	Tzcnt   = Op(preF3 | esc0F | 0xbc) // BMI1
	Bsr     = Op(esc0F | 0xbd)         // of 0: ZF, and the register is as it was
	Bsf     = Op(esc0F | 0xbc)         // of 0: ZF, and the register is as it was
)

// Conversions between integers and floats. Those to integers truncate if they
// have two t, otherwise round to even; what does not fit becomes the smallest
// integer.
const (
	Cvtsi2ss  = Op(preF3 | esc0F | 0x2a) // keeps the upper bits of the X register
	Cvtsi2sd  = Op(preF2 | esc0F | 0x2a) // keeps the upper bits of the X register
	Cvttss2si = Op(preF3 | esc0F | 0x2c)
	Cvttsd2si = Op(preF2 | esc0F | 0x2c)
	Cvtss2si  = Op(preF3 | esc0F | 0x2d)
	Cvtsd2si  = Op(preF2 | esc0F | 0x2d)
	MovToX    = Op(pre66 | esc0F | 0x6e) // the bits of an integer; clears the others
)

// Cmov is the conditional move. It loads from memory whether or not the
// condition holds; S32 clears the upper half whether or not it holds.
func Cmov(c Cond) Op { return Op(esc0F | 0x40 | opcode(c)) }

// Op emits op dst, src.
func (a *Assembler) Op(op Op, size Size, dst, src Reg) { a.regReg(opcode(op), size, dst, src) }

// OpLoad emits op dst, m.
func (a *Assembler) OpLoad(op Op, size Size, dst Reg, m Mem) { a.regMem(opcode(op), size, dst, m, 0) }

// MovFromX copies the low 32 or 64 bits of an X register to a general one.
func (a *Assembler) MovFromX(size Size, dst, src Reg) {
	a.regReg(pre66|esc0F|0x7e, size, src, dst)
}

// ImulImm multiplies src by a constant into dst; S32 or S64.
func (a *Assembler) ImulImm(size Size, dst, src Reg, imm int32) {
	if fits8(imm) {
		a.regReg(0x6b, size, dst, src)
		a.put8(int8(imm))
		return
	}
	a.regReg(0x69, size, dst, src)
	a.imm(size, imm)
}

// ImulLoadImm multiplies memory by a constant into dst; S32 or S64.
func (a *Assembler) ImulLoadImm(size Size, dst Reg, m Mem, imm int32) {
	if fits8(imm) {
		a.regMem(0x6b, size, dst, m, 1)
		a.put8(int8(imm))
		return
	}
	a.regMem(0x69, size, dst, m, immBytes(size))
	a.imm(size, imm)
}
