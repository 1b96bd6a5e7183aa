package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// A cast to a type that may have subtypes finds the type most often in the object itself: then that is all to be
// looked at. The record of the object's type, which tells about supertypes, is consulted behind the function. For the
// passes before, a cast is only the test of the record, so that tests of one kind replace each other.

// cast selects a trap unless an object is of a type, and reports whether v is one.
func (s *Selector) cast(v *ssa.Value) bool {
	t, ok := s.SubtypeTest(v.Args[0])
	if !ok || v.Op != ssa.OpTrapUnless || !fits(t.Offset) {
		return false
	}
	m, object := mCast, t.Type
	if t.Own && t.Type.Aux == 0 && s.Movable(t.Type) {
		m, object = mCast.with(formMem), t.Type.Args[0]
		s.TakeIn(t.Type)
	}
	s.add(m, codegen.Inst{Imm: v.Aux<<32 | t.Shift, Disp: int32(t.Offset)}, s.UseLate(object),
		s.UseLate(t.Wanted), s.Temp(ssa.I64, NoReg))
	return true
}

// A castAway is where code consults the record of an object's type.
type castAway struct {
	rare codegen.Away
	trap Label
}

// cast emits an mCast.
func (e *Emitter) cast(in *codegen.Inst) {
	a := &e.a
	r := castAway{e.NewAway(in), e.Trap(wasm.TrapCode(in.Imm>>32), in.Pos)}
	object, wanted := e.Reg(in, 0), e.Reg(in, 1)
	if mop(in.Op).form() == formMem {
		a.ALULoad(CMP, S32, wanted, At(object, 0))
	} else {
		a.ALU(CMP, S32, wanted, object)
	}
	a.Jcc(NE, r.rare.Away)
	a.Bind(r.rare.Back)
	e.casts = append(e.casts, r)
}

// castsAway emits where records are consulted.
func (e *Emitter) castsAway() {
	a := &e.a
	for i := range e.casts {
		r := &e.casts[i]
		object, wanted, record := e.Reg(r.rare.In, 0), e.Reg(r.rare.In, 1), e.Reg(r.rare.In, 2)
		a.Bind(r.rare.Away)
		e.MarkAway(r.rare.In)
		if mop(r.rare.In.Op).form() == formMem {
			a.Load(S32, record, At(object, 0))
		} else {
			a.Mov(S32, record, object)
		}
		a.ShiftImm(SHL, S64, record, uint8(r.rare.In.Imm))
		a.ALULoad(ADD, S64, record, At(contextReg, codegen.OffTypes))
		a.ALULoad(CMP, S32, wanted, At(record, r.rare.In.Disp))
		a.Jcc(E, r.rare.Back)
		a.Jmp(r.trap)
	}
}
