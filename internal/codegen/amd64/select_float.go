package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// float chooses instructions for operations on floats, and fails for what it does
// not know.
func (s *Selector) float(v *ssa.Value) {
	switch v.Op {
	case ssa.OpFadd:
		s.floatBinary(mFadd, v)
	case ssa.OpFsub:
		s.floatBinary(mFsub, v)
	case ssa.OpFmul:
		s.floatBinary(mFmul, v)
	case ssa.OpFdiv:
		s.floatBinary(mFdiv, v)
	case ssa.OpFmin:
		s.floatPair(mFmin, v)
	case ssa.OpFmax:
		s.floatPair(mFmax, v)
	case ssa.OpFcopysign:
		y := codegen.UseOf(s.distinct(v.Args[0], v.Args[1]))
		y.Kind = codegen.UseLate
		s.add(mFcopysign, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.Use(v.Args[0]), y, s.Tied(v))
	case ssa.OpFabs:
		s.add(mFabs, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.Use(v.Args[0]), s.Tied(v))
	case ssa.OpFneg:
		s.add(mFneg, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.Use(v.Args[0]), s.Tied(v))
	case ssa.OpFsqrt:
		s.unary(mFsqrt, sizeOf(v.Type), v)
	case ssa.OpFnearest:
		s.round(RoundNearest, v)
	case ssa.OpFfloor:
		s.round(RoundFloor, v)
	case ssa.OpFceil:
		s.round(RoundCeil, v)
	case ssa.OpFtrunc:
		s.round(RoundTrunc, v)
	case ssa.OpPromote:
		s.unary(mPromote, S64, v)
	case ssa.OpDemote:
		s.unary(mDemote, S32, v)
	case ssa.OpConvertS:
		s.fromInt(sizeOf(v.Args[0].Type), v)
	case ssa.OpConvertU:
		if v.Args[0].Type == ssa.I32 { // with zeros above it is a signed one
			s.fromInt(S64, v)
			return
		}
		s.add(mFromUint64, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.Use(v.Args[0]), s.Def(v),
			s.Temp(ssa.I64, NoReg))
	case ssa.OpTruncS:
		s.truncate(truncSigned, v)
	case ssa.OpTruncU:
		s.truncate(0, v)
	case ssa.OpTruncSatS:
		s.truncate(truncSigned|truncSaturate, v)
	case ssa.OpTruncSatU:
		s.truncate(truncSaturate, v)
	case ssa.OpBitcast:
		s.bitcast(v)
	default:
		s.Failf("%v is not known here", v.Op)
	}
}

func (s *Selector) floatBinary(m mop, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	x, y := v.Args[0], v.Args[1]
	if a, ok := s.memory(y); ok {
		s.addMem(m.with(formMem), in, a, s.Use(x), s.Tied(v))
		return
	}
	if v.Commutes() {
		if a, ok := s.memory(x); ok {
			s.addMem(m.with(formMem), in, a, s.Use(y), s.Tied(v))
			return
		}
		in.Flags = codegen.Commutative
	}
	s.add(m, in, s.Use(x), s.Use(y), s.Tied(v))
}

func (s *Selector) floatPair(m mop, v *ssa.Value) {
	s.add(m, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.Use(v.Args[0]), s.Use(v.Args[1]), s.Tied(v))
}

func (s *Selector) round(rounding uint8, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type)), Imm: int64(rounding)}
	s.add(mFround, in, s.Use(v.Args[0]), s.Def(v))
}

// fromInt converts a signed integer of a size.
func (s *Selector) fromInt(size Size, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type)), Imm: int64(size)}
	if size == sizeOf(v.Args[0].Type) {
		if a, ok := s.memory(v.Args[0]); ok {
			s.addMem(mFromInt.with(formMem), in, a, s.Def(v))
			return
		}
	}
	s.add(mFromInt, in, s.Use(v.Args[0]), s.Def(v))
}

func (s *Selector) truncate(how int64, v *ssa.Value) {
	if v.Type == ssa.I64 {
		how |= truncTo64
	}
	in := codegen.Inst{Size: uint8(sizeOf(v.Args[0].Type)), Imm: how}
	s.add(mTrunc, in, s.Use(v.Args[0]), s.Def(v), s.Temp(ssa.I64, NoReg))
}

func (s *Selector) bitcast(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	m := mFromX
	if v.Type.IsFloat() {
		m = mToX
	}
	if a, ok := s.memory(v.Args[0]); ok {
		s.loadFrom(v.Type, a, s.Def(v))
		return
	}
	s.add(m, in, s.Use(v.Args[0]), s.Def(v))
}
