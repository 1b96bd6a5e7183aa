package wasm

// Immediates is the form of an instruction's immediates. The comment beside
// each form says which fields of [Instr] it fills, in the order of the binary
// format.
type Immediates uint8

const (
	ImmNone         Immediates = iota //
	ImmBlock                          // Block
	ImmTryTable                       // Block, Catches
	ImmLabel                          // Index: relative depth
	ImmLabels                         // Labels; the last one is the default
	ImmFunc                           // Index
	ImmType                           // Index
	ImmTypeTable                      // Index: type, Index2: table
	ImmTypes                          // Types
	ImmLocal                          // Index
	ImmGlobal                         // Index
	ImmTable                          // Index
	ImmTableTable                     // Index: destination, Index2: source
	ImmElem                           // Index
	ImmElemTable                      // Index: segment, Index2: table
	ImmMemory                         // Index
	ImmMemoryMemory                   // Index: destination, Index2: source
	ImmData                           // Index
	ImmDataMemory                     // Index: segment, Index2: memory
	ImmMemArg                         // Align, Index: memory, Offset64
	ImmMemArgLane                     // Align, Index: memory, Offset64, Lane
	ImmAtomic                         // Align, Index: memory, Order, Offset64
	ImmAtomicRMW                      // the same; the binary has the order twice in a byte
	ImmLane                           // Lane
	ImmShuffle                        // Bytes
	ImmI32                            // Bits, sign-extended
	ImmI64                            // Bits
	ImmF32                            // Bits
	ImmF64                            // Bits
	ImmV128                           // Bytes
	ImmHeapType                       // Ref, nullable
	ImmRefType                        // Ref, not nullable
	ImmRefTypeNull                    // Ref, nullable
	ImmCast                           // Index: label, Ref: source type, Ref2: target type
	ImmTypeField                      // Index: type, Index2: field
	ImmTypeLen                        // Index: type, Index2: number of elements
	ImmTypeData                       // Index: type, Index2: data segment
	ImmTypeElem                       // Index: type, Index2: element segment
	ImmTypeType                       // Index, Index2: types
	ImmTag                            // Index
	ImmTypeTag                        // Index: type, Index2: tag
	ImmResume                         // Index: type, Handlers
	ImmResumeTags                     // Index: type, Handlers, with tag types in the place of tags
	ImmResumeThrow                    // Index: type, Index2: tag, Handlers
	ImmFence                          // Order
)

// HasMemArg reports whether an alignment, a memory and an offset are among the immediates.
func (i Immediates) HasMemArg() bool {
	return i == ImmMemArg || i == ImmMemArgLane || i == ImmAtomic || i == ImmAtomicRMW
}

// BlockKind says how a block type is written.
type BlockKind uint8

const (
	BlockEmpty BlockKind = iota // no parameters, no results
	BlockValue                  // no parameters, one result
	BlockIndex                  // a function type
)

// A BlockType is the type of a block.
type BlockType struct {
	Kind  BlockKind
	Value ValType // BlockValue
	Index uint32  // BlockIndex
}

// FuncType returns the block type as a function type. The index must be one of
// a function type of m.
func (b BlockType) FuncType(m *Module) FuncType {
	switch b.Kind {
	case BlockValue:
		return FuncType{Results: []ValType{b.Value}}
	case BlockIndex:
		return m.FuncType(b.Index)
	}
	return FuncType{}
}

// CatchKind is the form of a clause of try_table; its values are the bytes of
// the binary format.
type CatchKind uint8

const (
	CatchTag    CatchKind = iota // catch: branches with the payload
	CatchTagRef                  // catch_ref: branches with the payload and the exception
	CatchAll                     // catch_all: branches with nothing
	CatchAllRef                  // catch_all_ref: branches with the exception
)

func (k CatchKind) String() string {
	return [...]string{"catch", "catch_ref", "catch_all", "catch_all_ref"}[k]
}

// HasTag reports whether clauses of the kind name a tag.
func (k CatchKind) HasTag() bool { return k == CatchTag || k == CatchTagRef }

// HasRef reports whether clauses of the kind deliver the exception itself.
func (k CatchKind) HasRef() bool { return k == CatchTagRef || k == CatchAllRef }

// A Catch is a clause of try_table.
type Catch struct {
	Kind  CatchKind
	Tag   uint32
	Label uint32
}

// HandlerKind is the form of a clause of resume; its values are the bytes of
// the binary format.
type HandlerKind uint8

const (
	OnLabel  HandlerKind = iota // (on tag label): handles suspend
	OnSwitch                    // (on tag switch): handles switch
)

// A Handler is a clause of resume, resume_throw or resume_throw_ref.
type Handler struct {
	Kind  HandlerKind
	Tag   uint32
	Label uint32 // OnLabel
}

// A MemoryOrder is what an atomic access or a fence promises about other accesses; its
// values are those of the binary format (proposal acquire-release atomics).
type MemoryOrder uint8

const (
	// SeqCst means that all accesses of that order, of all threads, happen one after the other.
	SeqCst MemoryOrder = iota
	// AcqRel means that nothing moves before a load or behind a store.
	AcqRel
)

func (o MemoryOrder) String() string { return [...]string{"seqcst", "acqrel"}[o] }

// An Instr is an instruction with its immediates. Which fields have a meaning
// depends on the instruction's [Immediates].
type Instr struct {
	Op     Opcode
	Offset int // of the first byte of the opcode, in the expression that it was read from

	Index, Index2 uint32
	Align         uint32 // binary logarithm
	Offset64      uint64 // offset of a memory access
	Order         MemoryOrder
	Bits          uint64 // a numeric constant
	Bytes         [16]byte
	Lane          uint8
	Block         BlockType
	Ref, Ref2     ValType

	// The slices share memory with the reader and hold until its next instruction.
	Labels   []uint32
	Types    []ValType
	Catches  []Catch
	Handlers []Handler
}
