package codegen

import "weft/internal/ssa"

// This file is the contract between the engine (package native) and an instruction set: all that the one asks of the
// other. A new instruction set is a package that has a [Target], and a file in package native that names it.
//
// # What is the same on all instruction sets
//
// Values travel as a [Convention] says, and none lives in a register across a call. Beside them some registers have
// a role at calls ([Registers]); the one of the [Context] has it at every instruction of native code.
//
// The stack pointer moves only in prologue and epilogue, and on the stack there is
//
//	SP                the frame: Code.FrameSize bytes, its first word the instance if the function calls
//	SP + FrameSize    the return address
//	...               the caller's frame
//
// So who walks stacks needs no more than the tables. Where the processor's call leaves the return address in a
// register, the callee stores it there: its prologue does, and so does the code of the border ([Border.Called]).
//
// The stack of a continuation that has not begun ends with two words. Its function is entered as if it was called with
// the last one, or both, in the caller's frame, which begins with 0: no instance. It returns to Context.ContReturnStub.
//
// Bound values lie below that, from a multiple of the stack's alignment on: their number of slots, and they.
//
// A [Site] is told by a return address, or by the address of an instruction that faults. Behind each resume stands a
// mark, which has no effect, and leads to the clauses of that resume: to a list of pairs, the address of a tag's record
// and a landing pad, that ends with 0. What is in the lowest bits of the first tells kinds of clauses.
//
// An i32 in a register has zeros in the upper half.

// SwitchClause is added to the tag in a clause that is for switch, NamedClause in one for suspensions by name.
const (
	SwitchClause = 1
	NamedClause  = 2
)

// A Target is an instruction set with those of its extensions that code may use. It is a description and never changes.
type Target interface {
	// String names the instruction set and the extensions: code that was saved is for the same string.
	String() string
	// Registers says which registers there are, and what they are for.
	Registers() *Registers
	// NewBackend returns a compiler, and NewBorder what writes the border.
	NewBackend() Backend
	NewBorder() Border

	// AppendTrampoline appends TrampolineLen bytes of code that is to lie at an address: it puts a number into the
	// register for records, which keeps nothing else, and jumps to another address.
	AppendTrampoline(code []byte, at, to uintptr, number uint32) []byte
	// SetCall makes a call direct, to a place that lies so far from the beginning of the code. It reports whether the
	// call can be; one that is not Indirect always can.
	SetCall(code []byte, call *Relocation, to int64) bool
	// SetMark writes into the mark of a resume, whose site is at an offset of the code, where an instance has the
	// clauses.
	SetMark(code []byte, site int, clauses int32)
	// Pad fills what is never executed with instructions that stop the process.
	Pad(code []byte)
}

// TrampolineLen is the distance of two trampolines.
const TrampolineLen = 16

// Registers says what the registers of an instruction set are for. [Context.Saved] and [Context.SavedX] have a place
// for each, by its number (for SavedX without FirstFloat).
type Registers struct {
	Convention
	// FirstFloat is the number of the first register for floats and vectors.
	FirstFloat Reg
	// Ints and Floats are those in which code may have something where it calls a stub that keeps everything.
	Ints, Floats []Reg
	// Inner are those in which there may be something only between two instructions of one operation: the
	// scratch registers, and the one of return addresses.
	Inner []Reg

	// Stack is the stack pointer, and Context leads to the store's Context, at every instruction.
	Stack, Context Reg
	// Instance has the callee's instance at each call. None of the following carries arguments.
	Instance Reg
	// Record has the callee's function record at a call that goes through one, and the function at cont.new.
	Record Reg
	// TailCaller has the caller's instance at a tail call that goes through a record.
	TailCaller Reg
	// Continuation is what an operation on continuations is about: a reference, the name of a handler, a tag.
	Continuation Reg
	// Number is what it is about besides: a tag's index, a type, the place of a resume.
	Number Reg

	// Pushed is how many bytes a call puts onto the stack: the return address, or nothing if that is in the register
	// Link, which is NoReg elsewhere.
	Pushed int32
	Link   Reg
	// GrowFrame is the size of the frame around the call of the stub for a larger stack, in a prologue: 0, or what a
	// prologue needs that must put the return address onto the stack by itself.
	GrowFrame uintptr
}

// A Backend compiles functions, one after the other, and keeps its memory. Between Select and Emit a function's
// operands get registers ([Allocator]); what both return is good until the next call.
type Backend interface {
	// Configure says for what the functions are that come.
	Configure(*Runtime)
	// Machine is what the allocator must know.
	Machine() *Machine
	// Select chooses instructions over virtual registers, and Emit writes bytes.
	Select(*ssa.Func) (*Func, error)
	Emit(*Func) (*Code, error)
	// InstName returns what an instruction is called, for [Func.Text].
	InstName(*Inst) string
}

// A Field is eight bytes in memory, unless an operation says otherwise: Offset bytes behind what a register leads to.
type Field struct {
	Base   Reg
	Offset int32
}

// Plus is another field, so many bytes behind.
func (f Field) Plus(bytes int32) Field { return Field{f.Base, f.Offset + bytes} }

// A Border writes the code between Go and compiled functions: stubs, and adapters for function types. What these do,
// the engine says (native/stubs.go, native/adapters.go), in terms of these operations. They change no register but
// those that are named, and, where nothing else is said, the scratch registers that no compiled code has live at a
// call.
type Border interface {
	// Labels are as everywhere: numbered, bound once, and their offset is known when the code is finished.
	NewLabel() Label
	Bind(Label)
	Align(bytes int)
	Finish() []byte
	Offset(Label) int

	Load(Reg, Field)
	Store(Field, Reg)
	// LoadValue and StoreValue are for values of a type, in registers of the convention. An f32 has zeros above it in
	// memory; that takes the register for numbers.
	LoadValue(Reg, Field, ssa.Type)
	StoreValue(Field, Reg, ssa.Type)
	// Set64 and Set32 write eight and four bytes, of a number with a sign. Copy64From32 and Copy32From64 copy as many as
	// they say; both take the register of the first integer result.
	Set64(Field, int32)
	Set32(Field, int32)
	Copy64From32(to, from Field)
	Copy32From64(to, from Field)
	// Address makes a register the address of a field.
	Address(Reg, Field)
	// StoreLabel writes the address of a label. It takes the register of the first integer result.
	StoreLabel(Field, Label)
	// LoadStack and StoreStack are for the stack pointer.
	LoadStack(Field)
	StoreStack(Field)
	// SaveFlags and RestoreFlags are for the flags of the processor. SaveFlags may change all registers but the
	// Context's and the stack pointer, and RestoreFlags too.
	SaveFlags(Field)
	RestoreFlags(Field)
	// Prefetch asks for the cache line of a field.
	Prefetch(Field)

	// Computations of 64 bits, for the few stubs that decide something; the first operand has the result.
	SetNumber(Reg, int32)
	Move(Reg, Reg)
	Add(Reg, Reg)
	AddFrom(Reg, Field)
	Increase(Reg, int32)
	IncreaseAt(Field, int32)
	AndFrom(Reg, Field)
	And(Reg, Reg)
	Multiply(Reg, Reg)
	ShiftLeft(r Reg, bits uint8)
	ShiftRight(r Reg, bits uint8)
	// CopyStack makes a register the stack pointer, and SetStack is the opposite.
	CopyStack(Reg)
	SetStack(Reg)
	// Load32 reads four bytes, and has zeros above them in the register.
	Load32(Reg, Field)
	// LoadAtomic reads eight or four bytes, and SetAtomic writes four, in the order of the processors' own: what comes
	// before in the code is visible before. Unless others ask the system for a fence, a LoadAtomic behind a SetAtomic
	// waits for it. SetAtomic takes the register of the first integer result.
	LoadAtomic(Reg, Field)
	LoadAtomic32(Reg, Field)
	SetAtomic(to Field, v int32, othersFence bool)
	// JumpIf compares two registers, JumpIfAt one with a field, JumpIfZero and JumpIfNotZero one with 0, and JumpIfSet32
	// four bytes with 0.
	JumpIf(a Reg, c Condition, b Reg, l Label)
	JumpIfAt(a Reg, c Condition, b Field, l Label)
	JumpIfZero(Reg, Label)
	JumpIfNotZero(Reg, Label)
	JumpIfSet32(Field, Label)
	// JumpTo goes to a label.
	JumpTo(Label)

	// Jump goes to the code whose address a field has, and changes no register that code could have live
	// anywhere. Call calls it.
	Jump(Field)
	Call(Field)
	// JumpUnlessByte goes to the label unless the lowest byte of a register is the one at the field.
	JumpUnlessByte(Reg, Field, Label)
	// Called begins code that was called: the return address lies on the stack from then on, and nothing else is
	// different. Return takes it from there and goes there.
	Called()
	Return()
	// ReturnsTo makes a function that is jumped to next return to the code whose address a field has; where calls put
	// that onto the stack, it is there already.
	ReturnsTo(Field)
	// OpenFrame makes a frame whose first word is 0: of a caller without an instance.
	OpenFrame()
	// Mark is that of a resume.
	Mark(clauses int32)
	// Breakpoint stops the process.
	Breakpoint()

	// FromGo notes in the Context where Go's stack is, and what else enter must find again when it returns; ToGo
	// restores that, and ReturnToGo returns from enter then.
	FromGo()
	ToGo()
	ReturnToGo()
	// Synchronize lets the thread see code that others have written before.
	Synchronize()
}

// A Condition is how two words are to compare for a jump, as numbers without sign.
type Condition uint8

const (
	IfEqual Condition = iota
	IfNotEqual
	IfBelow
	IfAboveOrEqual
)

// A Label is a place in code. Labels are numbered from 0 as they are made.
type Label int32
