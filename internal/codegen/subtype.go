package codegen

import "weft/internal/ssa"

// A SubtypeTest is the condition of a cast to a type that may have subtypes, taken apart.
type SubtypeTest struct {
	Type, Wanted *ssa.Value
	Own          bool  // nothing else needs Type
	Shift        int64 // from a type to the offset of its record
	Offset       int64 // in the record
}

// SubtypeTest finds out whether a condition tests a record of a type, and nothing else needs what that takes.
func (s *Selection) SubtypeTest(v *ssa.Value) (t SubtypeTest, ok bool) {
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
			if records.Op != ssa.OpGet || records.Aux != int64(OffTypes) || records.Args[0].Op != ssa.OpContext ||
				at.Op != ssa.OpShl || !s.Foldable(at) {
				continue
			}
			shift, isConst := Constant(at.Args[1])
			t = SubtypeTest{Type: Resolve(at.Args[0]), Own: s.Foldable(at.Args[0]), Wanted: v.Args[1-i],
				Shift: shift, Offset: super.Aux}
			return t, isConst && t.Type.Op == ssa.OpPartFixed
		}
	}
	return t, false
}
