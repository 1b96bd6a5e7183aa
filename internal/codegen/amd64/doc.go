// Package amd64 turns Weft's intermediate representation into machine code for
// x86-64 processors: a [Selector] chooses instructions over virtual registers,
// package codegen gives them registers, and an [Emitter] writes bytes. The files
// select*.go, mop.go and emit*.go are these; docs/native.md says how they work. The
// others are the assembler.
//
// # Machine instructions
//
// What a [codegen.Inst] does is a mop (mop.go): an operation, the form of its last
// operand, and for comparisons what consumes the flags. Selection and emission agree on
// the order of operands that the table in mop.go gives.
//
// # The assembler
//
// An [Assembler] appends instructions to a buffer. Instructions that are encoded
// alike share a method, and which of them is meant is an argument whose value
// is the encoding:
//
//   - [ALU]: the eight operations of arithmetic and logic whose operands may be
//     registers, memory and immediates in every combination (int.go);
//   - [Op]: an integer register and a register or memory, in that order (op.go);
//   - [Unary], [Shift]: one operand, a register or memory (int.go);
//   - [SSE]: an X register and a register or memory (sse.go);
//   - [VEX]: the shifts of BMI2, with three operands (vex.go).
//
// So there is no table to look into at run time, no string and no map, and an
// instruction is emitted by composing at most eight bytes in a register. Once
// the buffer and the list of sites have grown to what functions need, emitting
// allocates nothing.
//
// Where an operation has the operand sizes 8, 16, 32 and 64 bits, a [Size] says
// which. A 32-bit result clears the upper half of its register; 8- and 16-bit
// ones leave the other bits alone.
//
// Operations of WebAssembly that the processor lacks, or has with another
// meaning, are sequences (numeric.go): minimum and maximum of floats, conversions,
// divisions. A test runs them and compares them with exact arithmetic.
//
// An operand that has no encoding (a stack pointer as an index, a scale of
// three) is a mistake of the compiler, and the assembler panics.
//
// # Labels, and short jumps
//
// A jump takes two bytes when its target is near, and five or six otherwise. How
// near a label is that comes later is not known while emitting, and how near an
// earlier one is may still change. So every jump is emitted long and remembered
// as a site; [Assembler.Finish] finds those that can be short, and moves the code
// together. Padding before a loop is a site, too: it is emitted as long as it can
// get. Hence code only ever shrinks, distances measured before are upper bounds,
// and two passes over the sites are enough to find nearly all short jumps.
//
// Offsets into the code therefore change in Finish. [Assembler.Final] translates
// those that were recorded on the way; labels are translated by themselves.
//
// # Processors
//
// SSE2 belongs to x86-64. Whatever is newer is encoded when asked for: to ask for
// nothing that the processor lacks, as [Detect] tells, is the duty of whoever
// chooses the instructions. For SSE4.1 and POPCNT there are no substitutes here:
// processors have had them since 2008, and those before are the interpreter's.
package amd64
