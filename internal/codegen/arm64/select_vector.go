package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// Vectors. Each instruction of WebAssembly has a rule (vector_rules.go) that emits instructions over new
// virtual registers and returns the one with the result, a new one,
// which then becomes that of the value. So rules are expressions. Most are one instruction.

// vector emits an OpVector or OpShuffle.
func (s *Selector) vector(v *ssa.Value) {
	first := len(s.Insts)
	wanted := s.VReg(v)
	var r codegen.VReg
	if v.Op == ssa.OpShuffle {
		r = s.shuffle(v)
	} else if rule := vectorRules[v.Code()]; rule != nil {
		r = rule(s, v)
	} else {
		s.Failf("%v is not known here", v.Code())
		return
	}
	s.Rename(first, r, wanted)
}

// v1, v2 and v3 emit instructions with one, two and three operands that are read, and a vector as result.
func (s *Selector) v1(o Op, x codegen.VReg) codegen.VReg { return s.v1To(o, ssa.V128, x) }

// v1To is v1 with a result of a type.
func (s *Selector) v1To(o Op, t ssa.Type, x codegen.VReg) codegen.VReg {
	d := s.NewVReg(t)
	s.shape(mR2, o, codegen.UseOf(x), codegen.DefOf(d))
	return d
}

func (s *Selector) v2(o Op, x, y codegen.VReg) codegen.VReg {
	d := s.NewVReg(ssa.V128)
	s.shape(mR3, o, codegen.UseOf(x), codegen.UseOf(y), codegen.DefOf(d))
	return d
}

// v1Tied and v2Tied emit instructions that change a vector.
func (s *Selector) v1Tied(o Op, old, x codegen.VReg) codegen.VReg {
	d := s.NewVReg(ssa.V128)
	s.shape(mR2Tied, o, codegen.UseOf(old), codegen.UseOf(x), tiedDef(d))
	return d
}

func (s *Selector) v2Tied(o Op, old, x, y codegen.VReg) codegen.VReg {
	d := s.NewVReg(ssa.V128)
	s.shape(mR3Tied, o, codegen.UseOf(old), codegen.UseOf(x), codegen.UseOf(y), tiedDef(d))
	return d
}

func tiedDef(d codegen.VReg) codegen.Operand {
	o := codegen.DefOf(d)
	o.Kind = codegen.DefTied
	return o
}

// constantReg is a constant in a register.
func (s *Selector) constantReg(c ssa.Vector) codegen.VReg {
	r := s.NewVReg(ssa.V128)
	s.rematerialized(mVecConst, r, s.F.Vector(c))
	return r
}

// compareLanes tests lanes by their maximum: that of the lanes themselves, or of whether they are 0.
func (s *Selector) compareLanes(v *ssa.Value) comparison {
	c := comparison{m: mCmpVec, cond: EQ, op: 1}
	switch v.Code() {
	case wasm.OpV128AnyTrue:
		c.cond, c.op = NE, 0
	case wasm.OpI8x16AllTrue:
		c.size = S8
	case wasm.OpI16x8AllTrue:
		c.size = S16
	case wasm.OpI32x4AllTrue:
		c.size = S32
	case wasm.OpI64x2AllTrue:
		c.size = S64
	}
	c.take(s.Use(v.Args[0]))
	return c
}

// testLanes makes a value of such a test.
func (s *Selector) testLanes(v *ssa.Value) codegen.VReg {
	d := s.NewVReg(ssa.I32)
	s.consume(s.compareLanes(v), toValue, wasm.TrapNone, 0, codegen.DefOf(d))
	return d
}
