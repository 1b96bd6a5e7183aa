package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// Rules for integer lanes and for bits.

// bitselect takes bits of x where z is set, and of y where it is not.
func (s *Selector) bitselect(v *ssa.Value) codegen.VReg {
	z := s.VReg(v.Args[2])
	x := s.both(Pand, s.VReg(v.Args[0]), z)
	return s.both(Por, x, s.x2(Pandn, z, s.VReg(v.Args[1])))
}

// equals are the comparisons of lanes of the instructions that test all of them.
var equals = map[wasm.Opcode]SSE{
	wasm.OpI8x16AllTrue: Pcmpeqb, wasm.OpI16x8AllTrue: Pcmpeqw, wasm.OpI32x4AllTrue: Pcmpeqd, wasm.OpI64x2AllTrue: Pcmpeqq,
}

// compareBits finds the comparison for any_true and all_true: that no lane equals 0.
func (s *Selector) compareBits(v *ssa.Value) comparison {
	x, c := s.VReg(v.Args[0]), comparison{m: mPtest, cond: NE}
	if v.Code() != wasm.OpV128AnyTrue {
		x, c.cond = s.x2(equals[v.Code()], s.zero(), x), E
	}
	c.take(codegen.UseOf(x))
	c.take(codegen.UseOf(x))
	return c
}

func (s *Selector) testBits(v *ssa.Value) codegen.VReg {
	d := s.NewVReg(ssa.I32)
	s.consume(s.compareBits(v), toValue, wasm.TrapNone, codegen.DefOf(d))
	return d
}

// mask collects the highest bits of lanes.
func mask(op SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.one(vectorImm(op), S32, ssa.I32, sourceOf(s.VReg(v.Args[0])))
	}
}

func (s *Selector) maskWords(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	bits := s.one(vectorImm(Pmovmskb), S32, ssa.I32, sourceOf(s.x2(Packsswb, x, x)))
	d := s.NewVReg(ssa.I32)
	s.add(mMovzx8, codegen.Inst{Size: uint8(S32)}, codegen.UseOf(bits), codegen.DefOf(d))
	return d
}

// notEqual inverts a comparison.
func notEqual(op SSE) vectorRule {
	equal := commutative(op)
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.not(equal(s, v)) }
}

// bound compares: x <= y if x is the minimum of both, and the same with the maximum.
func bound(extreme, equal SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x := s.VReg(v.Args[0])
		return s.both(equal, s.two(vectorImm(extreme), x, s.source(v.Args[1])), x)
	}
}

func notBound(extreme, equal SSE) vectorRule {
	is := bound(extreme, equal)
	return func(s *Selector, v *ssa.Value) codegen.VReg { return s.not(is(s, v)) }
}

// compareQuads compares signed lanes of 64 bits: x > y, or with the operands swapped, or inverted.
func compareQuads(swap, invert bool) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
		if swap {
			x, y = y, x
		}
		r := s.greaterQuads(x, y)
		if invert {
			r = s.not(r)
		}
		return r
	}
}

// greaterQuads compares x > y. Without SSE4.2 the upper halves tell or, where they are equal, the borrow
// of a subtraction.
func (s *Selector) greaterQuads(x, y codegen.VReg) codegen.VReg {
	if s.Config.Features.AVX {
		return s.x2(Pcmpgtq, x, y)
	}
	borrow := s.both(Pand, s.both(Pcmpeqd, x, y), s.x2(Psubq, y, x))
	return s.x1i(Pshufd, s.both(Por, borrow, s.x2(Pcmpgtd, x, y)), 0xf5)
}

// negative subtracts from 0.
func negative(sub SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.two(vectorImm(sub), s.zero(), s.source(v.Args[0]))
	}
}

func (s *Selector) absQuads(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	sign := s.shifted(Psrad, s.x1i(Pshufd, x, 0xf5), 31)
	return s.x2(Psubq, s.both(Pxor, x, sign), sign)
}

// popcntBytes looks up halves of bytes in a table.
func (s *Selector) popcntBytes(v *ssa.Value) codegen.VReg {
	counts := ssa.Vector{0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4}
	x := s.VReg(v.Args[0])
	low := s.with(Pand, x, bytesOf(0x0f))
	high := s.with(Pand, s.shifted(Psrlw, x, 4), bytesOf(0x0f))
	table := s.constantReg(counts)
	return s.both(Paddb, s.x2(Pshufb, table, low), s.x2(Pshufb, table, high))
}

// Shifts.

// constantCount returns the count of a shift, modulo the bits of a lane.
func constantCount(v *ssa.Value, bits uint8) (uint8, bool) {
	c, ok := codegen.Constant(v.Args[1])
	return uint8(c) & (bits - 1), ok
}

// shiftCount brings the count of a shift, modulo the bits of a lane, to an X register, with something added.
func (s *Selector) shiftCount(v *ssa.Value, bits uint8, plus int64) codegen.VReg {
	n := s.NewVReg(ssa.I32)
	tied := codegen.DefOf(n)
	tied.Kind = codegen.DefTied
	s.add(mAnd.with(formImm), codegen.Inst{Size: uint8(S32), Imm: int64(bits - 1)}, s.Use(v.Args[1]), tied)
	if plus != 0 {
		sum := s.NewVReg(ssa.I32)
		s.add(mAdd.with(formImm), codegen.Inst{Size: uint8(S32), Imm: plus}, codegen.UseOf(n), codegen.DefOf(sum))
		n = sum
	}
	return s.one(vectorImm(MovdX), S32, ssa.V128, sourceOf(n))
}

// shift shifts lanes by a constant or a register.
func shift(op LaneShift, byX SSE, bits uint8) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x := s.VReg(v.Args[0])
		if c, ok := constantCount(v, bits); ok {
			return s.shifted(op, x, c)
		}
		return s.x2(byX, x, s.shiftCount(v, bits, 0))
	}
}

// shlBytes shifts lanes of 16 bits, and clears what has come from neighbours. The mask for a count in a
// register is the low byte of ones shifted likewise.
func (s *Selector) shlBytes(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	if c, ok := constantCount(v, 8); ok {
		return s.with(Pand, s.shifted(Psllw, x, c), bytesOf(0xff<<c))
	}
	n := s.shiftCount(v, 8, 0)
	mask := s.x2(Pshufb, s.x2(PsllwX, s.constantReg(allOnes), n), s.zero())
	return s.both(Pand, s.x2(PsllwX, x, n), mask)
}

func (s *Selector) shrBytes(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	if c, ok := constantCount(v, 8); ok {
		return s.with(Pand, s.shifted(Psrlw, x, c), bytesOf(0xff>>c))
	}
	n := s.shiftCount(v, 8, 0)
	mask := s.with(Pshufb, s.x2(PsrlwX, s.constantReg(allOnes), n), bytesOf(1))
	return s.both(Pand, s.x2(PsrlwX, x, n), mask)
}

// sarBytes shifts bytes in the upper halves of lanes of 16 bits.
func (s *Selector) sarBytes(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	low, high := s.x2(Punpcklbw, x, x), s.x2(Punpckhbw, x, x)
	if c, ok := constantCount(v, 8); ok {
		return s.x2(Packsswb, s.shifted(Psraw, low, c+8), s.shifted(Psraw, high, c+8))
	}
	n := s.shiftCount(v, 8, 8)
	return s.x2(Packsswb, s.x2(PsrawX, low, n), s.x2(PsrawX, high, n))
}

// sarQuads shifts without the sign, and then extends the sign from where it has come to.
func (s *Selector) sarQuads(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	if c, ok := constantCount(v, 64); ok {
		sign := quadsOf(1 << 63 >> c)
		return s.with(Psubq, s.with(Pxor, s.shifted(Psrlq, x, c), sign), sign)
	}
	n := s.shiftCount(v, 64, 0)
	sign := s.x2(PsrlqX, s.constantReg(quadsOf(1<<63)), n)
	return s.x2(Psubq, s.both(Pxor, s.x2(PsrlqX, x, n), sign), sign)
}

// Widening and multiplication.

// An extension makes wider lanes of half of the lanes.
type extension func(s *Selector, x *ssa.Value) codegen.VReg

func extend(e extension) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg { return e(s, v.Args[0]) }
}

// extendLow is an instruction on the low 64 bits, which may be in memory.
func extendLow(op SSE) extension {
	return func(s *Selector, x *ssa.Value) codegen.VReg {
		return s.one(vectorImm(op), S32, ssa.V128, s.narrow(x, 8))
	}
}

func extendHighSigned(op SSE) extension {
	return func(s *Selector, x *ssa.Value) codegen.VReg { return s.x1(op, s.x1i(Pshufd, s.VReg(x), 0xee)) }
}

func extendHighUnsigned(unpack SSE) extension {
	return func(s *Selector, x *ssa.Value) codegen.VReg { return s.x2(unpack, s.VReg(x), s.zero()) }
}

func multiplyBytes(e extension) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x := e(s, v.Args[0])
		return s.both(Pmullw, x, e(s, v.Args[1]))
	}
}

// multiplyWords makes the halves of the products, and interleaves them.
func multiplyWords(high, unpack SSE) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
		return s.x2(unpack, s.both(Pmullw, x, y), s.both(high, x, y))
	}
}

// multiplyLongs multiplies the even lanes, to which an immediate of pshufd has brought others.
func multiplyLongs(op SSE, lanes uint8) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x := s.x1i(Pshufd, s.VReg(v.Args[0]), lanes)
		return s.both(op, x, s.x1i(Pshufd, s.VReg(v.Args[1]), lanes))
	}
}

// multiplyQuads adds the products of halves.
func (s *Selector) multiplyQuads(v *ssa.Value) codegen.VReg {
	x, y := s.VReg(v.Args[0]), s.VReg(v.Args[1])
	cross := s.both(Paddq, s.both(Pmuludq, s.shifted(Psrlq, x, 32), y), s.both(Pmuludq, s.shifted(Psrlq, y, 32), x))
	return s.both(Paddq, s.both(Pmuludq, x, y), s.shifted(Psllq, cross, 32))
}

// addPairsSigned multiplies bytes with 1, of which the processor takes the first operand as unsigned.
func (s *Selector) addPairsSigned(v *ssa.Value) codegen.VReg {
	return s.two(vectorImm(Pmaddubsw), s.constantReg(bytesOf(1)), s.source(v.Args[0]))
}

func (s *Selector) addPairsOfWords(v *ssa.Value) codegen.VReg {
	x := s.VReg(v.Args[0])
	return s.both(Paddd, s.with(Pand, x, longsOf(0xffff)), s.shifted(Psrld, x, 16))
}

// q15mulrSat corrects the one product that does not fit.
func (s *Selector) q15mulrSat(v *ssa.Value) codegen.VReg {
	product := s.both(Pmulhrsw, s.VReg(v.Args[0]), s.VReg(v.Args[1]))
	return s.both(Pxor, product, s.with(Pcmpeqw, product, wordsOf(0x8000)))
}

// relaxedDot adds products of signed bytes in 32 bits, and saturates the sums.
func (s *Selector) relaxedDot(v *ssa.Value) codegen.VReg {
	half := func(e extension) codegen.VReg {
		x := e(s, v.Args[0])
		return s.both(Pmaddwd, x, e(s, v.Args[1]))
	}
	// Both halves are needed: a load is not folded.
	low := half(func(s *Selector, x *ssa.Value) codegen.VReg { return s.x1(Pmovsxbw, s.VReg(x)) })
	return s.x2(Packssdw, low, half(extendHighSigned(Pmovsxbw)))
}
