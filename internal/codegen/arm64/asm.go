package arm64

import "encoding/binary"

// An Assembler appends instructions, of four bytes each, to a buffer. Its zero value is ready.
type Assembler struct {
	buf    []byte
	labels []label
	sites  []site
	cursor int // where Final goes on from
}

// Reset makes the assembler ready for another function, and keeps its memory:
// what Finish returned before is overwritten.
func (a *Assembler) Reset() {
	a.buf, a.labels, a.sites, a.cursor = a.buf[:0], a.labels[:0], a.sites[:0], 0
}

// Pos returns the offset, in bytes, at which the next instruction begins. Final
// says what has become of it after Finish.
func (a *Assembler) Pos() int { return len(a.buf) }

// word appends an instruction, or data.
func (a *Assembler) word(w uint32) { a.buf = binary.LittleEndian.AppendUint32(a.buf, w) }

// An Op is an instruction without its registers: all of its other bits.
type Op uint32

// number is the register's number in an instruction.
func number(r Reg) Op { return Op(r & 31) }

// Of returns the form of an instruction for operands of a size: S32 or S64.
func (o Op) Of(size Size) Op { return o | Op(size&1)<<31 }

// OfFloat returns the form of an instruction for floats of a size: S32 or S64.
func (o Op) OfFloat(size Size) Op { return o | Op(size&1)<<22 }

// If returns the form of a conditional instruction for a condition.
func (o Op) If(c Cond) Op { return o | Op(c)<<12 }

// R emits an instruction that writes d.
func (a *Assembler) R(o Op, d Reg) { a.word(uint32(o | number(d))) }

// RR emits an instruction that writes d and reads n.
func (a *Assembler) RR(o Op, d, n Reg) { a.word(uint32(o | number(n)<<5 | number(d))) }

// RRR emits an instruction that writes d and reads n and m.
func (a *Assembler) RRR(o Op, d, n, m Reg) {
	a.word(uint32(o | number(m)<<16 | number(n)<<5 | number(d)))
}

// RRRR emits an instruction that writes d and reads n, m and x.
func (a *Assembler) RRRR(o Op, d, n, m, x Reg) {
	a.word(uint32(o | number(m)<<16 | number(x)<<10 | number(n)<<5 | number(d)))
}
