package amd64

import (
	"fmt"

	"weft/internal/codegen"
)

// A mop is what a machine instruction does: the Op of a [codegen.Inst]. Its low
// byte is one of the operations below; form and consumer are in the upper one.
//
// The operands of an instruction are, in this order: those that the table of
// operations gives, then the registers of its address if it has one (bits of
// Inst.Scale say which).
type mop uint16

// form says what the last operand of an instruction is.
type form uint16

const (
	formReg form = iota << 8
	formImm      // Inst.Imm
	formMem      // an address
	// formMemImm: the first operand is in memory, the second is an immediate.
	formMemImm
	// formToMem and formToMemImm: the result goes to memory, too.
	formToMem
	formToMemImm
	formConst      // a constant of 16 bytes; Inst.Disp: see codegen.Func.Vectors
	formMask  form = 7 << 8
)

// consumer says what becomes of the flags that a comparison sets. No flags live
// from one instruction to the next: the allocator's moves may change them.
type consumer uint16

const (
	toValue  consumer = iota << 12 // 0 or 1 in a register
	toSelect                       // one of two values; the first one is tied
	toBranch                       // ends a block with two successors
	toTrap
	consumerMask consumer = 3 << 12
)

func (m mop) base() mop          { return m & 0xff }
func (m mop) form() form         { return form(m) & formMask }
func (m mop) consumer() consumer { return consumer(m) & consumerMask }
func (m mop) with(f form) mop    { return m | mop(f) }

// How an address is composed, in Inst.Scale beside the scale of the index.
const (
	scaleMask   = 0x0f
	addrBase    = 0x10 // a register comes first
	addrContext = 0x20 // the base is the context
	addrFaults  = 0x40 // the access may fault
	addrFrame   = 0x80 // the base is where the frame's homes begin
)

// The operations, besides those of package codegen.
const (
	mMovImm   mop = iota + mop(codegen.OpOwn) // d; Imm
	mF32Const                                 // d; Imm: bits
	mF64Const
	mCopy    // s, d
	mContext // d

	// Integers. Size is that of the operation.
	mAdd // x, y, d: any registers
	mLea // d, address
	mSub // x, y, d tied: like those that follow; or x or Imm, address
	mAnd
	mOr
	mXor
	mImul
	mImulImm // s, d; Imm
	mNeg     // x, d tied
	mNot     // x, d tied
	mShl     // x, count in CL or Imm, d tied
	mShr
	mSar
	mRol
	mRor
	mShlx // x, count, d
	mShrx
	mSarx
	mRorx // x, d; Imm
	mAndn // x, which is inverted, y, d
	mBlsr // x, d: without the lowest bit that is set
	mMulHiS
	mMulHiU
	mDivS // x, y, d, temporary
	mDivU
	mRemS
	mRemU
	mClz // s, d, temporary
	mCtz

	// s, d; or d, address.
	mMov
	mMovzx8
	mMovzx16
	mMovsx8
	mMovsx16
	mMovsxd
	mPopcnt
	mLzcnt
	mTzcnt

	mStore  // s or Imm, address; Size
	mStoreX // s, address; Size

	// Atomic accesses, of Size. The address is that in the last register.
	mXchg    // x, d tied, address
	mXadd    // x, d tied, address
	mLockAnd // x, address
	mLockOr
	mLockXor
	mAtomicAnd // x, address, d in RAX, temporary
	mAtomicOr
	mAtomicXor
	mCmpxchg // expected in RAX, d tied, replacement, address
	mFence
	mPause

	// Floats, of Size. x, y, d tied; or x, d tied, address.
	mFadd
	mFsub
	mFmul
	mFdiv
	mFmin
	mFmax
	mFcopysign
	mFabs // x, d tied
	mFneg
	// s, d; or d, address.
	mMovX
	mFsqrt
	mFround // Imm: Rounding
	mPromote
	mDemote
	mFromInt    // Size: of the float; Imm: size of the integer
	mFromUint64 // s, d, temporary
	mToX        // s, d: the bits
	mFromX
	mTrunc // s, d, temporary; Size: of the float; Imm: truncation bits

	// Vectors. Imm: see vectorImm. With AVX no operand is tied.
	mVecConst // d; Imm: see codegen.Func.Vectors
	mVec      // x, y, d tied; x, d tied, address; or constant
	mVecUnary // s, d; d, address; or constant
	mVecShift // x, d tied; by a constant
	mVecOut   // s, d; s, address: the register is the first operand of the encoding, and what is written the second

	// Comparisons. x, y; x, Imm; x, address; address, Imm; after the operands of
	// the consumer. Imm also has the code of a trap in its upper half.
	mCmp
	mTest
	mUcomi
	mPtest

	mBounds // address, temporary, length; Imm: what is added
	// mCast: object or its type (formMem: object), type, temporary; Imm: code of a trap, and the shift from types to
	// offsets of records; Disp: offset in a record.
	mCast

	mopCount
)

var mopNames = [mopCount]string{
	mMovImm: "const", mF32Const: "f32const", mF64Const: "f64const", mCopy: "copy", mContext: "context",
	mAdd: "add", mLea: "lea", mSub: "sub", mAnd: "and", mOr: "or", mXor: "xor", mImul: "imul", mImulImm: "imulimm", mNeg: "neg", mNot: "not",
	mShl: "shl", mShr: "shr", mSar: "sar", mRol: "rol", mRor: "ror", mShlx: "shlx", mShrx: "shrx", mSarx: "sarx", mRorx: "rorx",
	mAndn: "andn", mBlsr: "blsr",
	mMulHiS: "mulhis", mMulHiU: "mulhiu", mDivS: "divs", mDivU: "divu", mRemS: "rems", mRemU: "remu", mClz: "clz", mCtz: "ctz",
	mMov: "mov", mMovzx8: "movzx8", mMovzx16: "movzx16", mMovsx8: "movsx8", mMovsx16: "movsx16", mMovsxd: "movsxd",
	mPopcnt: "popcnt", mLzcnt: "lzcnt", mTzcnt: "tzcnt", mStore: "store", mStoreX: "storex",
	mXchg: "xchg", mXadd: "xadd", mLockAnd: "lockand", mLockOr: "lockor", mLockXor: "lockxor",
	mAtomicAnd: "atomicand", mAtomicOr: "atomicor", mAtomicXor: "atomicxor", mCmpxchg: "cmpxchg", mFence: "fence", mPause: "pause",
	mFadd: "fadd", mFsub: "fsub", mFmul: "fmul", mFdiv: "fdiv", mFmin: "fmin", mFmax: "fmax", mFcopysign: "fcopysign", mFabs: "fabs", mFneg: "fneg",
	mMovX: "movx", mFsqrt: "fsqrt", mFround: "fround", mPromote: "promote", mDemote: "demote", mFromInt: "fromint", mFromUint64: "fromuint64",
	mToX: "tox", mFromX: "fromx", mTrunc: "trunc", mCmp: "cmp", mTest: "test", mUcomi: "ucomi", mPtest: "ptest",
	mVecConst: "vconst", mVec: "v", mVecUnary: "vunary", mVecShift: "vshift", mVecOut: "vout",
	mBounds: "bounds", mCast: "cast",
}

// String returns the name of the operation, with its form and consumer.
func (m mop) String() string {
	name := mopNames[m.base()]
	if m.base() < mop(codegen.OpOwn) {
		name = codegen.OpName(uint16(m.base()))
	}
	return name +
		[...]string{"", ".imm", ".mem", ".memimm", ".tomem", ".tomemimm", ".const"}[m.form()>>8] +
		[...]string{"", ".select", ".branch", ".trap"}[m.consumer()>>12]
}

// InstName returns what an instruction is called, for [codegen.Func.Text]; of one on vectors also the
// encoding.
func InstName(in *codegen.Inst) string {
	m := mop(in.Op)
	if mVec <= m.base() && m.base() <= mVecOut {
		return fmt.Sprintf("%v(%x)", m, in.Imm)
	}
	return m.String()
}

// Conditions beside those of the flags: floats are equal only if PF is clear.
// Inverting works as with the others.
const (
	condEqual    Cond = 16
	condNotEqual Cond = 17
)

// Bits of mTrunc's Imm.
const (
	truncTo64 = 1 << iota
	truncSigned
	truncSaturate
)
