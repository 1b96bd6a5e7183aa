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

// bindingOf returns the shape of a cont.bind; false if it is left to Go.
func (s *Selector) bindingOf(v *ssa.Value) (codegen.Binding, bool) {
	l := &s.Config.Switch
	if v.Aux != int64(ssa.ContBind) || l.Params == nil || v.Args[1].Op != ssa.OpConst {
		return codegen.Binding{}, false
	}
	b := codegen.Binding{Type: uint32(v.Args[1].Aux), Bound: v.Sig.Params[bindValues:]}
	b.Left = l.Params(b.Type)
	ints, floats := classes(b.Bound)
	ints2, floats2 := classes(b.Left)
	return b, ints+ints2 <= len(s.convention.Int) && floats+floats2 <= len(s.convention.Float)
}

// bindValues is the slot of the first value, behind the instance, the type and the continuation.
const bindValues = 3

// classes returns how many registers of each class values are passed in.
func classes(types []ssa.Type) (ints, floats int) {
	for _, t := range types {
		if t.IsFloat() {
			floats++
		} else {
			ints++
		}
	}
	return ints, floats
}

// boundBytes is the size of what lies on the stack.
func boundBytes(types []ssa.Type) int32 {
	slots := 1
	for _, t := range types {
		slots += t.Slots()
	}
	return int32(8 * slots)
}

// A boundStart is where continuations go on with bound values.
type boundStart struct {
	label   Label
	binding *codegen.Binding
}

// contBind emits a cont.bind. Everything it takes is in slots, and so is its result.
func (e *Emitter) contBind(in *codegen.Inst) {
	a, l := &e.a, &e.Config.Switch
	const d, ref, next, frame, x = RBP, RDX, R13, R12, RAX
	slot := func(i int32) Mem { return At(contextReg, codegen.OffArgs+8*i) }
	b := &e.f.Bindings[in.Imm]
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
		start := boundStart{a.NewLabel(), b}
		e.bound = append(e.bound, start)
		size := boundBytes(b.Bound)
		a.Load(S64, frame, At(d, l.Frame))
		a.ALUImm(SUB, S64, frame, size)
		a.StoreImm(S64, At(frame, 0), size/8-1)
		for i := int32(0); i < size/8-1; i++ {
			a.Load(S64, x, slot(bindValues+i))
			a.Store(S64, At(frame, 8+8*i), x)
		}
		a.Store(S64, At(d, l.Frame), frame)
		a.Lea(S64, x, start.label.Mem())
		a.Store(S64, At(d, l.PC), x)
	}
	a.Store(S64, slot(0), next)
	a.Jmp(done)
	a.Bind(slow)
	a.StoreImm(S32, At(contextReg, codegen.OffRequest), int32(ssa.ContBind))
	a.CallMem(At(contextReg, codegen.OffHostStub))
	e.called(in)
	a.Bind(done)
}

// boundStarts emits where continuations go on with bound values.
func (e *Emitter) boundStarts() {
	a, c := &e.a, Convention()
	for i := range e.bound {
		b := e.bound[i].binding
		a.Bind(e.bound[i].label)
		ints, floats := classes(b.Bound)
		leftInts, leftFloats := classes(b.Left)
		for j := leftInts - 1; j >= 0; j-- {
			a.Mov(S64, c.Int[j+ints], c.Int[j])
		}
		for j := leftFloats - 1; j >= 0; j-- {
			a.SSE(Movaps, c.Float[j+floats], c.Float[j])
		}
		ints, floats = 0, 0
		at := int32(8)
		for _, t := range b.Bound {
			switch {
			case t == ssa.V128:
				a.SSELoad(Movups, c.Float[floats], At(RSP, at))
				floats++
			case t.IsFloat():
				a.SSELoad(Movsd, c.Float[floats], At(RSP, at))
				floats++
			default:
				a.Load(S64, c.Int[ints], At(RSP, at))
				ints++
			}
			at += int32(8 * t.Slots())
		}
		a.ALUImm(ADD, S64, RSP, boundBytes(b.Bound))
		a.JmpMem(At(contextReg, codegen.OffFreshStub))
	}
}
