package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Switching stacks, in the common case: inline code that jumps, with values in the
// registers of the convention. Whatever is not common jumps to a call of a stub, which
// leaves to Go (see docs/native.md): both do the same.
//
// A continuation goes on behind the instruction, at a resume with a mark, which tells where the clauses of the resume
// lie, counted from the instance's record.
//
// The instance that a frame belongs to is at its beginning. So a suspension finds
// clauses through what it loads anyway: where its parent goes on, and its parent's frame.
//
// What runs is consistent at every instruction: an interruption may end the call there.
// Context.Current changes first, the stack pointer last; between the two, it does not lie
// in the current stack, and the call goes on.

// Registers of the switches, which carry no values: what they are for is written where they are used.
const (
	free0 = X9
	free1 = X10
	free2 = X11
	free3 = X12
	free4 = X13
	free5 = X14
	free6 = X15
)

// A mark is a branch over the word behind it, which has what the mark tells. It tests the register that is always
// zero, as no other branch does. The kinds differ in the size of that.
const (
	resumeMark = 0xb4000040 | 31 // cbz xzr, .+8
	catchMark  = 0x34000040 | 31 // cbz wzr, .+8
	markWord   = 4               // where the word is
)

// Mark emits the mark of a resume.
func (a *Assembler) Mark(clauses int32) {
	a.word(resumeMark)
	a.word(uint32(clauses))
}

// stub emits the call that does what the common case does not.
func (e *Emitter) stub(in *codegen.Inst) {
	e.a.MovImm(numberReg, in.Imm)
	e.callStub(in)
}

// callStub does the same, with what is in the number's register.
func (e *Emitter) callStub(in *codegen.Inst) {
	e.callContext(in.Disp)
	e.Called(in)
	e.Detail().Number = in.Imm
}

// ownInstance loads the instance, which is in every frame that calls.
func (e *Emitter) ownInstance() { e.a.Load(instanceReg, At(SP, 0)) }

// EndContinuation emits the end of a function with which continuations begin, if it is that of a
// continuation. A return would do, but no call belongs to it: the processor would take the wrong calls
// for those that the next returns belong to.
func (e *Emitter) EndContinuation() {
	a := &e.a
	called := a.NewLabel()
	a.Load(X16, At(contextReg, codegen.OffContReturnStub))
	a.Cmp(S64, X16, LR)
	a.BCond(NE, called)
	a.Jump(X16)
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
	const d, next, ref = free0, free1, X0
	slow, done := a.NewLabel(), a.NewLabel()
	a.Load32(numberReg, At(instanceReg, int32(l.TypeID(uint32(in.Imm)))))
	a.Load(d, At(contextReg, codegen.OffPoolHead))
	a.Cbz(S64, d, slow)
	a.Load(X16, At(recordReg, e.Config.FuncCode))
	a.Cbz(S64, X16, slow)
	a.Load(next, At(d, l.Func))
	a.Load(ref, At(d, l.Ref))
	a.Store(At(contextReg, codegen.OffPoolHead), next)
	a.Store(At(d, l.Func), recordReg)
	a.Store32(At(d, l.Type), numberReg)
	a.B(done)
	a.Bind(slow)
	e.callStub(in)
	a.Bind(done)
}

// descriptor makes d the address of the descriptor that a reference is to.
func (e *Emitter) descriptor(d, ref Reg) {
	e.a.Load(X16, At(contextReg, codegen.OffConts))
	e.a.RRR(AddExt.Of(S64)|extUXTW, d, X16, ref)
}

// descriptors makes d the same, and self that of what runs.
func (e *Emitter) descriptors(self, d, ref Reg) {
	e.a.LoadPair(self, X16, At(contextReg, codegen.OffCurrent))
	e.a.RRR(AddExt.Of(S64)|extUXTW, d, X16, ref)
}

// take makes next the reference after ref, which must be the live one of d, and
// d's to go on with alone: else it jumps. The last revision is Go's matter.
func (e *Emitter) take(d, ref, next Reg, slow Label) {
	e.a.Load(X16, At(d, e.Config.Switch.Ref))
	e.a.Cmp(S64, X16, ref)
	e.a.BCond(NE, slow)
	e.nextReference(ref, next, slow)
}

// nextReference makes next the reference after ref.
func (e *Emitter) nextReference(ref, next Reg, slow Label) {
	e.a.MovImm(X16, codegen.OneRevision)
	e.a.RRR(Adds.Of(S64), next, ref, X16)
	e.a.BCond(HS, slow)
}

// takeAny is take for a continuation that may have been captured with others. Inner becomes the one to go on with.
func (e *Emitter) takeAny(d, inner, ref, next Reg, slow Label) {
	a, l := &e.a, &e.Config.Switch
	alone, taken := a.NewLabel(), a.NewLabel()
	a.Load(inner, At(d, l.Ref))
	a.Cmp(S64, inner, ref)
	a.BCond(EQ, alone)
	a.addChain(inner, inner, -l.Chain)
	a.Cmp(S64, inner, ref)
	a.BCond(NE, slow)
	a.Load(inner, At(d, l.Link))
	a.B(taken)
	a.Bind(alone)
	a.Mov(S64, inner, d)
	a.Bind(taken)
	e.nextReference(ref, next, slow)
}

// addChain adds what a descriptor's copy of its reference has beyond that.
func (a *Assembler) addChain(d, s Reg, chain int32) { a.AddConst(S64, d, s, int64(chain)) }

// Resume emits a resume. Common is a continuation that is suspended in compiled code, or fresh with a stack.
func (e *Emitter) Resume(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	if l.TagPtr == nil || ssa.Tags(in.Imm) > 0 {
		e.ownInstance()
		e.stub(in)
		a.Mark(l.NoClauses)
		return
	}
	const d, inner, next, self = free0, free1, free2, free3
	others, slow, back := a.NewLabel(), a.NewLabel(), a.NewLabel()
	e.descriptors(self, d, contReg)
	e.take(d, contReg, next, others)
	e.resumeTaken(d, d, next, self, back)

	a.Bind(others)
	e.takeAny(d, inner, contReg, next, slow)
	e.resumeTaken(d, inner, next, self, back)
	a.Bind(slow)
	e.ownInstance()
	e.stub(in)
	a.Bind(back)
	a.Mark(l.NoClauses)
}

// resumeTaken makes d the child of self, which runs, and goes on with inner. It changes next.
func (e *Emitter) resumeTaken(d, inner, next, self Reg, back Label) {
	a, l := &e.a, &e.Config.Switch
	a.Store(At(contextReg, codegen.OffCurrent), inner)
	a.StorePair(At(d, l.Ref), next, self) // and Link
	e.goOn(self, inner, next, back)
}

// goOn notes where self goes on, and goes on with to. It changes pc.
func (e *Emitter) goOn(self, to, pc Reg, back Label) {
	a, l := &e.a, &e.Config.Switch
	e.stopHere(self, back)
	a.LoadPair(X16, pc, At(to, l.Frame)) // and PC
	a.MovToSP(X16)
	a.Jump(pc)
}

// stopHere notes where self goes on. It changes LR.
func (e *Emitter) stopHere(self Reg, back Label) {
	a := &e.a
	a.Adr(LR, back)
	a.MovFromSP(X16)
	a.StorePair(At(self, e.Config.Switch.Frame), X16, LR) // and PC
}

// capture makes self, which has stopped, the innermost of what is captured with d, which is another, and result
// the reference to that; self and result may be one register.
func (e *Emitter) capture(d, self, result Reg) {
	a, l := &e.a, &e.Config.Switch
	a.Store(At(d, l.Link), self)
	a.Load(result, At(d, l.Ref))
	a.addChain(LR, result, l.Chain)
	a.Store(At(d, l.Ref), LR)
}

// Suspend emits a suspend. Common is that the resume of what runs has a clause for the tag, in compiled code: then what
// runs is captured alone. However many other resumes lie between, it is inline. The operand Scale is the register
// in which the clause gets the reference.
func (e *Emitter) Suspend(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	result := Reg(in.Scale)
	if l.TagPtr == nil || result == NoReg {
		e.ownInstance()
		e.stub(in)
		return
	}
	s := search{d: free0, parent: free1, clause: free2, pad: free3, frame: free4, tag: tagReg}
	const self = free5
	slow, back := a.NewLabel(), a.NewLabel()
	a.Load(s.d, At(contextReg, codegen.OffCurrent))
	others, found := e.clauses(&s, result, slow)
	a.Bind(found)
	a.Store(At(contextReg, codegen.OffCurrent), s.parent)
	e.stopHere(s.d, back)
	e.toClause(&s)

	up := e.otherClauses(&s, others, found)
	a.Bind(up)
	a.Mov(S64, self, s.d)
	e.outerClauses(&s, slow)
	a.Store(At(contextReg, codegen.OffCurrent), s.parent)
	e.stopHere(self, back)
	e.capture(s.d, self, result)
	e.toClause(&s)
	a.Bind(slow)
	e.ownInstance()
	e.stub(in)
	e.catchMark(in, back)
}

// SwitchTo emits a switch. Common is that the resume of what runs has a clause for it, in compiled code, and a
// continuation that is ready, and alone. The operand Scale is the register in which that gets the reference.
func (e *Emitter) SwitchTo(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	result := Reg(in.Scale)
	if l.TagPtr == nil || result == NoReg || l.TagPtr(uint32(in.Imm)) != int64(int32(l.TagPtr(uint32(in.Imm)))) {
		e.stub(in)
		return
	}
	const d, parent, clause, target, next, inner, self = free0, free1, free2, free3, free4, free5, free6
	s := search{d: d, parent: parent, clause: clause, pad: inner, frame: target, tag: tagReg}
	slow, back, general, alone := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.Load(s.tag, At(instanceReg, int32(l.TagPtr(uint32(in.Imm)))))
	a.AddConst(S64, s.tag, s.tag, codegen.SwitchClause)
	a.Load(d, At(contextReg, codegen.OffCurrent))
	others, found := e.clauses(&s, result, slow)
	a.Bind(found) // d is to be captured
	e.descriptor(target, contReg)
	e.take(target, contReg, next, general)
	a.Store(At(contextReg, codegen.OffCurrent), target)
	a.StorePair(At(target, l.Ref), next, parent) // and Link
	e.goOn(d, target, next, back)

	up := e.otherClauses(&s, others, found)
	a.Bind(up)
	e.outerClauses(&s, slow)
	a.Load(result, At(d, l.Ref))
	a.Bind(general) // d is to be captured, with those above it, or others go on with the target
	e.descriptors(self, target, contReg)
	e.takeAny(target, inner, contReg, next, slow)
	a.Store(At(contextReg, codegen.OffCurrent), inner)
	a.StorePair(At(target, l.Ref), next, parent) // and Link
	a.Cmp(S64, self, d)
	a.BCond(EQ, alone)
	e.capture(d, self, result)
	a.Bind(alone)
	e.goOn(self, inner, next, back)
	a.Bind(slow)
	e.ownInstance()
	e.stub(in)
	e.catchMark(in, back)
}

// A search for a tag has registers: d is what was resumed by parent, in whose frame clause is the place of a clause,
// and pad where that leads.
type search struct{ d, parent, clause, pad, frame, tag Reg }

// clauses looks for the tag in the first clause of the resume that runs d, whose reference gets into ref. If it is
// another's it jumps to others; found is to be bound behind.
func (e *Emitter) clauses(s *search, ref Reg, slow Label) (others, found Label) {
	a := &e.a
	others, found = a.NewLabel(), a.NewLabel()
	a.LoadPair(ref, s.parent, At(s.d, e.Config.Switch.Ref)) // and Link
	e.firstClause(s, slow)
	a.BCond(NE, others)
	return others, found
}

// firstClause compares the tag with that of parent's first clause, which X16 has then. It changes LR.
func (e *Emitter) firstClause(s *search, slow Label) {
	a := &e.a
	a.Cbz(S64, s.parent, slow)
	a.LoadPair(s.frame, LR, At(s.parent, e.Config.Switch.Frame)) // and PC
	a.Load32(s.clause, At(LR, markWord))
	a.Load(X16, At(s.frame, 0)) // the parent's instance
	a.RRR(Add.Of(S64), s.clause, s.clause, X16)
	e.compareClause(s)
}

func (e *Emitter) compareClause(s *search) {
	e.a.LoadPair(X16, s.pad, At(s.clause, 0))
	e.a.Cmp(S64, X16, s.tag)
}

// nextClauses compares the tag with those of the clauses behind the one whose tag is in X16. If none is for it, it goes
// to none, else it goes on.
func (e *Emitter) nextClauses(s *search, none Label) {
	a := &e.a
	next := a.NewLabel()
	a.Bind(next)
	a.Cbz(S64, X16, none)
	a.AddConst(S64, s.clause, s.clause, codegen.ClauseSize)
	e.compareClause(s)
	a.BCond(NE, next)
}

// otherClauses emits the search in the other clauses of the resume. If none is for the tag it goes to the
// label that it returns.
func (e *Emitter) otherClauses(s *search, others, found Label) Label {
	up := e.a.NewLabel()
	e.a.Bind(others)
	e.nextClauses(s, up)
	e.a.B(found)
	return up
}

// outerClauses emits the search in the clauses of the resumes around that of parent, until one of them has
// resumed d.
func (e *Emitter) outerClauses(s *search, slow Label) {
	a := &e.a
	up, found := a.NewLabel(), a.NewLabel()
	a.Bind(up)
	a.Mov(S64, s.d, s.parent)
	a.Load(s.parent, At(s.d, e.Config.Switch.Link))
	e.firstClause(s, slow)
	a.BCond(EQ, found)
	e.nextClauses(s, up)
	a.Bind(found)
}

// toClause goes on at a clause.
func (e *Emitter) toClause(s *search) {
	e.a.MovToSP(s.frame)
	e.a.Jump(s.pad)
}

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
		e.ownInstance()
		e.stub(in)
		return
	}
	const d, self, next, name = free0, free4, free5, contReg
	s := search{d: d, parent: free1, clause: free2, pad: free6, frame: free3, tag: tagReg}
	slow, back, found, alone, captured := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	e.descriptor(d, name)
	a.Load(X16, At(d, l.Ref))
	a.Cmp(S64, X16, name)
	a.BCond(NE, slow)
	a.Load32(X16, At(d, l.Status))
	a.CmpImm(S32, X16, int64(l.Begun))
	a.BCond(NE, slow)
	e.nextReference(name, next, slow)
	e.isRunning(d, free1, free2, slow)

	a.AddConst(S64, s.tag, s.tag, codegen.NamedClause)
	a.Load(s.parent, At(d, l.Link))
	e.firstClause(&s, slow)
	a.BCond(EQ, found)
	e.nextClauses(&s, slow)
	a.Bind(found)
	a.Load(self, At(contextReg, codegen.OffCurrent))
	a.Store(At(contextReg, codegen.OffCurrent), s.parent)
	e.stopHere(self, back)
	a.Cmp(S64, self, d)
	a.BCond(EQ, alone)
	a.Store(At(d, l.Link), self)
	a.addChain(LR, next, l.Chain)
	a.Store(At(d, l.Ref), LR)
	a.B(captured)
	a.Bind(alone)
	a.Store(At(d, l.Ref), next)
	a.Bind(captured)
	a.Mov(S64, result, next)
	e.toClause(&s)
	a.Bind(slow)
	e.ownInstance()
	e.stub(in)
	e.catchMark(in, back)
}

// isRunning goes to not unless a continuation is one of those that run. It changes inner and outer.
func (e *Emitter) isRunning(d, inner, outer Reg, not Label) {
	a, l := &e.a, &e.Config.Switch
	again, running := a.NewLabel(), a.NewLabel()
	a.Load(inner, At(contextReg, codegen.OffCurrent))
	a.Load(X16, At(contextReg, codegen.OffBase))
	a.Mov(S64, outer, d)
	a.Bind(again)
	a.Cmp(S64, inner, d)
	a.BCond(EQ, running)
	a.Load(outer, At(outer, l.Link))
	a.Cmp(S64, outer, X16)
	a.BCond(EQ, running)
	a.Cbz(S64, outer, not)
	a.Load(inner, At(inner, l.Link))
	a.Cbnz(S64, inner, again)
	a.B(not)
	a.Bind(running)
}

// ContBind emits a cont.bind, in the common case: a continuation that has not begun and has no bound values yet, and
// parameters that are all passed in registers. The values go onto its stack, behind their number of slots, where a
// frame would be; and it goes on at code that knows how many they are, part of the function that binds (boundStarts).
// Go can undo this, if it is to do something with the continuation. Everything it takes is in slots, and so is its
// result.
func (e *Emitter) ContBind(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	const d, ref, next, frame, x = free0, free1, free2, free3, free4
	slot := func(i int32) Mem { return At(contextReg, codegen.OffArgs+8*i) }
	b := &e.F.Bindings[in.Imm]
	slow, done := a.NewLabel(), a.NewLabel()
	a.Load(ref, slot(2))
	e.descriptor(d, ref)
	e.take(d, ref, next, slow)
	a.Load(x, At(contextReg, codegen.OffFreshStub))
	a.Load(X16, At(d, l.PC))
	a.Cmp(S64, x, X16)
	a.BCond(NE, slow)
	a.Store(At(d, l.Ref), next) // from here on there is no reference to it, until the end
	a.Load(x, slot(0))
	a.Load32(x, At(x, int32(l.TypeID(b.Type))))
	a.Store32(At(d, l.Type), x)
	if len(b.Bound) > 0 {
		start := codegen.BoundStart{Label: a.NewLabel(), Binding: b}
		e.Bound = append(e.Bound, start)
		slots := b.Bytes()/8 - 1
		a.Load(frame, At(d, l.Frame))
		a.AddConst(S64, frame, frame, -int64(boundBytes(b)))
		a.MovImm(x, int64(slots))
		a.Store(At(frame, 0), x)
		for i := range slots {
			a.Load(x, slot(codegen.BindValues+i))
			a.Store(At(frame, 8+8*i), x)
		}
		a.Store(At(d, l.Frame), frame)
		a.Adr(x, start.Label)
		a.Store(At(d, l.PC), x)
	}
	a.Store(slot(0), next)
	a.B(done)
	a.Bind(slow)
	e.request(int64(ssa.ContBind))
	e.callContext(codegen.OffHostStub)
	e.Called(in)
	a.Bind(done)
}

// boundBytes is the size of what lies on the stack of a continuation with bound values: a multiple of 16, so that there
// may be a slot behind them that is not used.
func boundBytes(b *codegen.Binding) int32 { return (b.Bytes() + 15) &^ 15 }

// boundStarts emits where continuations go on with bound values.
func (e *Emitter) boundStarts() {
	a, c := &e.a, Convention()
	for i := range e.Bound {
		b := e.Bound[i].Binding
		a.Bind(e.Bound[i].Label)
		ints, floats := b.Shifts(c)
		for _, m := range ints {
			a.Mov(S64, m.To, m.From)
		}
		for _, m := range floats {
			a.RRR(MovV, m.To, m.From, m.From)
		}
		for _, v := range b.Loads(c) {
			o := wholeLoad(v.Type)
			if v.Type == ssa.I32 {
				o = LdrX // the upper half is zeros there, too
			}
			a.Access(o, v.Reg, At(SP, v.At))
		}
		a.moveSP(int64(boundBytes(b)))
		e.jumpContext(codegen.OffFreshStub)
	}
}
