package amd64

import (
	"weft/internal/codegen"
)

// SuspendTo emits a suspension to a handler by its name: the reference that there will be to the continuation that was
// resumed with the handler. So the name leads to that, and through it to the clauses, without a search.
//
// The name is good if it is the reference, the continuation has begun and not ended, and it is one of those that run,
// not one that was captured with another. For the last its chain is followed to the host's side of the call, and
// at the same time that of what runs to the continuation: whichever way is shorter decides. One that was captured is
// in a ring, which leads to neither; the other way ends.
//
// What is captured gets the next reference, which makes the name stale.
func (e *Emitter) SuspendTo(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	result := Reg(in.Scale)
	if l.TagPtr == nil || result == NoReg {
		a.Load(S64, instanceReg, At(RSP, 0)) // as in every frame that calls
		e.stub(in)
		return
	}
	const d, parent, clause, name, tag = RBP, R12, R13, contReg, tagReg
	frame := result // until the end
	slow, back, found, alone, captured := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	e.descriptor(d, name)
	a.ALULoad(CMP, S64, name, At(d, l.Ref))
	a.Jcc(NE, slow)
	a.ALUStoreImm(CMP, S32, At(d, l.Status), l.Begun)
	a.Jcc(NE, slow)
	e.nextReference(name, result, slow)
	e.isRunning(d, R12, R13, slow)

	a.ALUImm(ADD, S64, tag, codegen.NamedClause)
	e.firstClause(d, parent, clause, frame, tag, slow)
	a.Jcc(E, found)
	e.nextClauses(clause, tag, slow)
	a.Bind(found)
	const self, next = R14, name
	a.MovImm(self, codegen.OneRevision)
	a.ALU(ADD, S64, next, self)
	a.Load(S64, self, At(contextReg, codegen.OffCurrent))
	a.Store(S64, At(contextReg, codegen.OffCurrent), parent)
	e.stopHere(self, parent, back)
	a.ALU(CMP, S64, self, d)
	a.Jcc(E, alone)
	a.Store(S64, At(d, l.Link), self)
	a.Lea(S64, parent, At(next, l.Chain))
	a.Store(S64, At(d, l.Ref), parent)
	a.Jmp(captured)
	a.Bind(alone)
	a.Store(S64, At(d, l.Ref), next)
	a.Bind(captured)
	a.Mov(S64, RSP, frame)
	a.Mov(S64, result, next)
	a.JmpMem(At(clause, 8))
	a.Bind(slow)
	a.Load(S64, instanceReg, At(RSP, 0))
	e.stub(in)
	e.catchMark(in, back)
}

// isRunning goes to not unless a continuation is one of those that run. It changes inner and outer.
func (e *Emitter) isRunning(d, inner, outer Reg, not Label) {
	a, l := &e.a, &e.Config.Switch
	again, running := a.NewLabel(), a.NewLabel()
	a.Load(S64, inner, At(contextReg, codegen.OffCurrent))
	a.Mov(S64, outer, d)
	a.Bind(again)
	a.ALU(CMP, S64, inner, d)
	a.Jcc(E, running)
	a.Load(S64, outer, At(outer, l.Link))
	a.ALULoad(CMP, S64, outer, At(contextReg, codegen.OffBase))
	a.Jcc(E, running)
	a.Test(S64, outer, outer)
	a.Jcc(E, not)
	a.Load(S64, inner, At(inner, l.Link))
	a.Test(S64, inner, inner)
	a.Jcc(NE, again)
	a.Jmp(not)
	a.Bind(running)
}
