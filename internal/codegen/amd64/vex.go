package amd64

// A VEX instruction has three operands: the shifts of BMI2, by a register and not only CL, which leave the flags alone,
// and what BMI1 has. S32 or S64.
type VEX uint16

// The prefix and the opcode, both as the encoding has them.
const (
	ANDN VEX = 0xf2 // count is inverted
	BLSR VEX = 0xf3 // with blsrReg as dst: count is the result

	SHLX VEX = 1<<8 | 0xf7
	SARX VEX = 2<<8 | 0xf7
	SHRX VEX = 3<<8 | 0xf7
)

// blsrReg stands for BLSR, which has its opcode with others.
const blsrReg Reg = 1

// VEX emits op dst, src, count.
func (a *Assembler) VEX(op VEX, size Size, dst, src, count Reg) {
	b := vex(map0F38, op, size, dst, count, src)
	b.add(byte(0xc0 | dst&7<<3 | src&7))
	a.put(b)
}

// RorxImm rotates src to the right by a constant into dst; S32 or S64.
func (a *Assembler) RorxImm(size Size, dst, src Reg, count uint8) {
	b := vex(map0F3A, 3<<8|0xf0, size, dst, 0, src)
	b.add(byte(0xc0 | dst&7<<3 | src&7))
	b.add(count)
	a.put(b)
}

// The maps of opcodes.
const (
	map0F38 = 2
	map0F3A = 3
)

// vex composes a three-byte VEX prefix and the opcode. The registers' high bits
// are inverted in it.
func vex(opcodes byte, op VEX, size Size, reg, second, rm Reg) (b head) {
	b.add(0xc4)
	b.add(byte(^reg>>3&1<<7|1<<6|^rm>>3&1<<5) | opcodes)
	w := byte(0)
	if size == S64 {
		w = 0x80
	}
	b.add(w | byte(^second&15<<3) | byte(op>>8))
	b.add(byte(op))
	return b
}

// withVEX returns the three-operand form of an SSE instruction: second is the register that the
// two-operand form destroys, NoReg for an instruction that has none.
func withVEX(op SSE, second Reg) SSE {
	if second == NoReg {
		second = 0
	}
	return op | SSE(isVEX) | SSE(second&15)<<16
}

// beginVEX composes the prefix, of two bytes where that is enough, and the opcode of an instruction
// on 128 bits.
func beginVEX(op opcode, size Size, reg, index, rm Reg) (b head) {
	maps := [4]byte{1: 1, 2: map0F3A, 3: map0F38}
	opcodes := maps[op>>8&3]
	rest := byte(^op>>16&15<<3) | byte(op>>10&3)
	if size == S64 {
		rest |= 0x80
	}
	inverted := byte(^reg>>3&1<<7 | ^index>>3&1<<6 | ^rm>>3&1<<5)
	if opcodes == 1 && size != S64 && inverted&0x60 == 0x60 {
		b.add(0xc5)
		b.add(inverted&0x80 | rest)
	} else {
		b.add(0xc4)
		b.add(inverted | opcodes)
		b.add(rest)
	}
	b.add(byte(op))
	return b
}
