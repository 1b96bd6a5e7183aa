package arm64

// Loads and stores, in the form base + immediate that is a multiple of the size. Of the integers those that are named
// after X write 64 bits.
const (
	Strb   Op = 0x39000000
	Ldrb   Op = 0x39400000
	LdrsbX Op = 0x39800000
	LdrsbW Op = 0x39c00000
	Strh   Op = 0x79000000
	Ldrh   Op = 0x79400000
	LdrshX Op = 0x79800000
	LdrshW Op = 0x79c00000
	StrW   Op = 0xb9000000
	LdrW   Op = 0xb9400000
	LdrswX Op = 0xb9800000
	StrX   Op = 0xf9000000
	LdrX   Op = 0xf9400000

	StrB Op = 0x3d000000 // of V registers
	LdrB Op = 0x3d400000
	StrH Op = 0x7d000000
	LdrH Op = 0x7d400000
	StrS Op = 0xbd000000
	LdrS Op = 0xbd400000
	StrD Op = 0xfd000000
	LdrD Op = 0xfd400000
	StrQ Op = 0x3d800000
	LdrQ Op = 0x3dc00000

	Prfm Op = 0xf9800000 // asks for the cache line

	Stp  Op = 0xa9000000 // two general registers
	Ldp  Op = 0xa9400000
	StpD Op = 0x6d000000 // two V registers
	StpQ Op = 0xad000000
)

// loadBit tells the loads from the stores of the same size, that of whole registers.
const loadBit Op = 1 << 22

// pairOf returns the load or store of two registers that does what LdrX, StrX, LdrD, StrD, LdrQ or StrQ does for one.
func pairOf(o Op) Op {
	pair := Stp
	switch o &^ loadBit {
	case StrD:
		pair = StpD
	case StrQ:
		pair = StpQ
	}
	return pair | o&loadBit
}

// Atomic accesses, whose address is that in a register: of bytes, Op.OfMem makes the others.
const (
	Ldar  Op = 0x08dffc00
	Stlr  Op = 0x089ffc00
	Ldaxr Op = 0x085ffc00
	Stlxr Op = 0x0800fc00 // a register becomes 0 if it has stored

	// With LSE. The register that is read, and what was there before.
	Ldaddal Op = 0x38e00000
	Ldclral Op = 0x38e01000
	Ldeoral Op = 0x38e02000
	Ldsetal Op = 0x38e03000
	Swpal   Op = 0x38e08000
	Casal   Op = 0x08e0fc00 // what is expected becomes what was there
)

// OfMem returns the form of an atomic access for so many bytes.
func (o Op) OfMem(size Size) Op { return o | Op(size)<<30 }

// Mem is an operand in memory: Base + Disp, or Base + Index<<Shift, where Shift is 0 or that of the access's size.
type Mem struct {
	Base, Index Reg
	Shift       uint8
	Disp        int32
}

// At is the memory at base + disp.
func At(base Reg, disp int32) Mem { return Mem{Base: base, Index: NoReg, Disp: disp} }

// Indexed is the memory at base + index<<shift.
func Indexed(base, index Reg, shift uint8) Mem { return Mem{Base: base, Index: index, Shift: shift} }

// accessSize is the size of what a load or store moves.
func accessSize(o Op) Size {
	size := Size(o >> 30)
	if o>>26&1 != 0 && o>>23&1 != 0 {
		size = S128
	}
	return size
}

const (
	scaledForm   Op = 1 << 24
	indexForm    Op = 1<<21 | 2<<10
	indexUXTX    Op = 3 << 13
	indexShifted Op = 1 << 12
)

// encodable reports whether an access can have a displacement.
func encodable(size Size, disp int64) bool {
	return -256 <= disp && disp < 256 || disp >= 0 && disp&(1<<size-1) == 0 && disp>>size < 1<<12
}

// Access emits a load or store. If the displacement is too far, it goes through X16.
func (a *Assembler) Access(o Op, r Reg, m Mem) {
	size := accessSize(o)
	switch {
	case m.Index != NoReg:
		o = o&^scaledForm | indexForm | indexUXTX
		if m.Shift != 0 {
			o |= indexShifted
		}
		a.RRR(o, r, m.Base, m.Index)
	case m.Disp >= 0 && m.Disp&(1<<size-1) == 0 && m.Disp>>size < 1<<12:
		a.RR(o|Op(m.Disp>>size)<<10, r, m.Base)
	case -256 <= m.Disp && m.Disp < 256:
		a.RR(o&^scaledForm|Op(m.Disp&0x1ff)<<12, r, m.Base)
	case m.Disp >= 0 && m.Disp < 1<<24 && encodable(size, int64(m.Disp&0xfff)):
		a.AddConst(S64, X16, m.Base, int64(m.Disp&^0xfff))
		a.Access(o, r, At(X16, m.Disp&0xfff))
	default:
		a.MovImm(X16, int64(m.Disp))
		a.RRR(o&^scaledForm|indexForm|indexUXTX, r, m.Base, X16)
	}
}

// Load loads 64 bits into a general register; Load32 32 bits, with zeros above.
func (a *Assembler) Load(d Reg, m Mem) { a.Access(LdrX, d, m) }

// Load32 is described at Load.
func (a *Assembler) Load32(d Reg, m Mem) { a.Access(LdrW, d, m) }

// Store stores 64 bits of a general register; Store32 32.
func (a *Assembler) Store(m Mem, s Reg) { a.Access(StrX, s, m) }

// Store32 is described at Store.
func (a *Assembler) Store32(m Mem, s Reg) { a.Access(StrW, s, m) }

// LoadPair loads two general registers from words that follow each other, StorePair stores two. The displacement is a
// multiple of 8 from -512 to 504.
func (a *Assembler) LoadPair(x, y Reg, m Mem) { a.pair(Ldp, x, y, m) }

// StorePair is described at LoadPair.
func (a *Assembler) StorePair(m Mem, x, y Reg) { a.pair(Stp, x, y, m) }

func (a *Assembler) pair(o Op, x, y Reg, m Mem) {
	a.RR(o|Op(m.Disp>>3&0x7f)<<15|number(y)<<10, x, m.Base)
}
