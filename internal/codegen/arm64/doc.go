// Package arm64 turns Weft's intermediate representation into machine code for AArch64 processors (ARMv8.0, with LSE
// if it is there): a [Selector] chooses instructions over virtual registers, package codegen gives them registers,
// and an [Emitter] writes bytes. Both embed what all instruction sets share, [codegen.Selection] and
// [codegen.Emission]. docs/native.md says how they work.
//
// # Machine instructions
//
// Nearly all instructions of this processor have three registers in the same places, and everything else they do (the
// operation, a shift of an operand, an immediate) is in the other bits. So a machine instruction is a shape, which says
// what the operands are (mop.go), and an [Op] with the other bits, which the selector composes. A new instruction is a
// constant; neither the emitter nor the table of operations knows it. What is a row of instructions has an operation of
// its own.
//
// # The assembler
//
// An [Assembler] appends instructions to a buffer. [Assembler.RRR] and its like take an Op and registers. Op.Of makes
// the form for 64 bits of one for 32, Op.OfFloat that of a double of one for a single, Op.OfLanes that for wider lanes
// of one for bytes. What an instruction cannot have, as the displacement of an access, the assembler makes of several,
// through X16; whoever wants to know whether that is so asks encodable, addImmediate or logicalImmediate.
//
// Registers are not what the assembler chooses: X16 is for rows of instructions, as is LR between prologue and
// epilogue. machine.go lists those with a meaning.
//
// # Labels
//
// Conditional branches reach 1 MiB, tests of a bit 32 KiB. A function is emitted as if all reached; in a function
// that is larger, [Assembler.Finish] makes those longer that do not (label.go), and [Assembler.Final] translates
// offsets that were recorded on the way.
package arm64
