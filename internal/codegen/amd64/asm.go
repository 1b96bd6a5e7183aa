package amd64

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// An Assembler appends instructions to a buffer. Its zero value is ready.
type Assembler struct {
	buf    []byte
	labels []label
	sites  []site
	cursor int // where Final goes on from
	bound  int // the offset of the label that was bound last
}

// Reset makes the assembler ready for another function, and keeps its memory:
// what Finish returned before is overwritten.
func (a *Assembler) Reset() {
	a.buf, a.labels, a.sites, a.cursor = a.buf[:0], a.labels[:0], a.sites[:0], 0
	a.bound = 0
}

// Pos returns the offset, in bytes, at which the next instruction begins. Final
// says what has become of it after Finish.
func (a *Assembler) Pos() int { return len(a.buf) }

// maxInstr is the room that is made for one instruction; the longest that the
// processor accepts has 15 bytes.
const maxInstr = 16

// An opcode says how an instruction with a ModRM byte begins:
//
//	bits 0-7   the opcode byte
//	bits 8-9   the escape before it: none, 0F, 0F 3A, 0F 38
//	bits 10-11 the mandatory prefix: none, 66, F3, F2
//	bit 12     the register operand is a byte
//	bit 13     the register-or-memory operand is a byte
//	bit 14     the encoding is VEX
//	bits 16-19 the second of three operands, with VEX
type opcode = uint32

const (
	esc0F   opcode = 1 << 8
	esc0F3A opcode = 2 << 8
	esc0F38 opcode = 3 << 8
	pre66   opcode = 1 << 10
	preF3   opcode = 2 << 10
	preF2   opcode = 3 << 10
	byteReg opcode = 1 << 12
	byteRM  opcode = 1 << 13
	isVEX   opcode = 1 << 14
)

// prefixes has the mandatory prefixes in the order of an opcode's bits.
const prefixes uint32 = 0xf2f36600

// head is the beginning of an instruction: up to eight bytes, the first one
// lowest, and how many bits of them are taken.
type head struct {
	w uint64
	n uint
}

func (b *head) add(v byte) {
	b.w |= uint64(v) << b.n
	b.n += 8
}

// begin composes prefixes, REX and opcode. reg, index and rm are the numbers of
// the registers that REX extends.
func begin(op opcode, size Size, reg, index, rm Reg) (b head) {
	if op&isVEX != 0 {
		return beginVEX(op, size, reg, index, rm)
	}
	if size == S16 {
		b.add(0x66)
	}
	if p := op >> 10 & 3; p != 0 {
		b.add(byte(prefixes >> (p * 8)))
	}
	rex := byte(reg>>3&1<<2 | index>>3&1<<1 | rm>>3&1)
	if size == S64 {
		rex |= 8
	}
	// Without REX, the byte registers 4 to 7 would be AH to BH.
	if rex != 0 || op&byteReg != 0 && reg >= RSP || op&byteRM != 0 && rm >= RSP {
		b.add(0x40 | rex)
	}
	switch op >> 8 & 3 {
	case 1:
		b.add(0x0f)
	case 2:
		b.add(0x0f)
		b.add(0x3a)
	case 3:
		b.add(0x0f)
		b.add(0x38)
	}
	b.add(byte(op))
	return b
}

// put appends what begin composed, at most eight bytes.
func (a *Assembler) put(b head) {
	n := len(a.buf)
	a.buf = slices.Grow(a.buf, maxInstr)
	binary.LittleEndian.PutUint64(a.buf[n:n+8], b.w)
	a.buf = a.buf[:n+int(b.n/8)]
}

func (a *Assembler) put8(v int8)   { a.buf = append(a.buf, byte(v)) }
func (a *Assembler) put16(v int16) { a.buf = binary.LittleEndian.AppendUint16(a.buf, uint16(v)) }
func (a *Assembler) put32(v int32) { a.buf = binary.LittleEndian.AppendUint32(a.buf, uint32(v)) }

func fits8(v int32) bool { return int32(int8(v)) == v }

// regReg emits an instruction whose operands are registers.
func (a *Assembler) regReg(op opcode, size Size, reg, rm Reg) {
	b := begin(op, size, reg, 0, rm)
	b.add(byte(0xc0 | reg&7<<3 | rm&7))
	a.put(b)
}

// regMem emits an instruction with a memory operand; trailing bytes of an
// immediate follow, which the caller emits.
func (a *Assembler) regMem(op opcode, size Size, reg Reg, m Mem, trailing int) {
	op &^= byteRM // the byte is in memory
	if m.Scale == 0 || m.Index == NoReg {
		a.regBase(op, size, reg, m, trailing)
		return
	}
	index := m.Index
	if index == RSP {
		panic("amd64: RSP as an index")
	}
	if m.Base == NoReg {
		b := begin(op, size, reg, index, 0)
		b.add(byte(modIndirect | reg&7<<3 | rmSIB))
		b.add(scaleBits(m.Scale) | byte(index&7<<3|sibNoBase))
		a.put(b)
		a.put32(m.Disp)
		return
	}
	b := begin(op, size, reg, index, m.Base)
	mod := dispMod(m)
	b.add(byte(mod | reg&7<<3 | rmSIB))
	b.add(scaleBits(m.Scale) | byte(index&7<<3|m.Base&7))
	a.put(b)
	a.disp(mod, m.Disp)
}

// regBase is regMem without an index.
func (a *Assembler) regBase(op opcode, size Size, reg Reg, m Mem, trailing int) {
	switch m.Base {
	case ripLabel:
		b := begin(op, size, reg, 0, 0)
		b.add(byte(modIndirect | reg&7<<3 | rmRIP))
		a.put(b)
		a.relative(Label(m.Disp), trailing)
		return
	case NoReg:
		b := begin(op, size, reg, 0, 0)
		b.add(byte(modIndirect | reg&7<<3 | rmSIB))
		b.add(sibNoIndex<<3 | sibNoBase)
		a.put(b)
		a.put32(m.Disp)
		return
	}
	b := begin(op, size, reg, 0, m.Base)
	mod := dispMod(m)
	b.add(byte(mod | reg&7<<3 | m.Base&7))
	if m.Base&7 == RSP { // RSP and R12: what would be their number announces a SIB byte
		b.add(sibNoIndex<<3 | byte(RSP))
	}
	a.put(b)
	a.disp(mod, m.Disp)
}

// The parts of ModRM and SIB that are not registers.
const (
	modIndirect Reg = 0x00 // no displacement
	modDisp8    Reg = 0x40
	modDisp32   Reg = 0x80
	rmSIB       Reg = 4
	rmRIP       Reg = 5 // with modIndirect
	sibNoIndex      = 4
	sibNoBase       = 5 // with modIndirect; a displacement of 32 bits follows
)

// dispMod chooses the shortest displacement. RBP and R13 always have one: their
// number without one means something else.
func dispMod(m Mem) Reg {
	switch {
	case m.Disp == 0 && m.Base&7 != RBP:
		return modIndirect
	case fits8(m.Disp):
		return modDisp8
	}
	return modDisp32
}

func (a *Assembler) disp(mod Reg, disp int32) {
	switch mod {
	case modDisp8:
		a.put8(int8(disp))
	case modDisp32:
		a.put32(disp)
	}
}

func scaleBits(scale uint8) byte {
	switch scale {
	case 1:
		return 0x00
	case 2:
		return 0x40
	case 4:
		return 0x80
	case 8:
		return 0xc0
	}
	panic(fmt.Sprintf("amd64: a scale of %d", scale))
}

// imm emits an immediate of an operand's size; a 64-bit operand has a 32-bit
// one, whose sign is extended.
func (a *Assembler) imm(size Size, v int32) {
	switch size {
	case S8:
		a.put8(int8(v))
	case S16:
		a.put16(int16(v))
	default:
		a.put32(v)
	}
}

// immBytes is how many bytes imm emits.
func immBytes(size Size) int { return 1 << min(size, S32) }

// sized returns the opcode for operands of a size: opcodes that have a form for
// bytes have it one below.
func sized(op opcode, size Size) opcode {
	if size == S8 {
		return op - 1 | byteReg | byteRM
	}
	return op
}
