package amd64

import (
	"encoding/binary"
	"math"
)

// ALU is one of the eight operations of arithmetic and logic; its value is their
// number in the encoding.
type ALU uint8

// The operations. CMP only sets the flags; all others write the first operand,
// too.
const (
	ADD ALU = iota
	OR
	ADC
	SBB
	AND
	SUB
	XOR
	CMP
)

// ALU emits op dst, src.
func (a *Assembler) ALU(op ALU, size Size, dst, src Reg) {
	a.regReg(sized(opcode(op)<<3|0x03, size), size, dst, src)
}

// ALULoad emits op dst, m.
func (a *Assembler) ALULoad(op ALU, size Size, dst Reg, m Mem) {
	a.regMem(sized(opcode(op)<<3|0x03, size), size, dst, m, 0)
}

// ALUStore emits op m, src.
func (a *Assembler) ALUStore(op ALU, size Size, m Mem, src Reg) {
	a.regMem(sized(opcode(op)<<3|0x01, size), size, src, m, 0)
}

// ALUImm emits op dst, imm; of imm, as many bits count as the size has.
func (a *Assembler) ALUImm(op ALU, size Size, dst Reg, imm int32) {
	switch {
	case size != S8 && fits8(imm):
		a.regReg(0x83, size, Reg(op), dst)
		a.put8(int8(imm))
	case dst == RAX: // a byte shorter
		b := begin(sized(opcode(op)<<3|0x05, size), size, 0, 0, 0)
		a.put(b)
		a.imm(size, imm)
	default:
		a.digit(sized(0x81, size), size, uint8(op), dst)
		a.imm(size, imm)
	}
}

// ALUStoreImm emits op m, imm; of imm, as many bits count as the size has.
func (a *Assembler) ALUStoreImm(op ALU, size Size, m Mem, imm int32) {
	if size != S8 && fits8(imm) {
		a.regMem(0x83, size, Reg(op), m, 1)
		a.put8(int8(imm))
		return
	}
	a.digitMem(sized(0x81, size), size, uint8(op), m, immBytes(size))
	a.imm(size, imm)
}

// digit and digitMem emit instructions with one operand, which have a part of
// the opcode where others have a register.
func (a *Assembler) digit(op opcode, size Size, digit uint8, rm Reg) {
	a.regReg(op&^byteReg, size, Reg(digit), rm)
}

func (a *Assembler) digitMem(op opcode, size Size, digit uint8, m Mem, trailing int) {
	a.regMem(op&^byteReg, size, Reg(digit), m, trailing)
}

// Test sets the flags as the AND of the operands would.
func (a *Assembler) Test(size Size, x, y Reg) { a.regReg(sized(0x85, size), size, y, x) }

// TestMem sets the flags as the AND of the operands would.
func (a *Assembler) TestMem(size Size, m Mem, y Reg) { a.regMem(sized(0x85, size), size, y, m, 0) }

// TestImm sets the flags as the AND of the operands would.
func (a *Assembler) TestImm(size Size, x Reg, imm int32) {
	if x == RAX {
		a.put(begin(sized(0xa9, size), size, 0, 0, 0))
	} else {
		a.digit(sized(0xf7, size), size, 0, x)
	}
	a.imm(size, imm)
}

// TestMemImm sets the flags as the AND of the operands would.
func (a *Assembler) TestMemImm(size Size, m Mem, imm int32) {
	a.digitMem(sized(0xf7, size), size, 0, m, immBytes(size))
	a.imm(size, imm)
}

// Mov copies a general register. S32 clears the upper half.
func (a *Assembler) Mov(size Size, dst, src Reg) { a.regReg(sized(0x8b, size), size, dst, src) }

// Load loads a general register. S8 and S16 leave the other bits alone: Movzx8
// and the like do not.
func (a *Assembler) Load(size Size, dst Reg, m Mem) {
	a.regMem(sized(0x8b, size), size, dst, m, 0)
}

// Store stores the low bits of a general register.
func (a *Assembler) Store(size Size, m Mem, src Reg) {
	a.regMem(sized(0x89, size), size, src, m, 0)
}

// StoreImm stores a constant; with S64 its sign is extended.
func (a *Assembler) StoreImm(size Size, m Mem, imm int32) {
	a.digitMem(sized(0xc7, size), size, 0, m, immBytes(size))
	a.imm(size, imm)
}

// MovImm loads a 64-bit constant, with the shortest of 5, 7 and 10 bytes. It
// leaves the flags alone.
func (a *Assembler) MovImm(dst Reg, imm int64) {
	switch {
	case 0 <= imm && imm <= math.MaxUint32:
		a.put(begin(0xb8|opcode(dst&7), S32, 0, 0, dst))
		a.put32(int32(imm))
	case imm == int64(int32(imm)):
		a.digit(0xc7, S64, 0, dst)
		a.put32(int32(imm))
	default:
		a.put(begin(0xb8|opcode(dst&7), S64, 0, 0, dst))
		a.buf = binary.LittleEndian.AppendUint64(a.buf, uint64(imm))
	}
}

// Zero clears a general register. It changes the flags.
func (a *Assembler) Zero(dst Reg) { a.ALU(XOR, S32, dst, dst) }

// Lea computes the address of m, or any sum of its form; S32 or S64.
func (a *Assembler) Lea(size Size, dst Reg, m Mem) { a.regMem(0x8d, size, dst, m, 0) }

// Unary is an operation with one operand, a register or memory: opcode and
// number in the encoding.
type Unary uint16

// The operations. Multiplication and division work on RDX:RAX.
const (
	INC  Unary = 0xff << 3
	DEC  Unary = 0xff<<3 | 1
	NOT  Unary = 0xf7<<3 | 2 // leaves the flags alone
	NEG  Unary = 0xf7<<3 | 3
	MUL  Unary = 0xf7<<3 | 4
	IMUL Unary = 0xf7<<3 | 5
	DIV  Unary = 0xf7<<3 | 6
	IDIV Unary = 0xf7<<3 | 7
)

// Unary emits op x.
func (a *Assembler) Unary(op Unary, size Size, x Reg) {
	a.digit(sized(opcode(op>>3), size), size, uint8(op&7), x)
}

// UnaryMem emits op m.
func (a *Assembler) UnaryMem(op Unary, size Size, m Mem) {
	a.digitMem(sized(opcode(op>>3), size), size, uint8(op&7), m, 0)
}

// Cdq extends the sign of EAX into EDX with S32, that of RAX into RDX with S64.
func (a *Assembler) Cdq(size Size) { a.put(begin(0x99, size, 0, 0, 0)) }

// Shift is a shift or a rotation; its value is the number in the encoding.
type Shift uint8

// The shifts. Counts are taken modulo 64 with S64, otherwise modulo 32.
const (
	ROL Shift = 0
	ROR Shift = 1
	SHL Shift = 4
	SHR Shift = 5
	SAR Shift = 7
)

// ShiftCL shifts by CL.
func (a *Assembler) ShiftCL(op Shift, size Size, x Reg) {
	a.digit(sized(0xd3, size), size, uint8(op), x)
}

// ShiftImm shifts by a constant.
func (a *Assembler) ShiftImm(op Shift, size Size, x Reg, count uint8) {
	if count == 1 {
		a.digit(sized(0xd1, size), size, uint8(op), x)
		return
	}
	a.digit(sized(0xc1, size), size, uint8(op), x)
	a.put8(int8(count))
}

// ShiftMemCL shifts memory by CL.
func (a *Assembler) ShiftMemCL(op Shift, size Size, m Mem) {
	a.digitMem(sized(0xd3, size), size, uint8(op), m, 0)
}

// ShiftMemImm shifts memory by a constant.
func (a *Assembler) ShiftMemImm(op Shift, size Size, m Mem, count uint8) {
	a.digitMem(sized(0xc1, size), size, uint8(op), m, 1)
	a.put8(int8(count))
}

// Bts sets a bit; S32 or S64.
func (a *Assembler) Bts(size Size, x Reg, bit uint8) {
	a.digit(esc0F|0xba, size, 5, x)
	a.put8(int8(bit))
}

// Set writes 1 or 0 into the low byte of a register, and leaves the other bits
// alone.
func (a *Assembler) Set(c Cond, dst Reg) {
	a.regReg(esc0F|byteRM|0x90|opcode(c), S8, 0, dst)
}

// SetMem writes 1 or 0 into a byte of memory.
func (a *Assembler) SetMem(c Cond, m Mem) { a.regMem(esc0F|0x90|opcode(c), S8, 0, m, 0) }

// Push pushes the 64 bits of a general register.
func (a *Assembler) Push(src Reg) { a.put(begin(0x50|opcode(src&7), S32, 0, 0, src)) }

// Pop pops 64 bits into a general register.
func (a *Assembler) Pop(dst Reg) { a.put(begin(0x58|opcode(dst&7), S32, 0, 0, dst)) }

// PushMem pushes 64 bits of memory.
func (a *Assembler) PushMem(m Mem) { a.regMem(0xff, S32, 6, m, 0) }

// PopMem pops 64 bits into memory. An address relative to RSP is that after the
// pop.
func (a *Assembler) PopMem(m Mem) { a.regMem(0x8f, S32, 0, m, 0) }

// PushImm pushes a constant, its sign extended to 64 bits.
func (a *Assembler) PushImm(imm int32) {
	if fits8(imm) {
		a.buf = append(a.buf, 0x6a, byte(imm))
		return
	}
	a.buf = append(a.buf, 0x68)
	a.put32(imm)
}
