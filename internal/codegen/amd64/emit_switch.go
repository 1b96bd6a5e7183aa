package amd64

import (
	"encoding/binary"
	"math"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Switching stacks, in the common case: inline code that jumps, with values in the
// registers of the convention. Whatever is not common jumps to a call of a stub, which
// leaves to Go (see docs/native.md): both do the same.
//
// A continuation goes on behind the instruction, at a resume with a mark: an instruction without
// effect that has, in its displacement, where the clauses of the resume lie, counted
// from the instance's record.
//
// The instance that a frame belongs to is at its beginning. So a suspension finds
// clauses through what it loads anyway: where its parent goes on, and its parent's frame.
//
// What runs is consistent at every instruction: an interruption may end the call there.
// Context.Current changes first, the stack pointer last; between the two, it does not lie
// in the current stack, and the call goes on.
//
// How long a switch takes is how long it takes until the processor knows the next stack pointer, and with it what the
// other side loads from its frame: a row of loads of what was stored shortly before. So they come as early as they can,
// the store of Current before the others, and fewer instructions elsewhere gain little.

// MarkPayload is where the displacement of a mark begins; it takes four bytes.
const MarkPayload = 3

// Mark emits the mark of a resume.
func (a *Assembler) Mark(clauses int32) {
	mark := [MarkPayload + 4]byte{0x0f, 0x1f, 0x80} // nop [rax+disp32]
	setMark(mark[:], clauses)
	a.buf = append(a.buf, mark[:]...)
}

// setMark writes where the clauses lie into code that begins with a mark.
func setMark(code []byte, clauses int32) {
	binary.LittleEndian.PutUint32(code[MarkPayload:], uint32(clauses))
}

// stub emits the call that does what the common case does not.
func (e *Emitter) stub(in *codegen.Inst) {
	e.a.MovImm(numberReg, in.Imm)
	e.callStub(in)
}

// callStub does the same, with what is in the number's register.
func (e *Emitter) callStub(in *codegen.Inst) {
	e.a.CallMem(At(contextReg, in.Disp))
	e.Called(in)
	e.Detail().Number = in.Imm
}

// EndContinuation emits the end of a function with which continuations begin, if it is that of a
// continuation. A return would do, but no call belongs to it: the processor would take the wrong calls
// for those that the next returns belong to.
func (e *Emitter) EndContinuation() {
	a := &e.a
	const to = RBP
	called := a.NewLabel()
	a.Load(S64, to, At(contextReg, codegen.OffContReturnStub))
	a.ALULoad(CMP, S64, to, At(RSP, 0))
	a.Jcc(NE, called)
	a.ALUImm(ADD, S64, RSP, 8)
	a.JmpReg(to)
	a.Bind(called)
}

// ContNew emits a cont.new. Common is that the pool has a continuation, and that the function has code. If the
// call ends in between, that continuation is one without references.
func (e *Emitter) ContNew(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	if l.TypeID == nil {
		e.stub(in)
		return
	}
	const d, next, ref = RDX, R12, RAX
	slow, done := a.NewLabel(), a.NewLabel()
	a.Load(S32, numberReg, At(instanceReg, int32(l.TypeID(uint32(in.Imm)))))
	a.Load(S64, d, At(contextReg, codegen.OffPoolHead))
	a.Test(S64, d, d)
	a.Jcc(E, slow)
	a.ALUStoreImm(CMP, S64, At(recordReg, e.Config.FuncCode), 0)
	a.Jcc(E, slow)
	a.Load(S64, next, At(d, l.Func))
	a.Load(S64, ref, At(d, l.Ref))
	a.Store(S64, At(contextReg, codegen.OffPoolHead), next)
	a.Store(S64, At(d, l.Func), recordReg)
	a.Store(S32, At(d, l.Type), numberReg)
	a.Jmp(done)
	a.Bind(slow)
	e.callStub(in)
	a.Bind(done)
}

// descriptor makes d the address of the descriptor that a reference is to.
func (e *Emitter) descriptor(d, ref Reg) {
	e.a.Mov(S32, d, ref)
	e.a.ALULoad(ADD, S64, d, At(contextReg, codegen.OffConts))
}

// take makes next the reference after ref, which must be the live one of d, and
// d's to go on with alone: else it jumps. The last revision is Go's matter.
func (e *Emitter) take(d, ref, next Reg, slow Label) {
	e.a.ALULoad(CMP, S64, ref, At(d, e.Config.Switch.Ref))
	e.a.Jcc(NE, slow)
	e.nextReference(ref, next, slow)
}

// nextReference makes next the reference after ref.
func (e *Emitter) nextReference(ref, next Reg, slow Label) {
	e.a.MovImm(next, codegen.OneRevision)
	e.a.ALU(ADD, S64, next, ref)
	e.a.Jcc(B, slow)
}

// takeAny is take for a continuation that may have been captured with others. Inner becomes the one to go on with.
func (e *Emitter) takeAny(d, inner, ref, next Reg, slow Label) {
	a, l := &e.a, &e.Config.Switch
	taken := a.NewLabel()
	e.nextReference(ref, next, slow)
	a.Mov(S64, inner, d)
	a.ALULoad(CMP, S64, ref, At(d, l.Ref))
	a.Jcc(E, taken)
	a.Lea(S64, inner, At(ref, l.Chain))
	a.ALULoad(CMP, S64, inner, At(d, l.Ref))
	a.Jcc(NE, slow)
	a.Load(S64, inner, At(d, l.Link))
	a.Bind(taken)
}

// Resume emits a resume. Common is a continuation that is ready, and alone.
func (e *Emitter) Resume(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	if l.TagPtr == nil || ssa.Tags(in.Imm) > 0 {
		a.Load(S64, instanceReg, At(RSP, 0)) // as in every frame that calls
		e.stub(in)
		a.Mark(l.NoClauses)
		return
	}
	const d, inner, next, self, x = RBP, R12, R13, R14, contReg
	others, slow, back := a.NewLabel(), a.NewLabel(), a.NewLabel()
	e.descriptor(d, contReg)
	e.take(d, contReg, next, others)
	e.resumeTaken(d, d, next, self, x, back)

	a.Bind(others)
	e.takeAny(d, inner, contReg, next, slow)
	e.resumeTaken(d, inner, next, self, x, back)
	a.Bind(slow)
	a.Load(S64, instanceReg, At(RSP, 0))
	e.stub(in)
	a.Bind(back)
	a.Mark(l.NoClauses)
}

// resumeTaken makes d the child of what runs, and goes on with inner. It changes self and x.
func (e *Emitter) resumeTaken(d, inner, next, self, x Reg, back Label) {
	a, l := &e.a, &e.Config.Switch
	a.Load(S64, self, At(contextReg, codegen.OffCurrent))
	a.Store(S64, At(contextReg, codegen.OffCurrent), inner)
	a.Store(S64, At(d, l.Ref), next)
	a.Store(S64, At(d, l.Link), self)
	e.stopHere(self, x, back)
	a.Load(S64, RSP, At(inner, l.Frame))
	a.JmpMem(At(inner, l.PC))
}

// stopHere notes where self goes on. It changes x.
func (e *Emitter) stopHere(self, x Reg, back Label) {
	a, l := &e.a, &e.Config.Switch
	a.Lea(S64, x, AtLabel(back))
	a.Store(S64, At(self, l.PC), x)
	a.Store(S64, At(self, l.Frame), RSP)
}

// capture makes self, which has stopped, the innermost of what is captured with d, which is another, and result
// the reference to that; self and result may be one register. It changes x.
func (e *Emitter) capture(d, self, result, x Reg) {
	a, l := &e.a, &e.Config.Switch
	a.Store(S64, At(d, l.Link), self)
	a.Load(S64, result, At(d, l.Ref))
	a.Lea(S64, x, At(result, l.Chain))
	a.Store(S64, At(d, l.Ref), x)
}

// Suspend emits a suspend. Common is that the resume of what runs has a clause for the tag, in compiled code: then what
// runs is captured alone. However many other resumes lie between, it is inline. The operand Scale is the register
// in which the clause gets the reference.
func (e *Emitter) Suspend(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	result := Reg(in.Scale)
	if l.TagPtr == nil || result == NoReg {
		a.Load(S64, instanceReg, At(RSP, 0)) // as in every frame that calls
		e.stub(in)
		return
	}
	const d, parent, clause, frame, tag = RBP, R12, RDX, R13, tagReg
	slow, back := a.NewLabel(), a.NewLabel()
	a.Load(S64, d, At(contextReg, codegen.OffCurrent))
	a.Load(S64, result, At(d, l.Ref))
	others, found := e.clauses(d, parent, clause, frame, tag, slow)
	a.Bind(found)
	a.Store(S64, At(contextReg, codegen.OffCurrent), parent)
	e.stopHere(d, parent, back)
	a.Mov(S64, RSP, frame)
	a.JmpMem(At(clause, 8))

	up := e.otherClauses(others, found, clause, tag)
	a.Bind(up)
	self := result
	a.Mov(S64, self, d)
	e.outerClauses(d, parent, clause, frame, tag, slow)
	a.Store(S64, At(contextReg, codegen.OffCurrent), parent)
	e.stopHere(self, parent, back)
	e.capture(d, self, result, parent)
	a.Mov(S64, RSP, frame)
	a.JmpMem(At(clause, 8))
	a.Bind(slow)
	a.Load(S64, instanceReg, At(RSP, 0))
	e.stub(in)
	e.catchMark(in, back)
}

// SwitchTo emits a switch. Common is that the resume of what runs has a clause for it, in compiled code, and a
// continuation that is ready, and alone. The operand Scale is the register in which that gets the reference.
func (e *Emitter) SwitchTo(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	result := Reg(in.Scale)
	if l.TagPtr == nil || result == NoReg || l.TagPtr(uint32(in.Imm)) > math.MaxInt32 {
		e.stub(in)
		return
	}
	const target, parent, clause, tag = RBP, R12, R13, R14
	d := result
	slow, back, general, alone := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.Load(S64, tag, At(instanceReg, int32(l.TagPtr(uint32(in.Imm)))))
	a.ALUImm(ADD, S64, tag, codegen.SwitchClause)
	a.Load(S64, d, At(contextReg, codegen.OffCurrent))
	others, found := e.clauses(d, parent, clause, target, tag, slow)
	a.Bind(found) // d is to be captured
	const next, x = R13, contReg
	e.descriptor(target, contReg)
	e.take(target, contReg, next, general)
	a.Store(S64, At(contextReg, codegen.OffCurrent), target)
	a.Store(S64, At(target, l.Ref), next)
	a.Store(S64, At(target, l.Link), parent)
	e.stopHere(d, x, back)
	a.Load(S64, RSP, At(target, l.Frame))
	a.Load(S64, result, At(d, l.Ref))
	a.JmpMem(At(target, l.PC))

	up := e.otherClauses(others, found, clause, tag)
	a.Bind(up)
	e.outerClauses(d, parent, clause, target, tag, slow)
	a.Bind(general) // d is to be captured, with those above it, or others go on with the target
	const inner, self = R14, contReg
	e.descriptor(target, contReg)
	e.takeAny(target, inner, contReg, next, slow)
	a.Load(S64, self, At(contextReg, codegen.OffCurrent))
	a.Store(S64, At(contextReg, codegen.OffCurrent), inner)
	a.Store(S64, At(target, l.Ref), next)
	a.Store(S64, At(target, l.Link), parent)
	e.stopHere(self, next, back)
	a.ALU(CMP, S64, self, d)
	a.Load(S64, next, At(d, l.Ref))
	a.Jcc(E, alone)
	e.capture(d, self, next, target)
	a.Bind(alone)
	a.Mov(S64, result, next)
	a.Load(S64, RSP, At(inner, l.Frame))
	a.JmpMem(At(inner, l.PC))
	a.Bind(slow)
	a.Load(S64, instanceReg, At(RSP, 0)) // as in every frame that calls
	e.stub(in)
	e.catchMark(in, back)
}

// clauses looks for the tag in the first clause of the resume that runs d: of parent, whose frame gets into a register,
// too. If it is another's it jumps to others; found is to be bound behind.
func (e *Emitter) clauses(d, parent, clause, frame, tag Reg, slow Label) (others, found Label) {
	a := &e.a
	others, found = a.NewLabel(), a.NewLabel()
	e.firstClause(d, parent, clause, frame, tag, slow)
	a.Jcc(NE, others)
	return others, found
}

// firstClause compares the tag with that of the first clause.
func (e *Emitter) firstClause(d, parent, clause, frame, tag Reg, slow Label) {
	a, l := &e.a, &e.Config.Switch
	a.Load(S64, parent, At(d, l.Link))
	a.Test(S64, parent, parent)
	a.Jcc(E, slow)
	a.Load(S64, clause, At(parent, l.PC))
	a.OpLoad(Movsxd, S64, clause, At(clause, MarkPayload))
	a.Load(S64, frame, At(parent, l.Frame))
	a.ALULoad(ADD, S64, clause, At(frame, 0)) // the parent's instance
	a.ALULoad(CMP, S64, tag, At(clause, 0))
}

// nextClauses compares the tag with those of the clauses behind. If none is for it, it goes to none, else it goes on.
func (e *Emitter) nextClauses(clause, tag Reg, none Label) {
	a := &e.a
	next := a.NewLabel()
	a.Bind(next)
	a.ALUStoreImm(CMP, S64, At(clause, 0), 0)
	a.Jcc(E, none)
	a.ALUImm(ADD, S64, clause, codegen.ClauseSize)
	a.ALULoad(CMP, S64, tag, At(clause, 0))
	a.Jcc(NE, next)
}

// otherClauses emits the search in the other clauses of the resume. If none is for the tag it goes to the
// label that it returns.
func (e *Emitter) otherClauses(others, found Label, clause, tag Reg) Label {
	up := e.a.NewLabel()
	e.a.Bind(others)
	e.nextClauses(clause, tag, up)
	e.a.Jmp(found)
	return up
}

// outerClauses emits the search in the clauses of the resumes around that of parent, until one of them has
// resumed d.
func (e *Emitter) outerClauses(d, parent, clause, frame, tag Reg, slow Label) {
	a := &e.a
	up, found := a.NewLabel(), a.NewLabel()
	a.Bind(up)
	a.Mov(S64, d, parent)
	e.firstClause(d, parent, clause, frame, tag, slow)
	a.Jcc(E, found)
	e.nextClauses(clause, tag, up)
	a.Bind(found)
}
