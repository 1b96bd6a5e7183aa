// Package codegen is the part of code generation that processors share: machine
// instructions over virtual registers, the allocation of registers, the calling
// convention, and the tables that code carries beside its bytes.
//
// An instruction set chooses instructions for a function in SSA form (making a
// [Func]), [Allocate] gives their operands registers and adds moves, and the
// instruction set emits bytes.
package codegen

import (
	"weft/internal/ssa"
	"weft/wasm"
)

// A Reg is a register of the machine, below 64. Which of them are general registers and which are for floats the
// instruction set says by Machine.Allocatable.
type Reg uint8

// NoReg stands where there is no register.
const NoReg Reg = 0xff

// A Class is a kind of registers.
type Class uint8

const (
	Int Class = iota
	Float
)

// A VReg is a virtual register: a value that is defined once. 0 is none.
type VReg uint32

// A VRegInfo describes a virtual register.
type VRegInfo struct {
	Class Class
	// Size in bytes, of the value and of its place in the frame: 4, 8 or, for floats, 16.
	Size uint8
	// Remat says that an instruction can make the value again wherever it is needed, in
	// any register of its class and without operands: Op, Imm of it.
	Remat   bool
	RematOp uint16
	Imm     int64
}

// An OperandKind says what an instruction does with an operand.
type OperandKind uint8

const (
	// Use reads a register at the beginning of the instruction.
	Use OperandKind = iota
	// UseLate reads it until after definitions are written: they get other registers.
	UseLate
	// Def writes the register at the end.
	Def
	// DefTied writes the register of the instruction's first operand, which is a Use
	// that the instruction destroys (x86's two-address form).
	DefTied
	// Temp is a register that the instruction needs for itself: it is none of the others'. Its
	// class is that of its VReg, which has no definition; Int without one.
	Temp
	// Clobber is a fixed register (Fixed; no VReg) that the instruction destroys.
	Clobber
)

// An Operand is a register that an instruction reads or writes.
type Operand struct {
	V    VReg
	Kind OperandKind
	// Fixed is the register that it must be, NoReg for any of the class.
	Fixed Reg
	// Reg is what the allocator has chosen.
	Reg Reg
}

// An Inst is a machine instruction. Op, Cond, Size, Scale, Imm and Disp have the
// meaning that the instruction set gives them.
type Inst struct {
	Op    uint16
	Cond  uint8
	Size  uint8
	Scale uint8
	Flags InstFlags
	Disp  int32
	Imm   int64
	// Pos is the offset in the body of what the instruction comes from.
	Pos int32
	// First and Count name the operands, in Func.Operands.
	First, Count uint32
}

// InstFlags are what the allocator must know of an instruction.
type InstFlags uint8

const (
	// Call destroys all registers: what lives across it is in the frame. Its uses and
	// definitions are fixed.
	Call InstFlags = 1 << iota
	// Commutative: the first two operands, uses, may be swapped.
	Commutative
	// Spill, Reload, Move and Remat are made by the allocator. Move: operand 0 defined from
	// operand 1, by Reg. Exchange swaps the integer registers of its two operands. Imm of
	// Spill and Reload is the offset in the frame; the value's VReg is operand 0's.
	Spill
	Reload
	Move
	Exchange
	Remat
)

// A Block is a sequence of instructions. Its last ones branch.
type Block struct {
	ID     int
	Params []VReg
	// Insts is the range of Func.Insts; the allocator replaces it (Func.Insts is made anew).
	First, End int
	Succs      []Edge
	Preds      []int // each once
	LoopDepth  int
	IsLoop     bool
	// Pad blocks are entered by the run time or by another stack, with every
	// value in the frame; their parameters arrive in PadRegs.
	Pad     bool
	PadRegs []Reg
}

// An Edge goes to a block, with the values of its parameters. A block with several
// successors only goes to blocks with one predecessor (the instruction set splits
// critical edges), and hands them no arguments.
type Edge struct {
	To   int
	Args []VReg
}

// A Func is a function of machine instructions. Blocks are in their order in memory
// and in reverse postorder of a reducible graph, but that cold ones may come last. Blocks[0]
// is the entry; its parameters are defined by operands of its first instruction.
type Func struct {
	Blocks   []Block
	Insts    []Inst
	Operands []Operand
	VRegs    []VRegInfo // by VReg; VRegs[0] is not used

	// InstanceHome asks for the first VReg defined by the entry, the instance, to be
	// in the frame at offset 0 from the beginning.
	InstanceHome bool

	// Bindings are the shapes of operations cont.bind, which instructions name.
	Bindings []Binding
	// Begins says that continuations begin with the function: then it jumps to what its return address is,
	// because nobody has called it.
	Begins bool

	// Homes is how many slots of the frame instructions use by themselves, from HomesAt on, an offset that the
	// allocator finds out.
	Homes int32

	// Vectors are constants of 16 bytes that instructions name.
	Vectors []ssa.Vector
	// Catches and Inlined are those of ssa.Func.
	Catches [][]wasm.Catch
	Inlined ssa.Inlined

	// What the allocator finds out.
	FrameSize int // a multiple of 8
	HomesAt   int32
}

// A Machine is what the allocator must know of the processor.
type Machine struct {
	// Allocatable are the registers of each class, the first ones preferred.
	Allocatable [2][]Reg
	// Scratch is a floating-point register for moves, never allocated.
	Scratch Reg
}

// InstOperands returns the operands of an instruction.
func (f *Func) InstOperands(in *Inst) []Operand {
	return f.Operands[in.First : in.First+in.Count]
}
