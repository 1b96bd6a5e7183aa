package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// A cast to a type that may have subtypes finds the type most often in the object itself: then that is all to be
// looked at. The record of the object's type, which tells about supertypes, is consulted behind the function. For the
// passes before, a cast is only the test of the record, so that tests of one kind replace each other.

// A subtypeTest is the condition of such a cast, taken apart.
type subtypeTest struct {
	typ, wanted *ssa.Value
	own         bool  // nothing else needs typ
	shift       int64 // from a type to the offset of its record
	offset      int64 // in the record
}

// subtypeTest finds out whether a condition tests a record of a type, and nothing else needs what that takes.
func (s *Selector) subtypeTest(v *ssa.Value) (t subtypeTest, ok bool) {
	if v.Op != ssa.OpIcmp || v.Cond() != ssa.Eq || !s.Foldable(v) {
		return t, false
	}
	for i, super := range v.Args {
		if super.Op != ssa.OpPartFixed || super.Mem != ssa.Mem32U || !s.Foldable(super) {
			continue
		}
		record := super.Args[0]
		if record.Op != ssa.OpAdd || !s.Foldable(record) {
			continue
		}
		for j, records := range record.Args {
			at := record.Args[1-j]
			if records.Op != ssa.OpGet || records.Aux != int64(codegen.OffTypes) || records.Args[0].Op != ssa.OpContext ||
				at.Op != ssa.OpShl || !s.Foldable(at) {
				continue
			}
			shift, isConst := codegen.Constant(at.Args[1])
			t = subtypeTest{typ: codegen.Resolve(at.Args[0]), own: s.Foldable(at.Args[0]), wanted: v.Args[1-i], shift: shift, offset: super.Aux}
			return t, isConst && t.typ.Op == ssa.OpPartFixed && t.offset < 1<<12 && t.shift < 32
		}
	}
	return t, false
}

// cast selects a trap unless an object is of a type, and reports whether v is one.
func (s *Selector) cast(v *ssa.Value) bool {
	t, ok := s.subtypeTest(v.Args[0])
	if !ok || v.Op != ssa.OpTrapUnless {
		return false
	}
	in, object := codegen.Inst{Imm: v.Aux<<32 | t.shift, Disp: int32(t.offset)}, t.typ
	if t.own && t.typ.Aux == 0 && s.Movable(t.typ) {
		in.Cond, object = 1, t.typ.Args[0]
		s.TakeIn(t.typ)
	}
	s.add(mCast, in, s.UseLate(object), s.UseLate(t.wanted), s.Temp(ssa.I64, NoReg))
	return true
}

// A castAway is where code consults the record of an object's type.
type castAway struct {
	rare codegen.Away
	trap Label
}
