package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// float chooses instructions for operations on floats, and fails for what it does
// not know.
func (s *Selector) float(v *ssa.Value) {
	size := sizeOf(v.Type)
	switch v.Op {
	case ssa.OpFadd:
		s.floatBinary(Fadd, v)
	case ssa.OpFsub:
		s.floatBinary(Fsub, v)
	case ssa.OpFmul:
		s.floatBinary(Fmul, v)
	case ssa.OpFdiv:
		s.floatBinary(Fdiv, v)
	case ssa.OpFmin:
		s.floatBinary(Fmin, v)
	case ssa.OpFmax:
		s.floatBinary(Fmax, v)
	case ssa.OpFcopysign:
		s.copysign(v)
	case ssa.OpFabs:
		s.floatUnary(Fabs, size, v)
	case ssa.OpFneg:
		s.floatUnary(Fneg, size, v)
	case ssa.OpFsqrt:
		s.floatUnary(Fsqrt, size, v)
	case ssa.OpFnearest:
		s.floatUnary(Frintn, size, v)
	case ssa.OpFfloor:
		s.floatUnary(Frintm, size, v)
	case ssa.OpFceil:
		s.floatUnary(Frintp, size, v)
	case ssa.OpFtrunc:
		s.floatUnary(Frintz, size, v)
	case ssa.OpPromote:
		s.floatUnary(FcvtSD, S32, v)
	case ssa.OpDemote:
		s.floatUnary(FcvtDS, S32, v)
	case ssa.OpConvertS:
		s.floatUnary(Scvtf.Of(sizeOf(v.Args[0].Type)), size, v)
	case ssa.OpConvertU:
		s.floatUnary(Ucvtf.Of(sizeOf(v.Args[0].Type)), size, v)
	case ssa.OpTruncS:
		s.truncate(truncSigned, v)
	case ssa.OpTruncU:
		s.truncate(0, v)
	case ssa.OpTruncSatS:
		s.floatUnary(Fcvtzs.Of(size), sizeOf(v.Args[0].Type), v)
	case ssa.OpTruncSatU:
		s.floatUnary(Fcvtzu.Of(size), sizeOf(v.Args[0].Type), v)
	case ssa.OpBitcast:
		s.bitcast(v)
	default:
		s.Failf("%v is not known here", v.Op)
	}
}

func (s *Selector) floatBinary(o Op, v *ssa.Value) {
	s.shape(mR3, o.OfFloat(sizeOf(v.Type)), s.Use(v.Args[0]), s.Use(v.Args[1]), s.Def(v))
}

// floatUnary emits an instruction on floats of a size.
func (s *Selector) floatUnary(o Op, size Size, v *ssa.Value) {
	s.shape(mR2, o.OfFloat(size), s.Use(v.Args[0]), s.Def(v))
}

// copysign takes the bit of the sign from the second operand.
func (s *Selector) copysign(v *ssa.Value) {
	sign := s.NewVReg(ssa.F64)
	size := sizeOf(v.Type)
	if size == S32 {
		s.rematerialized(mF64Const, sign, 1<<31)
	} else {
		s.rematerialized(mF64Const, sign, -1<<63)
	}
	// The mask is destroyed, so it is a copy that the instruction makes its result of.
	s.shape(mR3Tied, Bsl, codegen.UseOf(sign), s.Use(v.Args[1]), s.Use(v.Args[0]), s.Tied(v))
}

func (s *Selector) truncate(how int64, v *ssa.Value) {
	if v.Type == ssa.I64 {
		how |= truncTo64
	}
	in := codegen.Inst{Size: uint8(sizeOf(v.Args[0].Type)), Imm: how}
	s.add(mTrunc, in, s.UseLate(v.Args[0]), s.Def(v))
}

// bitcast loads anew what is in memory, else moves between the kinds of registers.
func (s *Selector) bitcast(v *ssa.Value) {
	x := v.Args[0]
	if s.Movable(x) && (!x.Op.HasMem() || x.Mem.Size() == x.Type.Size()) {
		s.TakeIn(x)
		if x.Op == ssa.OpLoad {
			s.Folded = x.Pos
		}
		s.loadTo(x, wholeLoad(v.Type), s.Def(v))
		return
	}
	o := FmovOut
	if v.Type.IsFloat() {
		o = FmovIn
	}
	size := sizeOf(v.Type)
	s.shape(mR2, o.Of(size).OfFloat(size), s.Use(x), s.Def(v))
}
