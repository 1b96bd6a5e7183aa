package arm64

import "math/bits"

// Instructions on integers, for 32 bits: Op.Of makes those for 64.
const (
	// Three registers; the last one may be shifted, see Op.Shifted.
	Add  Op = 0x0b000000
	Adds Op = 0x2b000000
	Sub  Op = 0x4b000000
	Subs Op = 0x6b000000
	And  Op = 0x0a000000
	Bic  Op = 0x0a200000
	Orr  Op = 0x2a000000
	Orn  Op = 0x2a200000
	Eor  Op = 0x4a000000
	Eon  Op = 0x4a200000
	Ands Op = 0x6a000000

	// The last register is extended from fewer bits; register 31 is the stack pointer where it is the first or second.
	AddExt  Op = 0x0b200000
	SubExt  Op = 0x4b200000
	SubsExt Op = 0x6b200000

	// Two registers and an immediate of 12 bits, which may be shifted by 12.
	AddImm  Op = 0x11000000
	AddsImm Op = 0x31000000
	SubImm  Op = 0x51000000
	SubsImm Op = 0x71000000

	// Two registers and an immediate that is a pattern of bits; see logicalImmediate.
	AndImm  Op = 0x12000000
	OrrImm  Op = 0x32000000
	EorImm  Op = 0x52000000
	AndsImm Op = 0x72000000

	Movn Op = 0x12800000
	Movz Op = 0x52800000
	Movk Op = 0x72800000

	// Fields of bits; see field.
	Sbfm Op = 0x13000000
	Bfm  Op = 0x33000000
	Ubfm Op = 0x53000000
	Extr Op = 0x13800000

	Udiv Op = 0x1ac00800
	Sdiv Op = 0x1ac00c00
	Lslv Op = 0x1ac02000
	Lsrv Op = 0x1ac02400
	Asrv Op = 0x1ac02800
	Rorv Op = 0x1ac02c00
	Rbit Op = 0x5ac00000
	Clz  Op = 0x5ac01000

	// Four registers: the last one is added to, or subtracted from.
	Madd  Op = 0x1b000000
	Msub  Op = 0x1b008000
	Mul   Op = Madd | 31<<10
	Mneg  Op = Msub | 31<<10
	Smulh Op = 0x9b407c00
	Umulh Op = 0x9bc07c00

	// The first register if the condition holds, else the second: as it is, plus 1, inverted, negated.
	Csel  Op = 0x1a800000
	Csinc Op = 0x1a800400
	Csinv Op = 0x5a800000
	Csneg Op = 0x5a800400

	// A comparison if the condition holds, else flags that are given.
	Ccmp    Op = 0x7a400000
	CcmpImm Op = 0x7a400800

	Br  Op = 0xd61f0000
	Blr Op = 0xd63f0000
	Ret Op = 0xd65f0000 | 30<<5

	Nop   Op = 0xd503201f
	Yield Op = 0xd503203f
	Dmb   Op = 0xd5033bbf // of all accesses, for all processors
	Brk   Op = 0xd4200000
)

// Shifts of the last operand of an instruction on three registers.
const (
	shiftLSL Op = iota << 22
	shiftLSR
	shiftASR
	shiftROR // logic only
)

// Extensions of the last operand of AddExt and its like.
const (
	extUXTB Op = 0 << 13
	extUXTW Op = 2 << 13
	extSXTW Op = 6 << 13
	extUXTX Op = 3 << 13
)

// Shifted shifts the last operand.
func (o Op) Shifted(kind Op, count uint8) Op { return o | kind | Op(count)<<10 }

// field returns a form of Sbfm, Bfm or Ubfm.
func field(o Op, size Size, immr, imms uint8) Op {
	return o.Of(size) | Op(size&1)<<22 | Op(immr)<<16 | Op(imms)<<10
}

// extract returns the instruction that moves a field of bits down: Ubfm or Sbfm.
func extract(o Op, size Size, from, width uint8) Op { return field(o, size, from, from+width-1) }

// insert returns the instruction that moves the lowest bits up to where a field begins: Bfm, Ubfm or Sbfm.
func insert(o Op, size Size, at, width uint8) Op {
	n := uint8(8) << size
	return field(o, size, (n-at)&(n-1), width-1)
}

// lsl, lsr, asr and ror return the instructions that shift by a constant.
func lsl(size Size, count uint8) Op { return insert(Ubfm, size, count, 8<<size-count) }
func lsr(size Size, count uint8) Op { return field(Ubfm, size, count, 8<<size-1) }
func asr(size Size, count uint8) Op { return field(Sbfm, size, count, 8<<size-1) }

// addImmediate returns the instruction that adds a constant, if there is one: AddImm or SubImm, or their forms that set
// the flags if o is AddsImm.
func addImmediate(o Op, size Size, c int64) (Op, bool) {
	if c < 0 {
		o, c = o^(AddImm^SubImm), -c
	}
	switch {
	case c < 0:
	case c < 1<<12:
		return o.Of(size) | Op(c)<<10, true
	case c < 1<<24 && c&(1<<12-1) == 0:
		return o.Of(size) | 1<<22 | Op(c>>12)<<10, true
	}
	return 0, false
}

// logicalImmediate returns the instruction of AndImm, OrrImm, EorImm or AndsImm with a constant, if there is one: the
// constant is a row of ones, rotated, in an element of 2 to 64 bits that is repeated.
func logicalImmediate(o Op, size Size, c int64) (Op, bool) {
	v := uint64(c)
	if size == S32 {
		v = uint64(uint32(v)) | v<<32
	}
	if v == 0 || ^v == 0 {
		return 0, false
	}
	width := 64
	for width > 2 && v>>(width/2)&(1<<(width/2)-1) == v&(1<<(width/2)-1) {
		width /= 2
	}
	mask := ^uint64(0) >> (64 - width)
	element := v & mask
	ones := bits.OnesCount64(element)
	// Rotated so that the ones are lowest, it is 1<<ones - 1.
	first := bits.TrailingZeros64(element)
	if element&1 != 0 {
		first = (width - (bits.LeadingZeros64(^element&mask) - (64 - width))) % width
		if element == 1<<ones-1 {
			first = 0
		}
	}
	if rotated := (element>>first | element<<(width-first)) & mask; rotated != 1<<ones-1 {
		return 0, false
	}
	n, imms := Op(0), Op(-width<<1&0x3f)|Op(ones-1)
	if width == 64 {
		n, imms = 1, Op(ones-1)
	}
	return o.Of(size) | n<<22 | Op((width-first)%width)<<16 | imms<<10, true
}

// Mov copies a general register. S32 clears the upper half.
func (a *Assembler) Mov(size Size, d, s Reg) { a.RRR(Orr.Of(size), d, ZR, s) }

// MovFromSP and MovToSP copy the stack pointer.
func (a *Assembler) MovFromSP(d Reg) { a.RR(AddImm.Of(S64), d, SP) }

// MovToSP is described at MovFromSP.
func (a *Assembler) MovToSP(s Reg) { a.RR(AddImm.Of(S64), SP, s) }

// MovImm loads a 64-bit constant, with as few of one to four instructions as there are. It leaves the flags alone.
func (a *Assembler) MovImm(d Reg, c int64) {
	if c == 0 {
		a.R(Movz.Of(S64), d)
		return
	}
	zeros, ones := 0, 0
	for i := range 4 {
		switch uint16(c >> (16 * i)) {
		case 0:
			zeros++
		case 0xffff:
			ones++
		}
	}
	size := S64
	if uint64(c)>>32 == 0 { // the upper half is cleared in any case, so its parts are no work
		size = S32
		switch {
		case uint32(c)>>16 == 0xffff || uint16(c) == 0xffff && uint32(c)>>16 != 0:
			a.movn(d, size, c, 2)
			return
		}
	}
	if zeros < 3 && ones < 3 {
		if o, ok := logicalImmediate(OrrImm, size, c); ok {
			a.RR(o, d, ZR)
			return
		}
	}
	if ones > zeros {
		a.movn(d, size, c, 4)
		return
	}
	first := true
	for i := range 4 {
		part := Op(uint16(c >> (16 * i)))
		if part == 0 {
			continue
		}
		o := Movk
		if first {
			o, first = Movz, false
		}
		a.R(o.Of(S64)|Op(i)<<21|part<<5, d)
	}
}

// movn loads a constant most of whose parts are ones.
func (a *Assembler) movn(d Reg, size Size, c int64, parts int) {
	first := true
	for i := range parts {
		part := Op(uint16(c >> (16 * i)))
		if part == 0xffff && !(first && i == parts-1) {
			continue
		}
		o := Movk
		if first {
			o, first, part = Movn, false, part^0xffff
		}
		a.R(o.Of(size)|Op(i)<<21|part<<5, d)
	}
}

// AddConst adds any constant, through X16 if it has to.
func (a *Assembler) AddConst(size Size, d, n Reg, c int64) {
	if o, ok := addImmediate(AddImm, size, c); ok {
		a.RR(o, d, n)
		return
	}
	if high, low := c&^0xfff, c&0xfff; 0 <= c && c < 1<<24 {
		h, _ := addImmediate(AddImm, size, high)
		l, _ := addImmediate(AddImm, size, low)
		a.RR(h, d, n)
		a.RR(l, d, d)
		return
	}
	a.MovImm(X16, c)
	a.RRR(AddExt.Of(size)|extUXTX, d, n, X16)
}

// Cmp compares registers, CmpImm a register and a constant that addImmediate takes.
func (a *Assembler) Cmp(size Size, n, m Reg) { a.RRR(Subs.Of(size), ZR, n, m) }

// CmpImm is described at Cmp.
func (a *Assembler) CmpImm(size Size, n Reg, c int64) {
	o, ok := addImmediate(SubsImm, size, c)
	if !ok {
		panic("arm64: a comparison with a constant that it cannot have")
	}
	a.RR(o, ZR, n)
}

// Jump goes to the address in a register.
func (a *Assembler) Jump(r Reg) { a.word(uint32(Br | number(r)<<5)) }

// Call calls the address in a register.
func (a *Assembler) Call(r Reg) { a.word(uint32(Blr | number(r)<<5)) }

// Ret returns to LR.
func (a *Assembler) Ret() { a.word(uint32(Ret)) }
