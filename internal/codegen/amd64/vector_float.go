package amd64

import (
	"math"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Rules for lanes of floats.

// compare compares floats, with the operands swapped or not.
func compare(op SSE, predicate uint8, swap bool) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := v.Args[0], v.Args[1]
		if swap {
			x, y = y, x
		}
		return s.two(withImm(op, predicate), s.VReg(x), s.source(y))
	}
}

// floatLanes are the instructions on floats of a size.
type floatLanes struct {
	min, max, sub, cmp SSE
	// shift by payload shifts all ones to those bits of a NaN that are not set in the canonical one.
	shift   LaneShift
	payload uint8
}

var (
	f32Lanes = floatLanes{Minps, Maxps, Subps, Cmpps, Psrld, 10}
	f64Lanes = floatLanes{Minpd, Maxpd, Subpd, Cmppd, Psrlq, 13}
)

// The processor's minimum and maximum are their second operands if one is NaN or both are 0. So they are made
// in both orders: where these differ, one is NaN, or the signs of zeros differ.

// minimum takes the union of both, in which the sign of a zero and a NaN's exponent are set.
func minimum(f *floatLanes) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
		one, other := s.x2(f.min, x, y), s.x2(f.min, y, x)
		union := s.both(Por, one, other)
		return s.canonical(f, union, other)
	}
}

// maximum subtracts the difference of both from the union: that clears the sign of a zero.
func maximum(f *floatLanes) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
		one, other := s.x2(f.max, x, y), s.x2(f.max, y, x)
		difference := s.both(Pxor, one, other)
		union := s.both(Por, one, difference)
		return s.canonical(f, s.x2(f.sub, union, difference), union)
	}
}

// canonical clears the lower bits of the lanes of r which are NaN in it or in test.
func (s *Selector) canonical(f *floatLanes, r, test codegen.VReg) codegen.VReg {
	nan := s.two(withImm(f.cmp, CmpUnord), r, sourceOf(test))
	r = s.both(Por, r, nan)
	return s.x2(Pandn, s.shifted(f.shift, nan, f.payload), r)
}

// truncF32Signed: the processor gives the smallest integer for all that does not fit.
func (s *Selector) truncF32Signed(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	number := s.two(withImm(Cmpps, CmpEQ), x, sourceOf(x))
	x = s.both(Pand, x, number) // 0 for NaN
	r := s.x1(Cvttps2dq, x)
	tooLarge := s.shifted(Psrad, s.both(Pand, s.both(Pxor, number, x), r), 31) // positive became negative
	return s.both(Pxor, r, tooLarge)
}

// truncF32Unsigned converts what is below 2³¹, and what is above it, and adds both.
func (s *Selector) truncF32Unsigned(v *ssa.Value) codegen.VReg {
	x := s.x2(Maxps, s.VReg(v.Args[0]), s.zero()) // 0 for NaN
	low := s.x1(Cvttps2dq, x)
	limit := s.constantReg(longsOf(math.Float32bits(1 << 31)))
	above := s.x2(Subps, x, limit)
	tooLarge := s.two(withImm(Cmpps, CmpLE), limit, sourceOf(above))
	high := s.both(Pxor, s.x1(Cvttps2dq, above), tooLarge)
	return s.both(Paddd, s.both(Pmaxsd, high, s.zero()), low)
}

func (s *Selector) truncF64Signed(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	number := s.two(withImm(Cmppd, CmpEQ), x, sourceOf(x))
	limit := s.with(Pand, number, quadsOf(math.Float64bits(math.MaxInt32)))
	return s.x1(Cvttpd2dq, s.x2(Minpd, x, limit)) // the limit is 0 for NaN, and taken
}

// truncF64Unsigned adds 2⁵², which leaves the integer in the low bits.
func (s *Selector) truncF64Unsigned(v *ssa.Value) codegen.VReg {
	x := s.x2(Maxpd, s.VReg(v.Args[0]), s.zero()) // 0 for NaN
	x = s.x1i(Roundpd, s.with(Minpd, x, quadsOf(math.Float64bits(math.MaxUint32))), RoundTrunc)
	x = s.with(Addpd, x, quadsOf(math.Float64bits(1<<52)))
	return s.two(withImm(Shufps, 0x88), x, sourceOf(s.zero()))
}

// convertUnsigned converts the lower and the upper 16 bits, which fit, and adds them: that rounds once.
func (s *Selector) convertUnsigned(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	low := s.with(Pand, x, longsOf(0xffff))
	high := s.x1(Cvtdq2ps, s.shifted(Psrld, s.x2(Psubd, x, low), 1)) // half of it is not negative
	return s.both(Addps, s.both(Addps, high, high), s.x1(Cvtdq2ps, low))
}

// convertLowUnsigned makes the integers the low bits of floats from 2⁵² on.
func (s *Selector) convertLowUnsigned(v *ssa.Value) codegen.VReg {
	const exponent = 0x43300000
	x := s.with(Unpcklps, s.VReg(v.Args[0]), longsOf(exponent))
	return s.with(Subpd, x, quadsOf(math.Float64bits(1<<52)))
}
