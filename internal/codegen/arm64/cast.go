package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// A cast to a type that may have subtypes finds the type most often in the object itself: then that is all to be
// looked at. The record of the object's type, which tells about supertypes, is consulted behind the function. For the
// passes before, a cast is only the test of the record, so that tests of one kind replace each other.

// cast selects a trap unless an object is of a type, and reports whether v is one.
func (s *Selector) cast(v *ssa.Value) bool {
	t, ok := s.SubtypeTest(v.Args[0])
	if !ok || v.Op != ssa.OpTrapUnless || t.Offset >= 1<<12 || t.Shift >= 32 {
		return false
	}
	in, object := codegen.Inst{Imm: v.Aux<<32 | t.Shift, Disp: int32(t.Offset)}, t.Type
	if t.Own && t.Type.Aux == 0 && s.Movable(t.Type) {
		in.Cond, object = 1, t.Type.Args[0]
		s.TakeIn(t.Type)
	}
	s.add(mCast, in, s.UseLate(object), s.UseLate(t.Wanted), s.Temp(ssa.I64, NoReg))
	return true
}

// A castAway is where code consults the record of an object's type.
type castAway struct {
	rare codegen.Away
	trap Label
}
