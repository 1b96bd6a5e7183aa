package codegen

import "weft/internal/ssa"

// The operands of instructions as they are selected.

// UseOf is a use of a virtual register, in any register.
func UseOf(r VReg) Operand { return Operand{V: r, Kind: Use, Fixed: NoReg, Reg: NoReg} }

// FixedUse is a use in a register.
func FixedUse(r VReg, reg Reg) Operand { return Operand{V: r, Kind: Use, Fixed: reg, Reg: NoReg} }

// DefOf is a definition, in any register.
func DefOf(r VReg) Operand { return Operand{V: r, Kind: Def, Fixed: NoReg, Reg: NoReg} }

// FixedDef is a definition in a register.
func FixedDef(r VReg, reg Reg) Operand { return Operand{V: r, Kind: Def, Fixed: reg, Reg: NoReg} }

// Destroyed is a register that an instruction destroys.
func Destroyed(reg Reg) Operand { return Operand{Kind: Clobber, Fixed: reg, Reg: NoReg} }

// Use is a use of a value.
func (s *Selection) Use(v *ssa.Value) Operand { return UseOf(s.VReg(v)) }

// Def is the definition of a value.
func (s *Selection) Def(v *ssa.Value) Operand { return DefOf(s.VReg(v)) }

// UseLate is a use whose register is none of the definitions'.
func (s *Selection) UseLate(v *ssa.Value) Operand {
	o := s.Use(v)
	o.Kind = UseLate
	return o
}

// Tied is a definition in the register of the first operand.
func (s *Selection) Tied(v *ssa.Value) Operand {
	o := s.Def(v)
	o.Kind = DefTied
	return o
}

// Low is Use for an instruction that reads just as many bits as v has, so that what is above them
// does not matter.
func (s *Selection) Low(v *ssa.Value) Operand {
	if v.Op == ssa.OpWrap && s.Foldable(v) {
		v = v.Args[0]
	}
	return s.Use(v)
}

// Temp is a register for an instruction's own use.
func (s *Selection) Temp(t ssa.Type, fixed Reg) Operand {
	return Operand{V: s.NewVReg(t), Kind: Temp, Fixed: fixed, Reg: NoReg}
}

// Constant returns the value of an integer constant, with its sign.
func Constant(v *ssa.Value) (int64, bool) {
	if v.Op == ssa.OpExtendU && v.Args[0].Op == ssa.OpConst {
		return int64(uint32(v.Args[0].Aux)), true
	}
	if v.Op != ssa.OpConst || v.Type.IsFloat() {
		return 0, false
	}
	if v.Type == ssa.I32 {
		return int64(int32(v.Aux)), true
	}
	return v.Aux, true
}

// IsZero reports whether v is the integer 0.
func IsZero(v *ssa.Value) bool {
	c, ok := Constant(v)
	return ok && c == 0
}
