package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// A vectorRule chooses instructions for an OpVector, and returns the register of the result.
type vectorRule func(s *Selector, v *ssa.Value) codegen.VReg

// vectorRules has the rule of each instruction that package ssa makes an OpVector of.
var vectorRules = [wasm.NumOpcodes]vectorRule{
	wasm.OpV128Not:       one(NotV),
	wasm.OpV128And:       two(AndV),
	wasm.OpV128Andnot:    two(BicV),
	wasm.OpV128Or:        two(OrrV),
	wasm.OpV128Xor:       two(EorV),
	wasm.OpV128Bitselect: (*Selector).bitselect,
	wasm.OpV128AnyTrue:   (*Selector).testLanes,

	wasm.OpI8x16Splat:        splat(S8),
	wasm.OpI8x16ExtractLaneS: extractLane(Smov, S8, ssa.I32),
	wasm.OpI8x16ExtractLaneU: extractLane(Umov, S8, ssa.I32),
	wasm.OpI8x16ReplaceLane:  replaceLane(InsGeneral, S8),
	wasm.OpI8x16Swizzle:      two(Tbl),
	wasm.OpI8x16Eq:           two(Cmeq.OfLanes(S8)),
	wasm.OpI8x16Ne:           notEqual(Cmeq.OfLanes(S8)),
	wasm.OpI8x16LtS:          swapped(Cmgt.OfLanes(S8)),
	wasm.OpI8x16GtS:          two(Cmgt.OfLanes(S8)),
	wasm.OpI8x16LeS:          swapped(Cmge.OfLanes(S8)),
	wasm.OpI8x16GeS:          two(Cmge.OfLanes(S8)),
	wasm.OpI8x16LtU:          swapped(Cmhi.OfLanes(S8)),
	wasm.OpI8x16GtU:          two(Cmhi.OfLanes(S8)),
	wasm.OpI8x16LeU:          swapped(Cmhs.OfLanes(S8)),
	wasm.OpI8x16GeU:          two(Cmhs.OfLanes(S8)),
	wasm.OpI8x16MinS:         two(Smin.OfLanes(S8)),
	wasm.OpI8x16MinU:         two(Umin.OfLanes(S8)),
	wasm.OpI8x16MaxS:         two(Smax.OfLanes(S8)),
	wasm.OpI8x16MaxU:         two(Umax.OfLanes(S8)),
	wasm.OpI8x16AddSatS:      two(Sqadd.OfLanes(S8)),
	wasm.OpI8x16AddSatU:      two(Uqadd.OfLanes(S8)),
	wasm.OpI8x16SubSatS:      two(Sqsub.OfLanes(S8)),
	wasm.OpI8x16SubSatU:      two(Uqsub.OfLanes(S8)),
	wasm.OpI8x16AvgrU:        two(Urhadd.OfLanes(S8)),
	wasm.OpI8x16Abs:          one(AbsV.OfLanes(S8)),
	wasm.OpI8x16Neg:          one(NegV.OfLanes(S8)),
	wasm.OpI8x16AllTrue:      (*Selector).testLanes,
	wasm.OpI8x16Bitmask:      (*Selector).bitmaskBytes,
	wasm.OpI8x16Shl:          shift(S8, ssa.OpShl),
	wasm.OpI8x16ShrS:         shift(S8, ssa.OpShrS),
	wasm.OpI8x16ShrU:         shift(S8, ssa.OpShrU),
	wasm.OpI8x16Add:          two(AddV.OfLanes(S8)),
	wasm.OpI8x16Sub:          two(SubV.OfLanes(S8)),
	wasm.OpI8x16Popcnt:       one(CntV),
	wasm.OpI8x16NarrowI16x8S: narrow(Sqxtn, Sqxtn2, S8),
	wasm.OpI8x16NarrowI16x8U: narrow(Sqxtun, Sqxtun2, S8),

	wasm.OpI16x8Splat:                 splat(S16),
	wasm.OpI16x8ExtractLaneS:          extractLane(Smov, S16, ssa.I32),
	wasm.OpI16x8ExtractLaneU:          extractLane(Umov, S16, ssa.I32),
	wasm.OpI16x8ReplaceLane:           replaceLane(InsGeneral, S16),
	wasm.OpI16x8Eq:                    two(Cmeq.OfLanes(S16)),
	wasm.OpI16x8Ne:                    notEqual(Cmeq.OfLanes(S16)),
	wasm.OpI16x8LtS:                   swapped(Cmgt.OfLanes(S16)),
	wasm.OpI16x8GtS:                   two(Cmgt.OfLanes(S16)),
	wasm.OpI16x8LeS:                   swapped(Cmge.OfLanes(S16)),
	wasm.OpI16x8GeS:                   two(Cmge.OfLanes(S16)),
	wasm.OpI16x8LtU:                   swapped(Cmhi.OfLanes(S16)),
	wasm.OpI16x8GtU:                   two(Cmhi.OfLanes(S16)),
	wasm.OpI16x8LeU:                   swapped(Cmhs.OfLanes(S16)),
	wasm.OpI16x8GeU:                   two(Cmhs.OfLanes(S16)),
	wasm.OpI16x8MinS:                  two(Smin.OfLanes(S16)),
	wasm.OpI16x8MinU:                  two(Umin.OfLanes(S16)),
	wasm.OpI16x8MaxS:                  two(Smax.OfLanes(S16)),
	wasm.OpI16x8MaxU:                  two(Umax.OfLanes(S16)),
	wasm.OpI16x8Mul:                   two(MulV.OfLanes(S16)),
	wasm.OpI16x8AddSatS:               two(Sqadd.OfLanes(S16)),
	wasm.OpI16x8AddSatU:               two(Uqadd.OfLanes(S16)),
	wasm.OpI16x8SubSatS:               two(Sqsub.OfLanes(S16)),
	wasm.OpI16x8SubSatU:               two(Uqsub.OfLanes(S16)),
	wasm.OpI16x8AvgrU:                 two(Urhadd.OfLanes(S16)),
	wasm.OpI16x8Abs:                   one(AbsV.OfLanes(S16)),
	wasm.OpI16x8Neg:                   one(NegV.OfLanes(S16)),
	wasm.OpI16x8AllTrue:               (*Selector).testLanes,
	wasm.OpI16x8Bitmask:               bitmask(S16),
	wasm.OpI16x8Shl:                   shift(S16, ssa.OpShl),
	wasm.OpI16x8ShrS:                  shift(S16, ssa.OpShrS),
	wasm.OpI16x8ShrU:                  shift(S16, ssa.OpShrU),
	wasm.OpI16x8Add:                   two(AddV.OfLanes(S16)),
	wasm.OpI16x8Sub:                   two(SubV.OfLanes(S16)),
	wasm.OpI16x8ExtendLowI8x16S:       one(Sxtl.widen(S8)),
	wasm.OpI16x8ExtendHighI8x16S:      one(Sxtl2.widen(S8)),
	wasm.OpI16x8ExtendLowI8x16U:       one(Uxtl.widen(S8)),
	wasm.OpI16x8ExtendHighI8x16U:      one(Uxtl2.widen(S8)),
	wasm.OpI16x8ExtmulLowI8x16S:       two(Smull.OfLanes(S8)),
	wasm.OpI16x8ExtmulHighI8x16S:      two(Smull2.OfLanes(S8)),
	wasm.OpI16x8ExtmulLowI8x16U:       two(Umull.OfLanes(S8)),
	wasm.OpI16x8ExtmulHighI8x16U:      two(Umull2.OfLanes(S8)),
	wasm.OpI16x8ExtaddPairwiseI8x16S:  one(Saddlp.OfLanes(S8)),
	wasm.OpI16x8ExtaddPairwiseI8x16U:  one(Uaddlp.OfLanes(S8)),
	wasm.OpI16x8NarrowI32x4S:          narrow(Sqxtn, Sqxtn2, S16),
	wasm.OpI16x8NarrowI32x4U:          narrow(Sqxtun, Sqxtun2, S16),
	wasm.OpI16x8Q15mulrSatS:           two(Sqrdmulh.OfLanes(S16)),
	wasm.OpI16x8RelaxedDotI8x16I7x16S: (*Selector).relaxedDot,

	wasm.OpI32x4Splat:                splat(S32),
	wasm.OpI32x4ExtractLane:          extractLane(Umov, S32, ssa.I32),
	wasm.OpI32x4ReplaceLane:          replaceLane(InsGeneral, S32),
	wasm.OpI32x4Eq:                   two(Cmeq.OfLanes(S32)),
	wasm.OpI32x4Ne:                   notEqual(Cmeq.OfLanes(S32)),
	wasm.OpI32x4LtS:                  swapped(Cmgt.OfLanes(S32)),
	wasm.OpI32x4GtS:                  two(Cmgt.OfLanes(S32)),
	wasm.OpI32x4LeS:                  swapped(Cmge.OfLanes(S32)),
	wasm.OpI32x4GeS:                  two(Cmge.OfLanes(S32)),
	wasm.OpI32x4LtU:                  swapped(Cmhi.OfLanes(S32)),
	wasm.OpI32x4GtU:                  two(Cmhi.OfLanes(S32)),
	wasm.OpI32x4LeU:                  swapped(Cmhs.OfLanes(S32)),
	wasm.OpI32x4GeU:                  two(Cmhs.OfLanes(S32)),
	wasm.OpI32x4MinS:                 two(Smin.OfLanes(S32)),
	wasm.OpI32x4MinU:                 two(Umin.OfLanes(S32)),
	wasm.OpI32x4MaxS:                 two(Smax.OfLanes(S32)),
	wasm.OpI32x4MaxU:                 two(Umax.OfLanes(S32)),
	wasm.OpI32x4Mul:                  two(MulV.OfLanes(S32)),
	wasm.OpI32x4Abs:                  one(AbsV.OfLanes(S32)),
	wasm.OpI32x4Neg:                  one(NegV.OfLanes(S32)),
	wasm.OpI32x4AllTrue:              (*Selector).testLanes,
	wasm.OpI32x4Bitmask:              bitmask(S32),
	wasm.OpI32x4Shl:                  shift(S32, ssa.OpShl),
	wasm.OpI32x4ShrS:                 shift(S32, ssa.OpShrS),
	wasm.OpI32x4ShrU:                 shift(S32, ssa.OpShrU),
	wasm.OpI32x4Add:                  two(AddV.OfLanes(S32)),
	wasm.OpI32x4Sub:                  two(SubV.OfLanes(S32)),
	wasm.OpI32x4ExtendLowI16x8S:      one(Sxtl.widen(S16)),
	wasm.OpI32x4ExtendHighI16x8S:     one(Sxtl2.widen(S16)),
	wasm.OpI32x4ExtendLowI16x8U:      one(Uxtl.widen(S16)),
	wasm.OpI32x4ExtendHighI16x8U:     one(Uxtl2.widen(S16)),
	wasm.OpI32x4ExtmulLowI16x8S:      two(Smull.OfLanes(S16)),
	wasm.OpI32x4ExtmulHighI16x8S:     two(Smull2.OfLanes(S16)),
	wasm.OpI32x4ExtmulLowI16x8U:      two(Umull.OfLanes(S16)),
	wasm.OpI32x4ExtmulHighI16x8U:     two(Umull2.OfLanes(S16)),
	wasm.OpI32x4ExtaddPairwiseI16x8S: one(Saddlp.OfLanes(S16)),
	wasm.OpI32x4ExtaddPairwiseI16x8U: one(Uaddlp.OfLanes(S16)),
	wasm.OpI32x4DotI16x8S:            (*Selector).dot,
	wasm.OpI32x4TruncSatF32x4S:       one(FcvtzsV),
	wasm.OpI32x4TruncSatF32x4U:       one(FcvtzuV),
	wasm.OpI32x4TruncSatF64x2SZero:   oneThen(FcvtzsV.OfFloat(S64), Sqxtn.OfLanes(S32)),
	wasm.OpI32x4TruncSatF64x2UZero:   oneThen(FcvtzuV.OfFloat(S64), Uqxtn.OfLanes(S32)),

	wasm.OpI64x2Splat:            splat(S64),
	wasm.OpI64x2ExtractLane:      extractLane(Umov, S64, ssa.I64),
	wasm.OpI64x2ReplaceLane:      replaceLane(InsGeneral, S64),
	wasm.OpI64x2Eq:               two(Cmeq.OfLanes(S64)),
	wasm.OpI64x2Ne:               notEqual(Cmeq.OfLanes(S64)),
	wasm.OpI64x2LtS:              swapped(Cmgt.OfLanes(S64)),
	wasm.OpI64x2GtS:              two(Cmgt.OfLanes(S64)),
	wasm.OpI64x2LeS:              swapped(Cmge.OfLanes(S64)),
	wasm.OpI64x2GeS:              two(Cmge.OfLanes(S64)),
	wasm.OpI64x2Abs:              one(AbsV.OfLanes(S64)),
	wasm.OpI64x2Neg:              one(NegV.OfLanes(S64)),
	wasm.OpI64x2AllTrue:          (*Selector).testLanes,
	wasm.OpI64x2Bitmask:          (*Selector).bitmaskQuads,
	wasm.OpI64x2Shl:              shift(S64, ssa.OpShl),
	wasm.OpI64x2ShrS:             shift(S64, ssa.OpShrS),
	wasm.OpI64x2ShrU:             shift(S64, ssa.OpShrU),
	wasm.OpI64x2Add:              two(AddV.OfLanes(S64)),
	wasm.OpI64x2Sub:              two(SubV.OfLanes(S64)),
	wasm.OpI64x2ExtendLowI32x4S:  one(Sxtl.widen(S32)),
	wasm.OpI64x2ExtendHighI32x4S: one(Sxtl2.widen(S32)),
	wasm.OpI64x2ExtendLowI32x4U:  one(Uxtl.widen(S32)),
	wasm.OpI64x2ExtendHighI32x4U: one(Uxtl2.widen(S32)),
	wasm.OpI64x2ExtmulLowI32x4S:  two(Smull.OfLanes(S32)),
	wasm.OpI64x2ExtmulHighI32x4S: two(Smull2.OfLanes(S32)),
	wasm.OpI64x2ExtmulLowI32x4U:  two(Umull.OfLanes(S32)),
	wasm.OpI64x2ExtmulHighI32x4U: two(Umull2.OfLanes(S32)),
	wasm.OpI64x2Mul:              (*Selector).multiplyQuads,

	wasm.OpF32x4Splat:           one(DupLane.lane(S32, 0)),
	wasm.OpF32x4ExtractLane:     extractLane(DupScalar, S32, ssa.F32),
	wasm.OpF32x4ReplaceLane:     replaceLane(InsLow, S32),
	wasm.OpF32x4Eq:              two(FcmeqV),
	wasm.OpF32x4Ne:              notEqual(FcmeqV),
	wasm.OpF32x4Lt:              swapped(FcmgtV),
	wasm.OpF32x4Gt:              two(FcmgtV),
	wasm.OpF32x4Le:              swapped(FcmgeV),
	wasm.OpF32x4Ge:              two(FcmgeV),
	wasm.OpF32x4Ceil:            one(FrintpV),
	wasm.OpF32x4Floor:           one(FrintmV),
	wasm.OpF32x4Trunc:           one(FrintzV),
	wasm.OpF32x4Nearest:         one(FrintnV),
	wasm.OpF32x4Abs:             one(FabsV),
	wasm.OpF32x4Neg:             one(FnegV),
	wasm.OpF32x4Sqrt:            one(FsqrtV),
	wasm.OpF32x4Add:             two(FaddV),
	wasm.OpF32x4Sub:             two(FsubV),
	wasm.OpF32x4Mul:             two(FmulV),
	wasm.OpF32x4Div:             two(FdivV),
	wasm.OpF32x4Min:             two(FminV),
	wasm.OpF32x4Max:             two(FmaxV),
	wasm.OpF32x4Pmin:            pseudoMinimum(FcmgtV, false),
	wasm.OpF32x4Pmax:            pseudoMinimum(FcmgtV, true),
	wasm.OpF32x4DemoteF64x2Zero: one(Fcvtn),
	wasm.OpF32x4ConvertI32x4S:   one(ScvtfV),
	wasm.OpF32x4ConvertI32x4U:   one(UcvtfV),

	wasm.OpF64x2Splat:            one(DupLane.lane(S64, 0)),
	wasm.OpF64x2ExtractLane:      extractLane(DupScalar, S64, ssa.F64),
	wasm.OpF64x2ReplaceLane:      replaceLane(InsLow, S64),
	wasm.OpF64x2Eq:               two(FcmeqV.OfFloat(S64)),
	wasm.OpF64x2Ne:               notEqual(FcmeqV.OfFloat(S64)),
	wasm.OpF64x2Lt:               swapped(FcmgtV.OfFloat(S64)),
	wasm.OpF64x2Gt:               two(FcmgtV.OfFloat(S64)),
	wasm.OpF64x2Le:               swapped(FcmgeV.OfFloat(S64)),
	wasm.OpF64x2Ge:               two(FcmgeV.OfFloat(S64)),
	wasm.OpF64x2Ceil:             one(FrintpV.OfFloat(S64)),
	wasm.OpF64x2Floor:            one(FrintmV.OfFloat(S64)),
	wasm.OpF64x2Trunc:            one(FrintzV.OfFloat(S64)),
	wasm.OpF64x2Nearest:          one(FrintnV.OfFloat(S64)),
	wasm.OpF64x2Abs:              one(FabsV.OfFloat(S64)),
	wasm.OpF64x2Neg:              one(FnegV.OfFloat(S64)),
	wasm.OpF64x2Sqrt:             one(FsqrtV.OfFloat(S64)),
	wasm.OpF64x2Add:              two(FaddV.OfFloat(S64)),
	wasm.OpF64x2Sub:              two(FsubV.OfFloat(S64)),
	wasm.OpF64x2Mul:              two(FmulV.OfFloat(S64)),
	wasm.OpF64x2Div:              two(FdivV.OfFloat(S64)),
	wasm.OpF64x2Min:              two(FminV.OfFloat(S64)),
	wasm.OpF64x2Max:              two(FmaxV.OfFloat(S64)),
	wasm.OpF64x2Pmin:             pseudoMinimum(FcmgtV.OfFloat(S64), false),
	wasm.OpF64x2Pmax:             pseudoMinimum(FcmgtV.OfFloat(S64), true),
	wasm.OpF64x2PromoteLowF32x4:  one(Fcvtl),
	wasm.OpF64x2ConvertLowI32x4S: oneThen(Sxtl.widen(S32), ScvtfV.OfFloat(S64)),
	wasm.OpF64x2ConvertLowI32x4U: oneThen(Uxtl.widen(S32), UcvtfV.OfFloat(S64)),
}

// one is an instruction with one operand.
func one(o Op) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.v1(o, s.VReg(v.Args[0])) }
}

// oneThen is an instruction with one operand, and another one on its result.
func oneThen(o, then Op) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.v1(then, s.v1(o, s.VReg(v.Args[0]))) }
}

// two is an instruction with two operands.
func two(o Op) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.v2(o, s.VReg(v.Args[0]), s.VReg(v.Args[1])) }
}

// swapped is an instruction on the operands in the other order.
func swapped(o Op) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.v2(o, s.VReg(v.Args[1]), s.VReg(v.Args[0])) }
}

func notEqual(equal Op) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.v1(NotV, s.v2(equal, s.VReg(v.Args[0]), s.VReg(v.Args[1])))
	}
}

// narrow makes the low lanes of one operand, and then the high ones of the other.
func narrow(low, high Op, size Size) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
		return s.v1Tied(high.OfLanes(size), s.v1(low.OfLanes(size), x), y)
	}
}

// splat repeats an integer.
func splat(size Size) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.v1(DupGeneral.lane(size, 0), s.VReg(v.Args[0])) }
}

// extractLane copies a lane to a register of a type.
func extractLane(o Op, size Size, t ssa.Type) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.v1To(o.lane(size, v.Lane()), t, s.VReg(v.Args[0]))
	}
}

// replaceLane replaces a lane.
func replaceLane(o Op, size Size) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.v1Tied(o.lane(size, v.Lane()), s.VReg(v.Args[0]), s.VReg(v.Args[1]))
	}
}

// bitselect destroys the mask.
func (s *Selector) bitselect(v *ssa.Value) codegen.VReg {
	return s.v2Tied(Bsl, s.VReg(v.Args[2]), s.VReg(v.Args[0]), s.VReg(v.Args[1]))
}

// pseudoMinimum is the second operand where that is less than the first, or greater for the maximum, else the first.
func pseudoMinimum(greater Op, maximum bool) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
		mask := [2]codegen.VReg{x, y}
		if maximum {
			mask[0], mask[1] = y, x
		}
		return s.v2Tied(Bsl, s.v2(greater, mask[0], mask[1]), y, x)
	}
}

// shift shifts all lanes. A shift to the right is one to the left by a negative count.
func shift(size Size, op ssa.Op) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x := s.VReg(v.Args[0])
		width := int64(8) << size
		if c, ok := codegen.Constant(v.Args[1]); ok {
			count := uint8(c & (width - 1))
			switch {
			case op == ssa.OpShl:
				return s.v1(shiftLeft(size, count), x)
			case count == 0:
				return s.v2(OrrV, x, x)
			case op == ssa.OpShrS:
				return s.v1(shiftRight(sshr, size, count), x)
			}
			return s.v1(shiftRight(ushr, size, count), x)
		}
		mask, _ := logicalImmediate(AndImm, S32, width-1)
		count := s.newInt(func(r codegen.VReg) { s.shape(mR2, mask, s.Use(lowBits(v.Args[1])), codegen.DefOf(r)) })
		if op != ssa.OpShl {
			positive := count
			count = s.newInt(func(r codegen.VReg) {
				s.shape(mR2M, Sub.Of(S64), codegen.UseOf(positive), codegen.DefOf(r))
			})
		}
		o := Ushl
		if op == ssa.OpShrS {
			o = Sshl
		}
		return s.v2(o.OfLanes(size), x, s.v1(DupGeneral.lane(size, 0), count))
	}
}

// dot adds products of pairs.
func (s *Selector) dot(v *ssa.Value) codegen.VReg {
	x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
	low := s.v2(Smull.OfLanes(S16), x, y)
	return s.v2(Addp.OfLanes(S32), low, s.v2(Smull2.OfLanes(S16), x, y))
}

// relaxedDot adds products of pairs of bytes, and saturates the sums.
func (s *Selector) relaxedDot(v *ssa.Value) codegen.VReg {
	x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
	low, high := s.v2(Smull, x, y), s.v2(Smull2, x, y)
	even := s.v2(Uzp1.OfLanes(S16), low, high)
	return s.v2(Sqadd.OfLanes(S16), even, s.v2(Uzp2.OfLanes(S16), low, high))
}

// multiplyQuads adds the products of halves.
func (s *Selector) multiplyQuads(v *ssa.Value) codegen.VReg {
	x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
	cross := s.v2(MulV.OfLanes(S32), s.v1(Rev64.OfLanes(S32), y), x)
	cross = s.v1(shiftLeft(S64, 32), s.v1(Uaddlp.OfLanes(S32), cross))
	low := s.v1(Xtn.OfLanes(S32), x)
	return s.v2Tied(Umlal.OfLanes(S32), cross, low, s.v1(Xtn.OfLanes(S32), y))
}

// bitmask keeps of each negative lane the bit that is its own, and adds them.
func bitmask(size Size) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		var own ssa.Vector
		for i := range 16 >> size {
			own[i<<size] = 1 << i
		}
		bits := s.v2(AndV, s.v1(CmltZ.OfLanes(size), s.VReg(v.Args[0])), s.constantReg(own))
		return s.v1To(Umov.lane(size, 0), ssa.I32, s.v1(AddvV.OfLanes(size), bits))
	}
}

// bitmaskBytes adds the bits of the low and of the high bytes side by side, in lanes of 16 bits.
func (s *Selector) bitmaskBytes(v *ssa.Value) codegen.VReg {
	var own ssa.Vector
	for i := range own {
		own[i] = 1 << (i & 7)
	}
	bits := s.v2(AndV, s.v1(CmltZ, s.VReg(v.Args[0])), s.constantReg(own))
	pairs := s.v2(Zip1, bits, s.v2(extBytes(8), bits, bits))
	return s.v1To(Umov.lane(S16, 0), ssa.I32, s.v1(AddvV.OfLanes(S16), pairs))
}

func (s *Selector) bitmaskQuads(v *ssa.Value) codegen.VReg {
	signs := s.v1(shiftRight(ushr, S64, 63), s.VReg(v.Args[0]))
	low, high := s.v1To(Umov.lane(S64, 0), ssa.I64, signs), s.v1To(Umov.lane(S64, 1), ssa.I64, signs)
	return s.newInt(func(r codegen.VReg) {
		s.shape(mR3, Add.Of(S64).Shifted(shiftLSL, 1), codegen.UseOf(low), codegen.UseOf(high), codegen.DefOf(r))
	})
}
