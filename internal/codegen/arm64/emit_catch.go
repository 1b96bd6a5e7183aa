package arm64

import (
	"math"

	"weft/internal/codegen"
)

// Exceptions that are thrown where a continuation is suspended, in the common case: the
// suspension is in a try_table of the same function that catches, and the exception is an object
// if the clause wants a reference.
//
// Behind a suspension in a try_table stands a mark of its own, which tells how far behind it the function has a table
// of the clauses around (see codegen/switch.go). A landing pad finds the payload and the reference in Context.Args.
// Where the table ends, or there is no mark, Go looks further.

// catchMark binds the label to where a suspension goes on, and emits the mark.
func (e *Emitter) catchMark(in *codegen.Inst, back Label) {
	a := &e.a
	a.Bind(back)
	if in.Cond != codegen.HasClauses {
		return
	}
	a.word(catchMark)
	a.TableEntry(back, e.CatchTable())
}

// catchTables emits the tables.
func (e *Emitter) catchTables() {
	a := &e.a
	for i := range e.Catches {
		t := &e.Catches[i]
		a.Bind(t.Label)
		e.CatchEntries(t, e.Config.Switch.TagPtr, func(tag int32, pad codegen.Label) {
			a.Data(uint32(tag))
			a.TableEntry(t.Label, pad)
		})
		end := int32(codegen.CatchEnd)
		a.Data(uint32(end))
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
	const exception, d, inner, next, tag, frame = X0, free0, free1, free2, free3, free4
	const table, clause, instance, kind, y, self = X1, X2, X3, X4, X5, X6
	slow, back, again, found := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	if byRef {
		a.Cbz(S64, exception, slow)
		a.Load(tag, At(exception, l.Exception.Tag))
	} else {
		a.Load(tag, At(instanceReg, int32(l.TagPtr(uint32(index)))))
	}
	e.descriptor(d, contReg)
	e.takeAny(d, inner, contReg, next, slow)
	e.catchTable(inner, table, slow)
	a.Mov(S64, clause, table)
	a.Load(frame, At(inner, l.Frame))
	a.Load(instance, At(frame, 0)) // as in every frame that calls
	a.Bind(again)
	a.Access(LdrswX, kind, At(clause, 0))
	a.Tbnz(kind, 63, slow)
	clear, _ := logicalImmediate(AndImm, S64, ^codegen.CatchWantsRef)
	a.RR(clear, y, kind)
	a.Cbz(S64, y, found)
	a.Access(LdrX, X16, Indexed(instance, y, 0))
	a.Cmp(S64, X16, tag)
	a.BCond(EQ, found)
	a.AddConst(S64, clause, clause, codegen.CatchSize)
	a.B(again)

	a.Bind(found)
	if byRef {
		e.givePayload(exception, kind, y, tag, instance)
	} else {
		a.Tbnz(kind, 0, slow) // codegen.CatchWantsRef
	}
	a.Access(LdrswX, clause, At(clause, codegen.CatchPad))
	a.RRR(Add.Of(S64), clause, clause, table)
	a.Load(self, At(contextReg, codegen.OffCurrent))
	a.Store(At(contextReg, codegen.OffCurrent), inner)
	a.StorePair(At(d, l.Ref), next, self) // and Link
	e.stopHere(self, back)
	a.MovToSP(frame)
	a.Jump(clause)

	a.Bind(slow)
	e.ownInstance()
	e.stub(in)
	a.Bind(back)
	a.Mark(l.NoClauses)
}

// catchTable makes table that which the mark leads to where inner is suspended; without one it goes to slow.
func (e *Emitter) catchTable(inner, table Reg, slow Label) {
	a := &e.a
	const pc, mark = free5, free6
	a.Load(pc, At(inner, e.Config.Switch.PC))
	a.Load32(X16, At(pc, 0))
	a.MovImm(mark, catchMark)
	a.Cmp(S32, X16, mark)
	a.BCond(NE, slow)
	a.Access(LdrswX, table, At(pc, markWord))
	a.RRR(Add.Of(S64), table, table, pc)
}

// givePayload copies what a clause gets to where it finds it: the payload of an exception, unless it catches all, and
// the reference if it wants that. It changes n and x.
func (e *Emitter) givePayload(exception, kind, tag, n, x Reg) {
	a, l := &e.a, &e.Config.Switch.Exception
	all, more, copied, given := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	const from, to = free5, free6
	a.AddConst(S64, from, exception, int64(l.Payload))
	a.AddConst(S64, to, contextReg, int64(codegen.OffArgs))
	a.MovImm(n, 0)
	a.Cbz(S64, tag, all)
	a.Load32(n, At(exception, l.Len))
	a.Bind(more)
	a.Cbz(S64, n, copied)
	a.AddConst(S64, n, n, -1)
	a.Access(LdrX, x, Indexed(from, n, 3))
	a.Access(StrX, x, Indexed(to, n, 3))
	a.B(more)
	a.Bind(copied)
	a.Load32(n, At(exception, l.Len))
	a.Bind(all)
	a.Tbz(kind, 0, given) // codegen.CatchWantsRef
	a.Access(StrX, exception, Indexed(to, n, 3))
	a.Bind(given)
}
