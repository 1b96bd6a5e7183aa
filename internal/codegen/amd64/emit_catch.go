package amd64

import (
	"math"

	"weft/internal/codegen"
)

// Exceptions that are thrown where a continuation is suspended, in the common case: the
// suspension is in a try_table of the same function that catches, and the exception is an object
// if the clause wants a reference.
//
// Behind a suspension in a try_table stands a mark of its own: an instruction without effect
// that tells how far behind it the function has a table of the clauses around. Each is where
// an instance has the pointer to the tag (0: any), with codegen.CatchWantsRef, and the landing pad, which finds the
// payload and the reference in Context.Args. Where the table ends, or there is no mark, Go looks further.

// catchMark begins the mark: nop [rax+rcx+disp32], which is no padding.
const catchMark = 0x08841f0f

// catchMark binds the label to where a suspension goes on, and emits the mark.
func (e *Emitter) catchMark(in *codegen.Inst, back Label) {
	a := &e.a
	a.Bind(back)
	if in.Cond != codegen.HasClauses {
		return
	}
	a.put32(catchMark)
	a.TableEntry(back, e.CatchTable())
}

// catchTables emits the tables.
func (e *Emitter) catchTables() {
	a := &e.a
	for i := range e.Catches {
		t := &e.Catches[i]
		a.Align(4)
		a.Bind(t.Label)
		e.CatchEntries(t, e.Config.Switch.TagPtr, func(tag int32, pad codegen.Label) {
			a.put32(tag)
			a.TableEntry(t.Label, pad)
		})
		a.put32(codegen.CatchEnd)
	}
}

// ResumeThrow emits a resume_throw, whose payload is in slots, or resume_throw_ref, which has the
// exception as operand.
func (e *Emitter) ResumeThrow(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	index := in.Imm>>32 - 1
	byRef := index < 0
	if l.TagPtr == nil || !byRef && l.TagPtr(uint32(index)) > math.MaxInt32 {
		e.stub(in)
		a.Mark(l.NoClauses)
		return
	}
	const exception, d, inner, next, tag, frame = RAX, RBP, R12, R13, RSI, R8
	const table, clause, instance, self, x, y = RBX, RCX, RDI, R9, R10, R11
	slow, back, again, found := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	if byRef {
		a.Test(S64, exception, exception)
		a.Jcc(E, slow)
		a.Load(S64, tag, At(exception, l.Exception.Tag))
	} else {
		a.Load(S64, tag, At(instanceReg, int32(l.TagPtr(uint32(index)))))
	}
	e.descriptor(d, contReg)
	e.takeAny(d, inner, contReg, next, slow)
	a.Load(S64, x, At(inner, l.PC))
	a.ALUStoreImm(CMP, S32, At(x, 0), catchMark)
	a.Jcc(NE, slow)
	a.OpLoad(Movsxd, S64, table, At(x, 4))
	a.ALU(ADD, S64, table, x)
	a.Mov(S64, clause, table)
	a.Load(S64, frame, At(inner, l.Frame))
	a.Load(S64, instance, At(frame, 0)) // as in every frame that calls
	a.Bind(again)
	a.OpLoad(Movsxd, S64, x, At(clause, 0))
	a.Mov(S64, y, x)
	a.ALUImm(AND, S64, y, ^codegen.CatchWantsRef)
	a.Jcc(E, found)
	a.Jcc(S, slow)
	a.ALULoad(CMP, S64, tag, Indexed(instance, y, 1, 0))
	a.Jcc(E, found)
	a.ALUImm(ADD, S64, clause, codegen.CatchSize)
	a.Jmp(again)

	a.Bind(found)
	if byRef {
		e.givePayload(exception, x, y, tag, instance)
	} else {
		a.TestImm(S8, x, codegen.CatchWantsRef)
		a.Jcc(NE, slow)
	}
	a.OpLoad(Movsxd, S64, clause, At(clause, codegen.CatchPad))
	a.ALU(ADD, S64, clause, table)
	a.Load(S64, self, At(contextReg, codegen.OffCurrent))
	a.Store(S64, At(contextReg, codegen.OffCurrent), inner)
	a.Store(S64, At(d, l.Ref), next)
	a.Store(S64, At(d, l.Link), self)
	e.stopHere(self, x, back)
	a.Mov(S64, RSP, frame)
	a.JmpReg(clause)

	a.Bind(slow)
	e.stub(in)
	a.Bind(back)
	a.Mark(l.NoClauses)
}

// givePayload copies what a clause gets to where it finds it: the payload of an exception, unless it catches all, and
// the reference if it wants that. It changes n and x.
func (e *Emitter) givePayload(exception, kind, tag, n, x Reg) {
	a, l := &e.a, &e.Config.Switch.Exception
	all, more, copied, given := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.Zero(n)
	a.Test(S64, tag, tag)
	a.Jcc(E, all)
	a.Load(S32, n, At(exception, l.Len))
	a.Bind(more)
	a.ALUImm(SUB, S64, n, 1)
	a.Jcc(B, copied)
	a.Load(S64, x, Indexed(exception, n, 8, l.Payload))
	a.Store(S64, Indexed(contextReg, n, 8, codegen.OffArgs), x)
	a.Jmp(more)
	a.Bind(copied)
	a.Load(S32, n, At(exception, l.Len))
	a.Bind(all)
	a.TestImm(S8, kind, codegen.CatchWantsRef)
	a.Jcc(E, given)
	a.Store(S64, Indexed(contextReg, n, 8, codegen.OffArgs), exception)
	a.Bind(given)
}
