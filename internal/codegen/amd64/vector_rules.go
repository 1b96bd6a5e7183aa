package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// A vectorRule chooses instructions for an OpVector, and returns the register of the result.
type vectorRule func(s *Selector, v *ssa.Value) codegen.VReg

// vectorRules has the rule of each instruction that package ssa makes an OpVector of.
var vectorRules = [wasm.NumOpcodes]vectorRule{
	wasm.OpV128Not:       func(s *Selector, v *ssa.Value) codegen.VReg { return s.not(s.VReg(v.Args[0])) },
	wasm.OpV128And:       commutative(Pand),
	wasm.OpV128Andnot:    swapped(Pandn),
	wasm.OpV128Or:        commutative(Por),
	wasm.OpV128Xor:       commutative(Pxor),
	wasm.OpV128Bitselect: (*Selector).bitselect,
	wasm.OpV128AnyTrue:   (*Selector).testBits,

	wasm.OpI8x16Splat:        (*Selector).splatBytes,
	wasm.OpI8x16Swizzle:      (*Selector).swizzle,
	wasm.OpI8x16ExtractLaneS: extractSigned(Pextrb, mMovsx8),
	wasm.OpI8x16ExtractLaneU: extract(Pextrb, S32, ssa.I32),
	wasm.OpI8x16ReplaceLane:  replace(Pinsrb, S32, 1),
	wasm.OpI8x16Eq:           commutative(Pcmpeqb),
	wasm.OpI8x16Ne:           notEqual(Pcmpeqb),
	wasm.OpI8x16LtS:          swapped(Pcmpgtb),
	wasm.OpI8x16LtU:          notBound(Pmaxub, Pcmpeqb),
	wasm.OpI8x16GtS:          packed(Pcmpgtb),
	wasm.OpI8x16GtU:          notBound(Pminub, Pcmpeqb),
	wasm.OpI8x16LeS:          bound(Pminsb, Pcmpeqb),
	wasm.OpI8x16LeU:          bound(Pminub, Pcmpeqb),
	wasm.OpI8x16GeS:          bound(Pmaxsb, Pcmpeqb),
	wasm.OpI8x16GeU:          bound(Pmaxub, Pcmpeqb),
	wasm.OpI8x16Abs:          unary(Pabsb),
	wasm.OpI8x16Neg:          negative(Psubb),
	wasm.OpI8x16Popcnt:       (*Selector).popcntBytes,
	wasm.OpI8x16AllTrue:      (*Selector).testBits,
	wasm.OpI8x16Bitmask:      mask(Pmovmskb),
	wasm.OpI8x16NarrowI16x8S: packed(Packsswb),
	wasm.OpI8x16NarrowI16x8U: packed(Packuswb),
	wasm.OpI8x16Shl:          (*Selector).shlBytes,
	wasm.OpI8x16ShrS:         (*Selector).sarBytes,
	wasm.OpI8x16ShrU:         (*Selector).shrBytes,
	wasm.OpI8x16Add:          commutative(Paddb),
	wasm.OpI8x16AddSatS:      commutative(Paddsb),
	wasm.OpI8x16AddSatU:      commutative(Paddusb),
	wasm.OpI8x16Sub:          packed(Psubb),
	wasm.OpI8x16SubSatS:      packed(Psubsb),
	wasm.OpI8x16SubSatU:      packed(Psubusb),
	wasm.OpI8x16MinS:         commutative(Pminsb),
	wasm.OpI8x16MinU:         commutative(Pminub),
	wasm.OpI8x16MaxS:         commutative(Pmaxsb),
	wasm.OpI8x16MaxU:         commutative(Pmaxub),
	wasm.OpI8x16AvgrU:        commutative(Pavgb),

	wasm.OpI16x8Splat:                 (*Selector).splatWords,
	wasm.OpI16x8ExtractLaneS:          extractSigned(Pextrw, mMovsx16),
	wasm.OpI16x8ExtractLaneU:          extract(Pextrw, S32, ssa.I32),
	wasm.OpI16x8ReplaceLane:           replace(Pinsrw, S32, 2),
	wasm.OpI16x8Eq:                    commutative(Pcmpeqw),
	wasm.OpI16x8Ne:                    notEqual(Pcmpeqw),
	wasm.OpI16x8LtS:                   swapped(Pcmpgtw),
	wasm.OpI16x8LtU:                   notBound(Pmaxuw, Pcmpeqw),
	wasm.OpI16x8GtS:                   packed(Pcmpgtw),
	wasm.OpI16x8GtU:                   notBound(Pminuw, Pcmpeqw),
	wasm.OpI16x8LeS:                   bound(Pminsw, Pcmpeqw),
	wasm.OpI16x8LeU:                   bound(Pminuw, Pcmpeqw),
	wasm.OpI16x8GeS:                   bound(Pmaxsw, Pcmpeqw),
	wasm.OpI16x8GeU:                   bound(Pmaxuw, Pcmpeqw),
	wasm.OpI16x8ExtaddPairwiseI8x16S:  (*Selector).addPairsSigned,
	wasm.OpI16x8ExtaddPairwiseI8x16U:  withConstant(Pmaddubsw, bytesOf(1)),
	wasm.OpI16x8Abs:                   unary(Pabsw),
	wasm.OpI16x8Neg:                   negative(Psubw),
	wasm.OpI16x8Q15mulrSatS:           (*Selector).q15mulrSat,
	wasm.OpI16x8AllTrue:               (*Selector).testBits,
	wasm.OpI16x8Bitmask:               (*Selector).maskWords,
	wasm.OpI16x8NarrowI32x4S:          packed(Packssdw),
	wasm.OpI16x8NarrowI32x4U:          packed(Packusdw),
	wasm.OpI16x8ExtendLowI8x16S:       extend(extendLow(Pmovsxbw)),
	wasm.OpI16x8ExtendHighI8x16S:      extend(extendHighSigned(Pmovsxbw)),
	wasm.OpI16x8ExtendLowI8x16U:       extend(extendLow(Pmovzxbw)),
	wasm.OpI16x8ExtendHighI8x16U:      extend(extendHighUnsigned(Punpckhbw)),
	wasm.OpI16x8Shl:                   shift(Psllw, PsllwX, 16),
	wasm.OpI16x8ShrS:                  shift(Psraw, PsrawX, 16),
	wasm.OpI16x8ShrU:                  shift(Psrlw, PsrlwX, 16),
	wasm.OpI16x8Add:                   commutative(Paddw),
	wasm.OpI16x8AddSatS:               commutative(Paddsw),
	wasm.OpI16x8AddSatU:               commutative(Paddusw),
	wasm.OpI16x8Sub:                   packed(Psubw),
	wasm.OpI16x8SubSatS:               packed(Psubsw),
	wasm.OpI16x8SubSatU:               packed(Psubusw),
	wasm.OpI16x8Mul:                   commutative(Pmullw),
	wasm.OpI16x8MinS:                  commutative(Pminsw),
	wasm.OpI16x8MinU:                  commutative(Pminuw),
	wasm.OpI16x8MaxS:                  commutative(Pmaxsw),
	wasm.OpI16x8MaxU:                  commutative(Pmaxuw),
	wasm.OpI16x8AvgrU:                 commutative(Pavgw),
	wasm.OpI16x8ExtmulLowI8x16S:       multiplyBytes(extendLow(Pmovsxbw)),
	wasm.OpI16x8ExtmulHighI8x16S:      multiplyBytes(extendHighSigned(Pmovsxbw)),
	wasm.OpI16x8ExtmulLowI8x16U:       multiplyBytes(extendLow(Pmovzxbw)),
	wasm.OpI16x8ExtmulHighI8x16U:      multiplyBytes(extendHighUnsigned(Punpckhbw)),
	wasm.OpI16x8RelaxedDotI8x16I7x16S: (*Selector).relaxedDot,

	wasm.OpI32x4Splat:                (*Selector).splatLongs,
	wasm.OpI32x4ExtractLane:          extract(Pextrd, S32, ssa.I32),
	wasm.OpI32x4ReplaceLane:          replace(Pinsrd, S32, 4),
	wasm.OpI32x4Eq:                   commutative(Pcmpeqd),
	wasm.OpI32x4Ne:                   notEqual(Pcmpeqd),
	wasm.OpI32x4LtS:                  swapped(Pcmpgtd),
	wasm.OpI32x4LtU:                  notBound(Pmaxud, Pcmpeqd),
	wasm.OpI32x4GtS:                  packed(Pcmpgtd),
	wasm.OpI32x4GtU:                  notBound(Pminud, Pcmpeqd),
	wasm.OpI32x4LeS:                  bound(Pminsd, Pcmpeqd),
	wasm.OpI32x4LeU:                  bound(Pminud, Pcmpeqd),
	wasm.OpI32x4GeS:                  bound(Pmaxsd, Pcmpeqd),
	wasm.OpI32x4GeU:                  bound(Pmaxud, Pcmpeqd),
	wasm.OpI32x4ExtaddPairwiseI16x8S: withConstant(Pmaddwd, wordsOf(1)),
	wasm.OpI32x4ExtaddPairwiseI16x8U: (*Selector).addPairsOfWords,
	wasm.OpI32x4Abs:                  unary(Pabsd),
	wasm.OpI32x4Neg:                  negative(Psubd),
	wasm.OpI32x4AllTrue:              (*Selector).testBits,
	wasm.OpI32x4Bitmask:              mask(Movmskps),
	wasm.OpI32x4ExtendLowI16x8S:      extend(extendLow(Pmovsxwd)),
	wasm.OpI32x4ExtendHighI16x8S:     extend(extendHighSigned(Pmovsxwd)),
	wasm.OpI32x4ExtendLowI16x8U:      extend(extendLow(Pmovzxwd)),
	wasm.OpI32x4ExtendHighI16x8U:     extend(extendHighUnsigned(Punpckhwd)),
	wasm.OpI32x4Shl:                  shift(Pslld, PslldX, 32),
	wasm.OpI32x4ShrS:                 shift(Psrad, PsradX, 32),
	wasm.OpI32x4ShrU:                 shift(Psrld, PsrldX, 32),
	wasm.OpI32x4Add:                  commutative(Paddd),
	wasm.OpI32x4Sub:                  packed(Psubd),
	wasm.OpI32x4Mul:                  commutative(Pmulld),
	wasm.OpI32x4MinS:                 commutative(Pminsd),
	wasm.OpI32x4MinU:                 commutative(Pminud),
	wasm.OpI32x4MaxS:                 commutative(Pmaxsd),
	wasm.OpI32x4MaxU:                 commutative(Pmaxud),
	wasm.OpI32x4DotI16x8S:            commutative(Pmaddwd),
	wasm.OpI32x4ExtmulLowI16x8S:      multiplyWords(Pmulhw, Punpcklwd),
	wasm.OpI32x4ExtmulHighI16x8S:     multiplyWords(Pmulhw, Punpckhwd),
	wasm.OpI32x4ExtmulLowI16x8U:      multiplyWords(Pmulhuw, Punpcklwd),
	wasm.OpI32x4ExtmulHighI16x8U:     multiplyWords(Pmulhuw, Punpckhwd),
	wasm.OpI32x4TruncSatF32x4S:       (*Selector).truncF32Signed,
	wasm.OpI32x4TruncSatF32x4U:       (*Selector).truncF32Unsigned,
	wasm.OpI32x4TruncSatF64x2SZero:   (*Selector).truncF64Signed,
	wasm.OpI32x4TruncSatF64x2UZero:   (*Selector).truncF64Unsigned,

	wasm.OpI64x2Splat:            (*Selector).splatQuads,
	wasm.OpI64x2ExtractLane:      extract(Pextrd, S64, ssa.I64),
	wasm.OpI64x2ReplaceLane:      replace(Pinsrd, S64, 8),
	wasm.OpI64x2Abs:              (*Selector).absQuads,
	wasm.OpI64x2Neg:              negative(Psubq),
	wasm.OpI64x2AllTrue:          (*Selector).testBits,
	wasm.OpI64x2Bitmask:          mask(Movmskpd),
	wasm.OpI64x2ExtendLowI32x4S:  extend(extendLow(Pmovsxdq)),
	wasm.OpI64x2ExtendHighI32x4S: extend(extendHighSigned(Pmovsxdq)),
	wasm.OpI64x2ExtendLowI32x4U:  extend(extendLow(Pmovzxdq)),
	wasm.OpI64x2ExtendHighI32x4U: extend(extendHighUnsigned(Punpckhdq)),
	wasm.OpI64x2Shl:              shift(Psllq, PsllqX, 64),
	wasm.OpI64x2ShrS:             (*Selector).sarQuads,
	wasm.OpI64x2ShrU:             shift(Psrlq, PsrlqX, 64),
	wasm.OpI64x2Add:              commutative(Paddq),
	wasm.OpI64x2Sub:              packed(Psubq),
	wasm.OpI64x2Mul:              (*Selector).multiplyQuads,
	wasm.OpI64x2Eq:               commutative(Pcmpeqq),
	wasm.OpI64x2Ne:               notEqual(Pcmpeqq),
	wasm.OpI64x2LtS:              compareQuads(true, false),
	wasm.OpI64x2GtS:              compareQuads(false, false),
	wasm.OpI64x2LeS:              compareQuads(false, true),
	wasm.OpI64x2GeS:              compareQuads(true, true),
	wasm.OpI64x2ExtmulLowI32x4S:  multiplyLongs(Pmuldq, 0x50),
	wasm.OpI64x2ExtmulHighI32x4S: multiplyLongs(Pmuldq, 0xfa),
	wasm.OpI64x2ExtmulLowI32x4U:  multiplyLongs(Pmuludq, 0x50),
	wasm.OpI64x2ExtmulHighI32x4U: multiplyLongs(Pmuludq, 0xfa),

	wasm.OpF32x4Splat:           (*Selector).splatF32,
	wasm.OpF32x4ExtractLane:     (*Selector).extractF32,
	wasm.OpF32x4ReplaceLane:     (*Selector).replaceF32,
	wasm.OpF32x4Eq:              compare(Cmpps, CmpEQ, false),
	wasm.OpF32x4Ne:              compare(Cmpps, CmpNEQ, false),
	wasm.OpF32x4Lt:              compare(Cmpps, CmpLT, false),
	wasm.OpF32x4Gt:              compare(Cmpps, CmpLT, true),
	wasm.OpF32x4Le:              compare(Cmpps, CmpLE, false),
	wasm.OpF32x4Ge:              compare(Cmpps, CmpLE, true),
	wasm.OpF32x4DemoteF64x2Zero: unary(Cvtpd2ps),
	wasm.OpF32x4Ceil:            rounded(Roundps, RoundCeil),
	wasm.OpF32x4Floor:           rounded(Roundps, RoundFloor),
	wasm.OpF32x4Trunc:           rounded(Roundps, RoundTrunc),
	wasm.OpF32x4Nearest:         rounded(Roundps, RoundNearest),
	wasm.OpF32x4Abs:             withConstant(Pand, longsOf(1<<31-1)),
	wasm.OpF32x4Neg:             withConstant(Pxor, longsOf(1<<31)),
	wasm.OpF32x4Sqrt:            unary(Sqrtps),
	wasm.OpF32x4Add:             packed(Addps),
	wasm.OpF32x4Sub:             packed(Subps),
	wasm.OpF32x4Mul:             packed(Mulps),
	wasm.OpF32x4Div:             packed(Divps),
	wasm.OpF32x4Min:             minimum(&f32Lanes),
	wasm.OpF32x4Max:             maximum(&f32Lanes),
	wasm.OpF32x4Pmin:            swapped(Minps),
	wasm.OpF32x4Pmax:            swapped(Maxps),
	wasm.OpF32x4ConvertI32x4S:   unary(Cvtdq2ps),
	wasm.OpF32x4ConvertI32x4U:   (*Selector).convertUnsigned,

	wasm.OpF64x2Splat:            (*Selector).splatF64,
	wasm.OpF64x2ExtractLane:      (*Selector).extractF64,
	wasm.OpF64x2ReplaceLane:      (*Selector).replaceF64,
	wasm.OpF64x2Eq:               compare(Cmppd, CmpEQ, false),
	wasm.OpF64x2Ne:               compare(Cmppd, CmpNEQ, false),
	wasm.OpF64x2Lt:               compare(Cmppd, CmpLT, false),
	wasm.OpF64x2Gt:               compare(Cmppd, CmpLT, true),
	wasm.OpF64x2Le:               compare(Cmppd, CmpLE, false),
	wasm.OpF64x2Ge:               compare(Cmppd, CmpLE, true),
	wasm.OpF64x2PromoteLowF32x4:  extend(extendLow(Cvtps2pd)),
	wasm.OpF64x2Ceil:             rounded(Roundpd, RoundCeil),
	wasm.OpF64x2Floor:            rounded(Roundpd, RoundFloor),
	wasm.OpF64x2Trunc:            rounded(Roundpd, RoundTrunc),
	wasm.OpF64x2Nearest:          rounded(Roundpd, RoundNearest),
	wasm.OpF64x2Abs:              withConstant(Pand, quadsOf(1<<63-1)),
	wasm.OpF64x2Neg:              withConstant(Pxor, quadsOf(1<<63)),
	wasm.OpF64x2Sqrt:             unary(Sqrtpd),
	wasm.OpF64x2Add:              packed(Addpd),
	wasm.OpF64x2Sub:              packed(Subpd),
	wasm.OpF64x2Mul:              packed(Mulpd),
	wasm.OpF64x2Div:              packed(Divpd),
	wasm.OpF64x2Min:              minimum(&f64Lanes),
	wasm.OpF64x2Max:              maximum(&f64Lanes),
	wasm.OpF64x2Pmin:             swapped(Minpd),
	wasm.OpF64x2Pmax:             swapped(Maxpd),
	wasm.OpF64x2ConvertLowI32x4S: extend(extendLow(Cvtdq2pd)),
	wasm.OpF64x2ConvertLowI32x4U: (*Selector).convertLowUnsigned,
}

// packed is an instruction on both operands.
func packed(op SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.two(vectorImm(op), s.VReg(v.Args[0]), s.source(v.Args[1]))
	}
}

// commutative is an instruction whose operands may be swapped.
func commutative(op SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := v.Args[0], s.source(v.Args[1])
		if y.form == formReg {
			if z := s.source(x); z.form != formReg {
				x, y = v.Args[1], z
			}
		}
		return s.twoSized(vectorImm(op), S32, s.VReg(x), y, codegen.Commutative)
	}
}

// swapped is an instruction on the operands in the other order.
func swapped(op SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.two(vectorImm(op), s.VReg(v.Args[1]), s.source(v.Args[0]))
	}
}

// unary is an instruction with one operand.
func unary(op SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.one(vectorImm(op), S32, ssa.V128, s.source(v.Args[0]))
	}
}

// withConstant is an instruction on the operand and a constant.
func withConstant(op SSE, c ssa.Vector) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.with(op, s.VReg(v.Args[0]), c) }
}

func rounded(op SSE, rounding uint8) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.one(withImm(op, rounding), S32, ssa.V128, s.source(v.Args[0]))
	}
}
