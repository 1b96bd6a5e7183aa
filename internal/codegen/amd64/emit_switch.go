package amd64

import (
	"encoding/binary"
	"math"

	"weft/internal/codegen"
)

// Switching stacks, in the common case: inline code that jumps, with values in the
// registers of the convention. Whatever is not common jumps to a call of a stub, which
// leaves to Go (see docs/native.md): both do the same.
//
// A continuation goes on behind the instruction, at a resume with a mark: an instruction without
// effect that has, in its displacement, where the clauses of the resume lie, counted
// from the instance's record; 0 if there are none.
//
// The instance that a frame belongs to is at its beginning. So a suspension finds
// clauses through what it loads anyway: where its parent goes on, and its parent's frame.

// A SwitchLayout says where in a continuation's descriptor its fields are, and which values
// they take.
type SwitchLayout struct {
	Revision, State, Flags, Parent, Inner, Stack, PC, FP, OwnBytes, Awaits int32
	// LogSize is the binary logarithm of a descriptor's size.
	LogSize uint8
	// LastRevision is the first revision that is never given out.
	LastRevision uint32
	Suspended, Running,
	// FlagNative says that the stack has frames of machine code, FlagReady that PC, FP and
	// Inner tell where to go on, with the values that are passed and no others, FlagAnew that
	// Awaits is valid.
	FlagNative, FlagReady, FlagAnew uint8

	// TagType is the offset of the type in a tag's record.
	TagType int32
	// TagPtr returns the offset in an instance of the pointer to a tag's record.
	TagPtr func(index uint32) int64
	// TypeID returns the offset in an instance of the identity of a type.
	TypeID func(index uint32) int64
}

// clauseSize is the size of a clause behind an instance: a tag's record, and the landing
// pad. The list ends with a tag of 0.
const clauseSize = 16

// MarkPayload is where the displacement of a mark begins; it takes four bytes.
const MarkPayload = 3

// mark emits the mark of a resume.
func (e *Emitter) mark() {
	mark := [MarkPayload + 4]byte{0x0f, 0x1f, 0x80} // nop [rax+disp32]
	e.a.buf = append(e.a.buf, mark[:]...)
}

// SetMark writes where the clauses lie into code that begins with a mark.
func SetMark(code []byte, clauses int32) {
	binary.LittleEndian.PutUint32(code[MarkPayload:], uint32(clauses))
}

// stub emits the call that does what the common case does not. That of cont.new gets the
// identity of the type.
func (e *Emitter) stub(in *codegen.Inst) {
	if typeID := e.Config.Switch.TypeID; in.Disp == codegen.OffContNewStub && typeID != nil {
		e.a.Load(S32, numberReg, At(instanceReg, int32(typeID(uint32(in.Imm)))))
	} else {
		e.a.MovImm(numberReg, in.Imm)
	}
	e.a.CallMem(At(contextReg, in.Disp))
	e.called(in)
	e.sites[e.call].Number = in.Imm
}

// descriptor turns a number into an address.
func (e *Emitter) descriptor(r Reg) {
	e.a.ShiftImm(SHL, S64, r, e.Config.Switch.LogSize)
	e.a.ALULoad(ADD, S64, r, At(contextReg, codegen.OffConts))
}

// number turns the address of a descriptor into its number.
func (e *Emitter) number(r Reg) {
	e.a.ALULoad(SUB, S64, r, At(contextReg, codegen.OffConts))
	e.a.ShiftImm(SHR, S64, r, e.Config.Switch.LogSize)
}

// resume emits a resume. Common is a continuation that is ready.
func (e *Emitter) resume(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	if l.TagPtr == nil {
		e.stub(in)
		e.mark()
		return
	}
	const d, inner, ref, x, bytes = RBP, R12, R13, R14, RDX
	slow, back := a.NewLabel(), a.NewLabel()
	a.Mov(S64, ref, contReg)
	a.Mov(S32, d, contReg)
	e.descriptor(d)
	a.ShiftImm(SHR, S64, contReg, 32)
	a.ALULoad(CMP, S32, contReg, At(d, l.Revision))
	a.Jcc(NE, slow)
	a.ALUImm(CMP, S32, contReg, int32(l.LastRevision-1))
	a.Jcc(E, slow)
	a.TestMemImm(S8, At(d, l.Flags), int32(l.FlagReady))
	a.Jcc(E, slow)
	// The bytes of all stacks that become active: mostly it is one.
	sum, summed := a.NewLabel(), a.NewLabel()
	a.Load(S64, bytes, At(contextReg, codegen.OffStackInUse))
	a.ALULoad(ADD, S64, bytes, At(d, l.OwnBytes))
	a.Mov(S64, inner, d)
	a.ALULoad(CMP, S32, ref, At(d, l.Inner))
	a.Jcc(E, summed)
	a.Load(S32, inner, At(d, l.Inner))
	e.descriptor(inner)
	a.Mov(S64, x, inner)
	a.Bind(sum)
	a.ALULoad(ADD, S64, bytes, At(x, l.OwnBytes))
	a.Load(S32, x, At(x, l.Parent))
	e.descriptor(x)
	a.ALU(CMP, S64, x, d)
	a.Jcc(NE, sum)
	a.Bind(summed)
	a.ALULoad(CMP, S64, bytes, At(contextReg, codegen.OffStackBytes))
	a.Jcc(A, slow)

	a.Store(S64, At(contextReg, codegen.OffStackInUse), bytes)
	a.UnaryMem(INC, S32, At(d, l.Revision))
	a.StoreImm(S8, At(d, l.State), int32(l.Running))
	const self = R13
	a.Load(S64, self, At(contextReg, codegen.OffCurrent))
	a.Mov(S64, x, RSP)
	a.ALULoad(SUB, S64, x, At(self, l.Stack))
	a.Store(S32, At(self, l.FP), x)
	a.Lea(S64, x, back.Mem())
	a.Store(S64, At(self, l.PC), x)
	e.number(self)
	a.Store(S32, At(d, l.Parent), self)
	e.goOn(inner, x, bytes)
	a.JmpMem(At(inner, l.PC))

	a.Bind(slow)
	a.Mov(S64, contReg, ref)
	a.Load(S64, instanceReg, At(RSP, 0)) // as in every frame that calls
	e.stub(in)
	a.Bind(back)
	e.mark()
}

// goOn makes d the running continuation, except for where it goes on. It changes x and y.
func (e *Emitter) goOn(d, x, y Reg) {
	a, l := &e.a, &e.Config.Switch
	a.Store(S64, At(contextReg, codegen.OffCurrent), d)
	a.Load(S64, x, At(d, l.Stack))
	a.Load(S32, y, At(d, l.FP))
	a.Lea(S64, RSP, Indexed(x, y, 1, 0))
	a.ALUImm(ADD, S64, x, codegen.StackMargin)
	a.Store(S64, At(contextReg, codegen.OffStackLimit), x)
}

// suspend emits a suspend. Common is a resume with a clause for the tag, however many others
// lie between, in compiled code. The operand Scale is the register in which the clause gets
// the reference.
func (e *Emitter) suspend(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	result := Reg(in.Scale)
	if l.TagPtr == nil || result == NoReg || l.TagPtr(uint32(in.Imm)) > math.MaxInt32 {
		e.stub(in)
		return
	}
	const d, parent, clause, tag, x = RBP, R12, RDX, R14, R13
	bytes := result
	slow, back, level, up, next, found := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.Load(S64, tag, At(instanceReg, int32(l.TagPtr(uint32(in.Imm)))))
	a.Load(S64, parent, At(contextReg, codegen.OffCurrent))
	a.Zero(bytes)
	a.Bind(level)
	a.Mov(S64, d, parent)
	a.Load(S32, parent, At(d, l.Parent))
	a.Test(S32, parent, parent)
	a.Jcc(E, slow)
	e.descriptor(parent)
	a.ALULoad(ADD, S64, bytes, At(d, l.OwnBytes))
	a.Load(S64, x, At(parent, l.PC))
	a.Test(S64, x, x)
	a.Jcc(E, slow)
	a.OpLoad(Movsxd, S64, clause, At(x, MarkPayload))
	a.Test(S64, clause, clause)
	a.Jcc(E, up)
	a.Load(S32, x, At(parent, l.FP))
	a.ALULoad(ADD, S64, x, At(parent, l.Stack))
	a.ALULoad(ADD, S64, clause, At(x, 0)) // the parent's instance
	a.Bind(next)
	a.Load(S64, x, At(clause, 0))
	a.ALUImm(ADD, S64, clause, clauseSize)
	a.ALU(CMP, S64, x, tag)
	a.Jcc(E, found)
	a.Test(S64, x, x)
	a.Jcc(NE, next)
	a.Bind(up)
	a.Jmp(level)

	a.Bind(found) // d is to be captured, with those above it
	a.ALUStore(SUB, S64, At(contextReg, codegen.OffStackInUse), bytes)
	a.Load(S32, tag, At(tag, l.TagType))
	a.Store(S32, At(d, l.Awaits), tag)
	a.StoreImm(S8, At(d, l.Flags), int32(l.FlagNative|l.FlagAnew|l.FlagReady))
	a.StoreImm(S8, At(d, l.State), int32(l.Suspended))
	a.StoreImm(S32, At(d, l.Parent), 0)
	const self = R13
	a.Load(S64, self, At(contextReg, codegen.OffCurrent))
	a.Lea(S64, tag, back.Mem())
	a.Store(S64, At(self, l.PC), tag)
	a.Mov(S64, tag, RSP)
	a.ALULoad(SUB, S64, tag, At(self, l.Stack))
	a.Store(S32, At(self, l.FP), tag)
	e.number(self)
	a.Store(S32, At(d, l.Inner), self)
	a.Load(S32, result, At(d, l.Revision))
	a.ShiftImm(SHL, S64, result, 32)
	e.number(d)
	a.ALU(OR, S64, result, d)
	e.goOn(parent, x, tag)
	a.JmpMem(At(clause, 8-clauseSize))

	a.Bind(slow)
	a.Load(S64, instanceReg, At(RSP, 0)) // as in every frame that calls
	e.stub(in)
	a.Bind(back)
}
