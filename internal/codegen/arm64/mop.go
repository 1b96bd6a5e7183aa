package arm64

import (
	"fmt"

	"weft/internal/codegen"
)

// A mop is what a machine instruction does: the Op of a [codegen.Inst]. Its low
// byte is one of those of package codegen, or of the operations below; consumer is in the upper one.
//
// Most operations are shapes: which operands there are. Which instruction it is of that shape is in Inst.Imm, an [Op]
// with all that is not a register: shifts, conditions, immediates. So a new instruction needs no new operation.
//
// The operands of an instruction are, in this order: those that the table of
// operations gives, then the registers of its address if it has one (bits of
// Inst.Scale say which).
type mop uint16

// consumer says what becomes of the flags that a comparison sets. No flags live
// from one instruction to the next: the allocator's moves may change them.
type consumer uint16

const (
	toValue  consumer = iota << 12 // 0 or 1 in a register
	toSelect                       // yes, no, d: one of two values; Disp: an Op
	toBranch                       // ends a block with two successors
	toTrap
	consumerMask consumer = 3 << 12
)

func (m mop) base() mop          { return m & 0xff }
func (m mop) consumer() consumer { return consumer(m) & consumerMask }

// How an address is composed, in Inst.Scale.
const (
	addrShiftMask = 0x07 // of the index
	addrIndex     = 0x08 // a register comes last
	addrBase      = 0x10 // a register comes first
	addrContext   = 0x20 // the base is the context
	addrFaults    = 0x40 // the access may fault
	addrFrame     = 0x80 // the base is where the frame's homes begin
)

// The operations, besides those of package codegen.
const (
	mMovImm   mop = iota + mop(codegen.OpOwn) // d; Imm
	mF32Const                                 // d; Imm: bits
	mF64Const
	mVecConst // d; Imm: see codegen.Func.Vectors
	mAddress  // d, address

	// Shapes. Imm: Op.
	mR2     // n, d
	mR2M    // m, d: n is zero
	mR3     // n, m, d
	mR4     // n, m, x, d
	mR2Tied // d's old value, n, d tied
	mR3Tied // d's old value, n, m, d tied

	mLoad      // d, address
	mStore     // s, address
	mStoreZero // address

	mDivS // x, y, d; Imm: 1 if there is nothing to check
	mDivU
	mRemS // x, y, d, which is none of the others
	mRemU
	mPopcnt // s, d
	mTrunc  // s, d; Size: of the float; Imm: truncation bits

	// Atomic accesses, of Size. The address is that in a register, the last but for d and temporaries.
	mAtomicLoad  // address, d
	mAtomicStore // s, address
	mAtomic      // x, address, d; Imm: atomicOp. With LSE, or, with two temporaries, without
	mCas         // expected, d tied, replacement, address; without LSE with a temporary
	mFence
	mPause

	// Comparisons. Operands: those of the consumer, then n, m; n alone if m is an immediate. Imm: Op, and in its upper
	// half the code of a trap. Cond.
	mCmp
	mCmpImm
	mCmpZero // n; Size: cbz or, with NE, cbnz. Only for branches and traps
	mCmpBit  // n; Disp: bit. EQ, NE. Only for branches and traps
	mCmpVec  // n: whether a vector's lanes, of Size, are all (Imm: 1) or any (0) not 0: EQ, NE

	mBounds // address, length, temporary; Imm: what is added
	// mCast: object or its type, type, temporary; Cond: 1 if the first is the object; Imm: code of a trap, and the shift
	// from types to offsets of records; Disp: offset in a record.
	mCast

	mopCount
)

var mopNames = [mopCount]string{
	mMovImm: "const", mF32Const: "f32const", mF64Const: "f64const", mVecConst: "vconst", mAddress: "address",
	mR2: "r2", mR2M: "r2m", mR3: "r3", mR4: "r4", mR2Tied: "r2tied", mR3Tied: "r3tied",
	mLoad: "load", mStore: "store", mStoreZero: "storezero",
	mDivS: "divs", mDivU: "divu", mRemS: "rems", mRemU: "remu", mPopcnt: "popcnt", mTrunc: "trunc",
	mAtomicLoad: "atomicload", mAtomicStore: "atomicstore", mAtomic: "atomic", mCas: "cas", mFence: "fence",
	mPause: "pause",
	mCmp:   "cmp", mCmpImm: "cmpimm", mCmpZero: "cmpzero", mCmpBit: "cmpbit", mCmpVec: "cmpvec", mBounds: "bounds",
	mCast: "cast",
}

// String returns the name of the operation, with its consumer.
func (m mop) String() string {
	name := mopNames[m.base()]
	if m.base() < mop(codegen.OpOwn) {
		name = codegen.OpName(uint16(m.base()))
	}
	return name + [...]string{"", ".select", ".branch", ".trap"}[m.consumer()>>12]
}

// InstName returns what an instruction is called, for [codegen.Func.Text]; of a shape also the encoding.
func InstName(in *codegen.Inst) string {
	switch m := mop(in.Op); m.base() {
	case mR2, mR2M, mR3, mR4, mR2Tied, mR3Tied, mLoad, mStore, mStoreZero, mCmp, mCmpImm:
		return fmt.Sprintf("%v(%08x)", m, uint32(in.Imm))
	default:
		return m.String()
	}
}

// Bits of mTrunc's Imm.
const (
	truncTo64 = 1 << iota
	truncSigned
	truncSaturate
)
