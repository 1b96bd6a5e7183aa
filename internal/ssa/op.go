package ssa

// A Type is the type of a value. References are I64.
type Type uint8

const (
	Void Type = iota // no result
	I32
	I64
	F32
	F64
	V128
)

var typeNames = [...]string{Void: "void", I32: "i32", I64: "i64", F32: "f32", F64: "f64", V128: "v128"}

func (t Type) String() string { return typeNames[t] }

// IsFloat reports whether values of the type live in floating-point registers.
func (t Type) IsFloat() bool { return t >= F32 }

// Size returns the size in bytes.
func (t Type) Size() int {
	switch t {
	case I32, F32:
		return 4
	case V128:
		return 16
	}
	return 8
}

// Slots returns the number of 64-bit slots that a value takes where it has no register.
func (t Type) Slots() int { return (t.Size() + 7) / 8 }

// An Op is the operation of a value.
type Op uint8

// The operations. Where not said otherwise, arguments and result have one type.
const (
	OpInvalid Op = iota

	OpParam   // of a block
	OpConst   // Aux: the bits, an i32 zero-extended; of a v128 see Func.Vectors
	OpContext // the context, which is in a fixed register
	OpFrame   // the homes in the frame (plain.go): only to address them

	// Integers.
	OpAdd
	OpSub
	OpMul
	OpAnd
	OpOr
	OpXor
	OpShl // counts are taken modulo the width
	OpShrS
	OpShrU
	OpRotl
	OpRotr
	OpClz
	OpCtz
	OpPopcnt
	OpDivS // these four trap
	OpDivU
	OpRemS
	OpRemU
	OpSExt8
	OpSExt16
	OpSExt32  // i64 from i64
	OpExtendS // i64 from i32
	OpExtendU // i64 from i32
	OpWrap    // i32 from i64
	OpIcmp    // i32; Aux: Cond
	OpMulHiS  // the upper half of the product
	OpMulHiU

	// Floats.
	OpFadd
	OpFsub
	OpFmul
	OpFdiv
	OpFmin
	OpFmax
	OpFcopysign
	OpFabs
	OpFneg
	OpFsqrt
	OpFceil
	OpFfloor
	OpFtrunc
	OpFnearest
	OpFcmp // i32; Aux: Cond

	// Conversions; the types say which.
	OpPromote
	OpDemote
	OpConvertS // float from integer
	OpConvertU
	OpTruncS // integer from float; these two trap
	OpTruncU
	OpTruncSatS
	OpTruncSatU
	OpBitcast

	OpSelect // condition (i32), value if it is not 0, value if it is

	// Vectors; see vector.go.
	OpVector  // Aux: an instruction of WebAssembly, and from bit 16 on its lane
	OpShuffle // Aux: a constant with the indices of 16 of the 32 bytes of both arguments

	// Linear memory. Load: base, address; Store: base, address, value. The address
	// is an i64, or an i32 taken as unsigned. Aux: offset, below 1<<32. They trap when
	// the access faults; see OpBoundsCheck.
	OpLoad
	OpStore
	// OpBoundsCheck traps unless address + Aux <= length: address (i32 or i64),
	// length (i64). Aux: offset plus size of the access; as an unsigned number.
	OpBoundsCheck

	// Atomic accesses, sequentially consistent, of Mem bytes at an address (i64) that is
	// aligned to them; they trap when the access faults. The result is what was there before,
	// zero-extended. AtomicCas: address, expected value, replacement.
	OpAtomicLoad
	OpAtomicStore // without a result, and only released: a load behind it may come before it
	OpAtomicXchg
	OpAtomicAdd
	OpAtomicAnd
	OpAtomicOr
	OpAtomicXor
	OpAtomicCas
	OpFence // Aux: a wasm.MemoryOrder
	OpPause // says to the processor that this is a loop that waits for another thread

	// Records of the run time: instance, globals, tables. Get: pointer; Set:
	// pointer, value. Aux: offset. They never trap. The value of a GetInvariant
	// never changes while the function runs.
	OpGet
	OpGetInvariant
	OpSet

	// Objects of the collected heap (object.go). Alloc: an object of a size class (Aux), with
	// nothing in it; Commit: object, which is made now; Aux: its class. Between them there are
	// only SetPart. Part: pointer; SetPart: pointer, value. Aux: offset. They never trap. The
	// value of a PartFixed does not change once the object is made. NewArray: type, number of
	// elements (both i32), word (i64): an array, filled with the word; Aux: the logarithm of the
	// elements' width; it traps if there is no room, but is no call.
	OpAlloc
	OpCommit
	OpPart
	OpPartFixed
	OpSetPart
	OpNewArray

	// Traps. Aux: wasm.TrapCode. Argument: condition (i32).
	OpTrapIf
	OpTrapUnless

	// Calls.
	OpCall       // instance, arguments...; Aux: index of a function of the module's own
	OpCallRecord // function record, arguments...; Sig
	OpBuiltin    // arguments...; Aux: number of the request; Sig
	OpResult     // a call; Aux: which of its results
	OpPoll       // lets the host interrupt; keeps all registers
	OpFuel       // takes a unit of fuel, and traps if there is none

	// Stack switching; they are calls, too.
	OpResume      // instance, continuation, arguments...; Aux: resume site; Sig: parameters and results
	OpSuspendTo   // the tag's record, handler, arguments...; Aux: tag, and from bit 32 on the handler's type; Sig
	OpSuspendTag  // instance, tag, arguments...; Aux: the tag's function type; Sig
	OpSuspend     // the tag's record, arguments...; Aux: tag; Sig
	OpSwitch      // instance, continuation, arguments...; Aux: tag, and from bit 32 on the type of the reference to what suspends; Sig
	OpResumeThrow // instance, continuation, exception; Aux: resume site; Sig. Or a payload, and in Aux from bit 32 on the tag + 1
	OpContNew     // instance, function record; Aux: type index; one result (i64)

	// Terminators.
	OpJump           // to Succs[0]
	OpIf             // condition (i32): not 0 to Succs[0], 0 to Succs[1]
	OpTable          // index (i32): to Succs[index], or the last
	OpReturn         // results...
	OpTrap           // Aux: wasm.TrapCode
	OpTailCall       // as OpCall
	OpTailCallRecord // as OpCallRecord
	OpReenter        // as OpTailCall, of the function itself, which begins anew in its other form (reenter.go)
	OpInvoke         // the call before it (only its results stand between): returns to Succs[0]; the others are pads; Aux: index in Func.Catches
	opCount
)

// OpInfo says what passes must know of an operation.
type OpInfo struct {
	Name string
	// Args is the number of arguments, -1 if it varies.
	Args int8
	// Pure operations have no effect, depend on their arguments alone and do not
	// trap.
	Pure bool
	// Commutative operations may swap their two arguments. Those on floats may not, unless one argument is known to be
	// a number: of two NaNs the result is the first.
	Commutative bool
	// Call operations lose all registers. Their results are OpResult values.
	Call bool
	// Terminator operations end a block.
	Terminator bool
}

const (
	pure = 1 << iota
	commutative
	call
	terminator
)

func info(name string, args int8, flags int) OpInfo {
	return OpInfo{name, args, flags&pure != 0, flags&commutative != 0, flags&call != 0, flags&terminator != 0}
}

// Ops is the table of operations.
var Ops = [opCount]OpInfo{
	OpInvalid: info("invalid", 0, 0),
	OpParam:   info("param", 0, 0),
	OpConst:   info("const", 0, pure),
	OpContext: info("context", 0, pure),
	OpFrame:   info("frame", 0, pure),

	OpAdd: info("add", 2, pure|commutative), OpSub: info("sub", 2, pure), OpMul: info("mul", 2, pure|commutative),
	OpAnd: info("and", 2, pure|commutative), OpOr: info("or", 2, pure|commutative), OpXor: info("xor", 2, pure|commutative),
	OpShl: info("shl", 2, pure), OpShrS: info("shr_s", 2, pure), OpShrU: info("shr_u", 2, pure),
	OpRotl: info("rotl", 2, pure), OpRotr: info("rotr", 2, pure),
	OpClz: info("clz", 1, pure), OpCtz: info("ctz", 1, pure), OpPopcnt: info("popcnt", 1, pure),
	OpDivS: info("div_s", 2, 0), OpDivU: info("div_u", 2, 0), OpRemS: info("rem_s", 2, 0), OpRemU: info("rem_u", 2, 0),
	OpSExt8: info("sext8", 1, pure), OpSExt16: info("sext16", 1, pure), OpSExt32: info("sext32", 1, pure),
	OpExtendS: info("extend_s", 1, pure), OpExtendU: info("extend_u", 1, pure), OpWrap: info("wrap", 1, pure),
	OpIcmp: info("icmp", 2, pure), OpMulHiS: info("mulhi_s", 2, pure|commutative), OpMulHiU: info("mulhi_u", 2, pure|commutative),

	OpFadd: info("fadd", 2, pure), OpFsub: info("fsub", 2, pure), OpFmul: info("fmul", 2, pure), OpFdiv: info("fdiv", 2, pure),
	OpFmin: info("fmin", 2, pure), OpFmax: info("fmax", 2, pure), OpFcopysign: info("fcopysign", 2, pure),
	OpFabs: info("fabs", 1, pure), OpFneg: info("fneg", 1, pure), OpFsqrt: info("fsqrt", 1, pure),
	OpFceil: info("fceil", 1, pure), OpFfloor: info("ffloor", 1, pure), OpFtrunc: info("ftrunc", 1, pure), OpFnearest: info("fnearest", 1, pure),
	OpFcmp: info("fcmp", 2, pure),

	OpPromote: info("promote", 1, pure), OpDemote: info("demote", 1, pure),
	OpConvertS: info("convert_s", 1, pure), OpConvertU: info("convert_u", 1, pure),
	OpTruncS: info("trunc_s", 1, 0), OpTruncU: info("trunc_u", 1, 0),
	OpTruncSatS: info("trunc_sat_s", 1, pure), OpTruncSatU: info("trunc_sat_u", 1, pure),
	OpBitcast: info("bitcast", 1, pure), OpSelect: info("select", 3, pure),
	OpVector: info("vector", -1, pure), OpShuffle: info("shuffle", 2, pure),

	OpLoad: info("load", 2, 0), OpStore: info("store", 3, 0), OpBoundsCheck: info("bounds_check", 2, 0),
	OpAtomicLoad: info("atomic_load", 1, 0), OpAtomicStore: info("atomic_store", 2, 0), OpAtomicXchg: info("atomic_xchg", 2, 0), OpAtomicAdd: info("atomic_add", 2, 0),
	OpAtomicAnd: info("atomic_and", 2, 0), OpAtomicOr: info("atomic_or", 2, 0), OpAtomicXor: info("atomic_xor", 2, 0),
	OpAtomicCas: info("atomic_cas", 3, 0), OpFence: info("fence", 0, 0), OpPause: info("pause", 0, 0),
	OpGet: info("get", 1, 0), OpGetInvariant: info("get_invariant", 1, pure), OpSet: info("set", 2, 0),
	OpAlloc: info("alloc", 0, 0), OpCommit: info("commit", 1, 0),
	OpPart: info("part", 1, 0), OpPartFixed: info("part_fixed", 1, 0), OpSetPart: info("set_part", 2, 0),
	OpNewArray: info("new_array", 3, 0),
	OpTrapIf:   info("trap_if", 1, 0), OpTrapUnless: info("trap_unless", 1, 0),

	OpCall: info("call", -1, call), OpCallRecord: info("call_record", -1, call), OpBuiltin: info("builtin", -1, call),
	OpResult: info("result", 1, 0), OpPoll: info("poll", 0, 0), OpFuel: info("fuel", 0, 0),
	OpResume: info("resume", -1, call), OpSuspendTo: info("suspend_to", -1, call), OpSuspendTag: info("suspend_tag", -1, call),
	OpSuspend: info("suspend", -1, call), OpSwitch: info("switch", -1, call),
	OpResumeThrow: info("resume_throw", -1, call), OpContNew: info("cont_new", 2, call),

	OpJump: info("jump", 0, terminator), OpIf: info("if", 1, terminator), OpTable: info("table", 1, terminator),
	OpReturn: info("return", -1, terminator), OpTrap: info("trap", 0, terminator),
	OpTailCall: info("tail_call", -1, terminator), OpTailCallRecord: info("tail_call_record", -1, terminator),
	OpReenter: info("reenter", -1, terminator),
	OpInvoke:  info("invoke", 1, terminator),
}

// HasMem reports whether the operation moves what Value.Mem says.
func (o Op) HasMem() bool {
	switch o {
	case OpLoad, OpStore, OpPart, OpPartFixed, OpSetPart:
		return true
	}
	return o.IsAtomic()
}

// IsRead reports whether the operation depends on what is in memory, but has no effect.
func (o Op) IsRead() bool { return o == OpGet || o == OpPart || o == OpPartFixed }

func (o Op) String() string { return Ops[o].Name }

// Info returns the row of the table of operations.
func (o Op) Info() *OpInfo { return &Ops[o] }

// IsAtomic reports whether the operation is an atomic access.
func (o Op) IsAtomic() bool { return OpAtomicLoad <= o && o <= OpAtomicCas }

// A Cond is a comparison. For floats, all but Ne are false for NaN, and the
// signed names are used.
type Cond uint8

const (
	Eq Cond = iota
	Ne
	LtS
	GeS
	GtS
	LeS
	LtU
	GeU
	GtU
	LeU
)

var condNames = [...]string{"eq", "ne", "lt_s", "ge_s", "gt_s", "le_s", "lt_u", "ge_u", "gt_u", "le_u"}

func (c Cond) String() string { return condNames[c] }

// Negate returns the opposite comparison of integers.
func (c Cond) Negate() Cond { return c ^ 1 }

// Swap returns the comparison with its arguments swapped.
func (c Cond) Swap() Cond {
	switch c {
	case LtS:
		return GtS
	case GtS:
		return LtS
	case LeS:
		return GeS
	case GeS:
		return LeS
	case LtU:
		return GtU
	case GtU:
		return LtU
	case LeU:
		return GeU
	case GeU:
		return LeU
	}
	return c
}

// A Mem says what a memory access moves: how many bytes, and how a load widens
// them to the type of the value. What a vector has beyond is zeros.
type Mem uint8

const (
	Mem8S Mem = iota
	Mem8U
	Mem16S
	Mem16U
	Mem32S
	Mem32U
	Mem64 // also floats of 64 bits; floats of 32 bits are Mem32U
	_
	Mem128
)

var memNames = [...]string{"8s", "8u", "16s", "16u", "32s", "32u", "64", Mem128: "128"}

func (m Mem) String() string { return memNames[m] }

// Size returns the number of bytes.
func (m Mem) Size() int { return 1 << (m / 2) }
