package arm64

// Instructions on all 128 bits of V registers. Where lanes may have several sizes, the one here is for bytes, and
// Op.OfLanes makes the others; of floats it is for those of 32 bits, and Op.OfFloat makes those for 64.
const (
	MovV     Op = 0x4ea01c00 // orr, of all 16 bytes; the operand twice
	MoviZero Op = 0x2f00e400
	MoviOnes Op = 0x6f07e7e0 // all bits
	Bsl      Op = 0x6e601c00 // d: a mask, of which ones choose n and zeros m
	Dup64    Op = 0x4e080c00 // from a general register to both lanes
	Cnt8     Op = 0x0e205800 // ones in each of 8 bytes
	Addv8    Op = 0x0e31b800 // their sum

	AndV Op = 0x4e201c00
	BicV Op = 0x4e601c00 // n and not m
	OrrV Op = 0x4ea01c00
	EorV Op = 0x6e201c00
	NotV Op = 0x6e205800

	// Three registers.
	AddV     Op = 0x4e208400
	SubV     Op = 0x6e208400
	MulV     Op = 0x4e209c00
	Cmeq     Op = 0x6e208c00
	Cmgt     Op = 0x4e203400
	Cmge     Op = 0x4e203c00
	Cmhi     Op = 0x6e203400 // unsigned
	Cmhs     Op = 0x6e203c00
	Smin     Op = 0x4e206c00
	Umin     Op = 0x6e206c00
	Smax     Op = 0x4e206400
	Umax     Op = 0x6e206400
	Sqadd    Op = 0x4e200c00
	Uqadd    Op = 0x6e200c00
	Sqsub    Op = 0x4e202c00
	Uqsub    Op = 0x6e202c00
	Urhadd   Op = 0x6e201400
	Sshl     Op = 0x4e204400 // counts may be negative
	Ushl     Op = 0x6e204400
	Sqrdmulh Op = 0x6e20b400
	Addp     Op = 0x4e20bc00 // sums of pairs
	Umaxp    Op = 0x6e20a400

	// Products that are twice as wide, of the low and of the high lanes.
	Smull  Op = 0x0e20c000
	Smull2 Op = 0x4e20c000
	Umull  Op = 0x2e20c000
	Umull2 Op = 0x6e20c000
	Umlal  Op = 0x2e208000 // added to d

	// Lanes of both operands.
	Zip1 Op = 0x4e003800 // the low lanes, in turns
	Zip2 Op = 0x4e007800
	Uzp1 Op = 0x4e001800 // the even lanes
	Uzp2 Op = 0x4e005800
	Trn1 Op = 0x4e002800 // the even lanes, in turns
	Trn2 Op = 0x4e006800
	Ext  Op = 0x6e000000 // bytes from one on; see extBytes
	Tbl  Op = 0x4e000000 // bytes of n, by the indices in m; 0 for others

	// Two registers.
	AbsV   Op = 0x4e20b800
	NegV   Op = 0x6e20b800
	CntV   Op = 0x4e205800
	CmeqZ  Op = 0x4e209800
	CmltZ  Op = 0x4e20a800
	Saddlp Op = 0x4e202800 // sums of pairs, twice as wide
	Uaddlp Op = 0x6e202800
	Rev64  Op = 0x4e200800
	AddvV  Op = 0x4e31b800

	// To half the width, which the size is of. The second ones write the high lanes of d and keep the low ones.
	Xtn     Op = 0x0e212800
	Sqxtn   Op = 0x0e214800
	Sqxtn2  Op = 0x4e214800
	Sqxtun  Op = 0x2e212800
	Sqxtun2 Op = 0x6e212800
	Uqxtn   Op = 0x2e214800

	// To twice the width: the low or the high lanes of half of the size, bytes here; see widen.
	Sxtl  Op = 0x0f08a400
	Sxtl2 Op = 0x4f08a400
	Uxtl  Op = 0x2f08a400
	Uxtl2 Op = 0x6f08a400

	// Between lanes and general registers, see lane.
	DupGeneral Op = 0x4e000c00
	DupLane    Op = 0x4e000400
	DupScalar  Op = 0x5e000400
	Umov       Op = 0x0e003c00
	Smov       Op = 0x0e002c00
	InsGeneral Op = 0x4e001c00
	InsLow     Op = 0x6e000400 // from the lowest lane

	// Floats.
	FaddV   Op = 0x4e20d400
	FsubV   Op = 0x4ea0d400
	FmulV   Op = 0x6e20dc00
	FdivV   Op = 0x6e20fc00
	FmaxV   Op = 0x4e20f400
	FminV   Op = 0x4ea0f400
	FcmeqV  Op = 0x4e20e400
	FcmgeV  Op = 0x6e20e400
	FcmgtV  Op = 0x6ea0e400
	FabsV   Op = 0x4ea0f800
	FnegV   Op = 0x6ea0f800
	FsqrtV  Op = 0x6ea1f800
	FrintnV Op = 0x4e218800
	FrintmV Op = 0x4e219800
	FrintpV Op = 0x4ea18800
	FrintzV Op = 0x4ea19800
	FcvtzsV Op = 0x4ea1b800
	FcvtzuV Op = 0x6ea1b800
	ScvtfV  Op = 0x4e21d800
	UcvtfV  Op = 0x6e21d800
	Fcvtl   Op = 0x0e617800 // two of 32 bits to 64
	Fcvtn   Op = 0x0e616800 // and back; zeros above
)

// OfLanes returns the form of an instruction for lanes of a size.
func (o Op) OfLanes(size Size) Op { return o | Op(size)<<22 }

// lane returns the form of an instruction for a lane of a size.
func (o Op) lane(size Size, lane int) Op {
	o |= Op(lane)<<(size+1+16) | 1<<(size+16)
	if o&^(0x1f<<16) == Umov && size == S64 {
		o |= 1 << 30
	}
	return o
}

// widen returns the form of Sxtl and its like for lanes of a size.
func (o Op) widen(size Size) Op { return o&^(8<<16) | Op(8<<size)<<16 }

// shiftLeft and shiftRight return the instructions that shift all lanes by a constant.
func shiftLeft(size Size, count uint8) Op { return 0x4f005400 | Op(8<<size+int(count))<<16 }

// shiftRight is described at shiftLeft; a count of 0 would be one of the width.
func shiftRight(o Op, size Size, count uint8) Op { return o | Op(16<<size-int(count))<<16 }

const (
	sshr Op = 0x4f000400
	ushr Op = 0x6f000400
)

// extBytes returns the instruction that takes 16 bytes from one of n on, and those that follow in m.
func extBytes(from uint8) Op { return Ext | Op(from)<<11 }

// bytesImmediate returns the instruction that makes all bytes equal.
func bytesImmediate(b byte) Op { return 0x4f00e400 | Op(b>>5)<<16 | Op(b&31)<<5 }
