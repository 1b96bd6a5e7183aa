package interp

import (
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// An instr is an instruction of the register code. Unless op's comment says
// otherwise a is the result's slot and b and c those of the operands, as byte
// offsets from the frame pointer.
type instr struct {
	op      op
	d       uint16
	a, b, c uint32
}

const instrSize = 16

var _ = [1]struct{}{}[unsafe.Sizeof(instr{})-instrSize]

// imm64 is the 64-bit immediate in b and c.
func (in *instr) imm64() uint64 { return uint64(in.c)<<32 | uint64(in.b) }

func instr64(op op, a uint32, v uint64) instr {
	return instr{op: op, a: a, b: uint32(v), c: uint32(v >> 32)}
}

// next returns the instruction behind, for immediates that do not fit into one.
func (in *instr) next() *instr { return (*instr)(unsafe.Add(unsafe.Pointer(in), instrSize)) }

// An op is the operation of an instr. The numbers below wasm.NumOpcodes are
// WebAssembly's own: such an op does what that instruction does.
type op uint16

// In the comments, → is a branch: c is the distance in bytes from the next
// instruction.
const (
	opExit       op = wasm.NumOpcodes + iota // stub: ends the call from the host
	opContReturn                             // stub: ends the continuation

	opCopy  // a = b
	opCopy2 // a = b, 2 slots
	opMove  // c bytes from b down to a
	opZero  // c bytes at a become 0
	opConst // a = imm64
	opSelect2
	opGlobalGet2 // a = global b, 2 slots
	opGlobalSet2 // global b = a, 2 slots

	opBr       // →
	opBrIf     // → if a ≠ 0 (i32)
	opBrUnless // → if a = 0 (i32)
	opBrTable  // a: index, b: number of labels; followed by b+1 opBr
	opTryTable // c: number of clauses, which follow and are skipped
	opCatch    // clause: d: wasm.CatchKind, a: where the values go, b: tag, →
	opHandler  // clause of a legacy try: d: wasm.CatchKind, a: where the exception goes and behind it the values, b: tag; its code follows
	opReturn   // a: results, b: their bytes, c: offset of the link
	opReturn1  // a: result, c: offset of the link
	opReturn0  // c: offset of the link

	opCall         // a: arguments, b: byte offset in the array of own functions, c: bytes of arguments
	opCallFunc     // a: arguments, b: function, c: bytes of arguments
	opCallIndirect // a: arguments, then index, b: type, c: bytes of arguments, d: 1 if the index is an i64; next.b: table
	opCallRef      // a: arguments, then function, c: bytes of arguments
	opTailCallFunc // the same as tail calls
	opTailCallIndirect
	opTailCallRef

	// Of a lane load, c is the vector; of lane loads and stores next.d is the lane.
	opLoadFar  // d: wasm.Opcode, a = [b]; next.a: memory, next.imm64: offset
	opStoreFar // d: wasm.Opcode, [a] = b; next.a: memory, next.imm64: offset

	opStep   // takes a unit of fuel, where steps are counted
	opWatch  // asks a watcher about watched instruction b: d: kinds of its first operands, which lie at a
	opEnter  // tells a listener that the function is called
	opLeave  // tells it that the function returns; a: results, b: their bytes
	opAtomic // d: wasm.Opcode, a = result, b: address, c: operand, behind it a second one; next as for opLoadFar

	opContNew        // a = continuation of function b; c: type
	opContBind       // a: values, then continuation; result in a; b: bytes of values; c: type
	opSuspend        // a: payload; results in a; b: bytes of payload; c: tag
	opSuspendTo      // a: payload, then handler; results in a; b: bytes of payload; c: tag; next.b: type of the handler
	opTagNew         // a = a new tag
	opSuspendTag     // a: payload, then tag; results in a; b: bytes of payload; c: function type
	opResumeTags     // a: arguments, then tags, then continuation; b: bytes of arguments; d: number of tags; followed by opClauses
	opResume         // a: arguments, then continuation; b: bytes of arguments; followed by opClauses
	opResumeWith     // the same; the name of the handler goes behind the arguments
	opResumeThrow    // a: payload, then continuation; b: bytes of payload; c: tag; followed by opClauses
	opResumeThrowRef // a: exception, then continuation; followed by opClauses
	opExtra          // more operands of the instruction before
	opClauses        // a: where the results go; c: number of clauses, which follow
	opOnLabel        // clause: a: where the payload goes, b: tag, →
	opOnName         // the same as opOnLabel, of a handler with a name
	opOnTag          // the same, of a tag that is a value; b: its type
	opOnSwitch       // clause: b: tag
	opSwitch         // a: arguments, then continuation; results in a; b: bytes of arguments; c: tag; next.b: type of the continuation that it becomes

	opTestDesc // a = object b has the descriptor c (i32); d: whether a null b has each

	// Parts of objects, by width in bits; lower_aggregate.go counts on the order.
	opStructGet8U // a = part of b at offset c
	opStructGet8S
	opStructGet16U
	opStructGet16S
	opStructGet32
	opStructGet64
	opStructGet128
	opStructSet8 // part of a at offset c = b
	opStructSet16
	opStructSet32
	opStructSet64
	opStructSet128
	opArrayGet8U // a = element c of b
	opArrayGet8S
	opArrayGet16U
	opArrayGet16S
	opArrayGet32
	opArrayGet64
	opArrayGet128
	opArraySet8 // element b of a = c
	opArraySet16
	opArraySet32
	opArraySet64
	opArraySet128

	// Operations with a constant c, sign-extended from 32 bits.
	opI32AddImm
	opI32MulImm
	opI32AndImm
	opI32OrImm
	opI32XorImm
	opI32ShlImm
	opI32ShrSImm
	opI32ShrUImm
	opI64AddImm
	opI64MulImm
	opI64AndImm
	opI64OrImm
	opI64XorImm
	opI64ShlImm
	opI64ShrSImm
	opI64ShrUImm

	// Comparisons with a constant c, in the order of the wasm opcodes.
	opI32EqImm
	opI32NeImm
	opI32LtSImm
	opI32LtUImm
	opI32GtSImm
	opI32GtUImm
	opI32LeSImm
	opI32LeUImm
	opI32GeSImm
	opI32GeUImm
	opI64EqImm
	opI64NeImm
	opI64LtSImm
	opI64LtUImm
	opI64GtSImm
	opI64GtUImm
	opI64LeSImm
	opI64LeUImm
	opI64GeSImm
	opI64GeUImm

	// → if a ? b, in the order of the wasm opcodes.
	opBrI32Eq
	opBrI32Ne
	opBrI32LtS
	opBrI32LtU
	opBrI32GtS
	opBrI32GtU
	opBrI32LeS
	opBrI32LeU
	opBrI32GeS
	opBrI32GeU
	opBrI64Eq
	opBrI64Ne
	opBrI64LtS
	opBrI64LtU
	opBrI64GtS
	opBrI64GtU
	opBrI64LeS
	opBrI64LeU
	opBrI64GeS
	opBrI64GeU

	// → if a ? constant b, in the order of the wasm opcodes.
	opBrI32EqImm
	opBrI32NeImm
	opBrI32LtSImm
	opBrI32LtUImm
	opBrI32GtSImm
	opBrI32GtUImm
	opBrI32LeSImm
	opBrI32LeUImm
	opBrI32GeSImm
	opBrI32GeUImm
	opBrI64EqImm
	opBrI64NeImm
	opBrI64LtSImm
	opBrI64LtUImm
	opBrI64GtSImm
	opBrI64GtUImm
	opBrI64LeSImm
	opBrI64LeUImm
	opBrI64GeSImm
	opBrI64GeUImm
)

// A header stands before the first instruction of a function's code.
type header struct {
	frame uint32 // bytes of the frame
	link  uint32 // offset of the link: bytes of the parameters
	left  int32  // calls and turns of loops before the function is hot; all stores count (see tier.go)
	_     uint32
}

// funcRecordSize is the distance between the records of own functions.
const funcRecordSize = uint32(unsafe.Sizeof(store.FuncRecord{}))

const linkSize = 24

// A funcCode is the Go half of a function's code: what is needed only to lower
// it, to unwind and to describe it.
type funcCode struct {
	start    uintptr     // of the header
	offsets  []uint32    // of the wasm instruction in the body, for each instr
	tries    []tryRange  // inner ones first
	barriers []codeRange // in which no suspension may pass the frame
	loops    []loopStart // at which it can be handed over (see tier.go)
	locals   uint32      // bytes of the locals that are not parameters
}

// A codeRange is a half-open interval of instructions.
type codeRange struct{ start, end uint32 }

// A tryRange is the part of a function's code that a try_table encloses, or the
// first part of a legacy try. Such a try has a range for each of its handlers.
type tryRange struct {
	start, end uint32 // half-open interval of instructions
	clauses    uint32 // index of the first
	count      uint32
	// depth is the number of blocks around the block. If no clause matches, the
	// search goes on at depth next: with delegate not all that is around matters.
	depth, next uint32
}

// index returns the number of the instruction before ip.
func (f *funcCode) index(ip uintptr) uint32 {
	return uint32((ip-f.start-instrSize)/instrSize) - 1
}

// tailCalls reports whether the instruction is a tail call. While a host function
// runs that one calls, the frame is still there, but its blocks are no more.
func (f *funcCode) tailCalls(at uint32) bool {
	if at >= uint32(len(f.offsets)) {
		return false
	}
	op := f.instr(at).op
	if op == opExtra {
		op = f.instr(at - 1).op
	}
	return op >= opTailCallFunc && op <= opTailCallRef
}

// instr returns an instruction by number.
func (f *funcCode) instr(i uint32) *instr {
	return (*instr)(store.Pointer(f.start + instrSize + uintptr(i)*instrSize))
}
