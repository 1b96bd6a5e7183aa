package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// cont.bind, in the common case: a continuation that has not begun and has no bound values yet, and parameters that
// are all passed in registers. The values go onto its stack, behind their number of slots, where a frame would be; and it goes on
// at code that knows how many they are: it loads them into the registers of the first parameters, those of the
// others having been moved up, and goes on as the continuation would have. That code is part of the function that binds. Go can
// undo this, if it is to do something with the continuation.

// ContBind emits a cont.bind. Everything it takes is in slots, and so is its result.
func (e *Emitter) ContBind(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	const d, ref, next, frame, x = RBP, RDX, R13, R12, RAX
	slot := func(i int32) Mem { return At(contextReg, codegen.OffArgs+8*i) }
	b := &e.F.Bindings[in.Imm]
	slow, done := a.NewLabel(), a.NewLabel()
	a.Load(S64, ref, slot(2))
	e.descriptor(d, ref)
	e.take(d, ref, next, slow)
	a.Load(S64, x, At(contextReg, codegen.OffFreshStub))
	a.ALULoad(CMP, S64, x, At(d, l.PC))
	a.Jcc(NE, slow)
	a.Store(S64, At(d, l.Ref), next) // from here on there is no reference to it, until the end
	a.Load(S64, x, slot(0))
	a.Load(S32, x, At(x, int32(l.TypeID(b.Type))))
	a.Store(S32, At(d, l.Type), x)
	if len(b.Bound) > 0 {
		start := codegen.BoundStart{Label: a.NewLabel(), Binding: b}
		e.Bound = append(e.Bound, start)
		size := b.Bytes()
		a.Load(S64, frame, At(d, l.Frame))
		a.ALUImm(SUB, S64, frame, size)
		a.StoreImm(S64, At(frame, 0), size/8-1)
		for i := int32(0); i < size/8-1; i++ {
			a.Load(S64, x, slot(codegen.BindValues+i))
			a.Store(S64, At(frame, 8+8*i), x)
		}
		a.Store(S64, At(d, l.Frame), frame)
		a.Lea(S64, x, AtLabel(start.Label))
		a.Store(S64, At(d, l.PC), x)
	}
	a.Store(S64, slot(0), next)
	a.Jmp(done)
	a.Bind(slow)
	a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(ssa.ContBind))
	a.CallMem(At(contextReg, codegen.OffHostStub))
	e.Called(in)
	a.Bind(done)
}

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
			a.SSE(Movaps, m.To, m.From)
		}
		for _, v := range b.Loads(c) {
			switch {
			case v.Type == ssa.V128:
				a.SSELoad(Movups, v.Reg, At(RSP, v.At))
			case v.Type.IsFloat():
				a.SSELoad(Movsd, v.Reg, At(RSP, v.At))
			default:
				a.Load(S64, v.Reg, At(RSP, v.At))
			}
		}
		a.ALUImm(ADD, S64, RSP, b.Bytes())
		a.JmpMem(At(contextReg, codegen.OffFreshStub))
	}
}
