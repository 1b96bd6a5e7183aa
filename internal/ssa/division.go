package ssa

import "math/bits"

// foldDivision replaces a division by a constant with a multiplication by its
// reciprocal, or shifts. Only divisions by 0, and signed ones by -1, can trap; they stay.
func (o *Optimizer) foldDivision(v, x *Value, c uint64) *Value {
	t := v.Type
	if c == 0 || v.Op == OpDivS && signed(t, c) == -1 {
		return v
	}
	switch v.Op {
	case OpDivU:
		return o.divideUnsigned(t, x, c)
	case OpDivS:
		return o.divideSigned(t, x, signed(t, c))
	case OpRemU:
		if c&(c-1) == 0 {
			return o.make(OpAnd, t, 0, x, o.constant(t, c-1))
		}
		return o.remainder(t, x, o.divideUnsigned(t, x, c), c)
	}
	d := signed(t, c)
	if d == 1 || d == -1 {
		return o.constant(t, 0)
	}
	if d < 0 {
		d = -d // the sign of the divisor does not matter; the least number stays as it is
	}
	return o.remainder(t, x, o.divideSigned(t, x, d), uint64(d))
}

func (o *Optimizer) remainder(t Type, x, quotient *Value, c uint64) *Value {
	return o.make(OpSub, t, 0, x, o.make(OpMul, t, 0, quotient, o.constant(t, c)))
}

func (o *Optimizer) shift(op Op, t Type, x *Value, n int) *Value {
	return o.make(op, t, 0, x, o.constant(t, uint64(n)))
}

// divideUnsigned multiplies with m = 2^(w+l)/c rounded up, where w is the width and l the
// number of bits of c-1: x/c is m*x / 2^(w+l) rounded down.
func (o *Optimizer) divideUnsigned(t Type, x *Value, c uint64) *Value {
	zeros, l := bits.TrailingZeros64(c), bits.Len64(c-1)
	switch {
	case c&(c-1) == 0:
		return o.shift(OpShrU, t, x, zeros)
	case t == I32:
		// m has 33 bits at most: it is shifted up so that the upper 64 bits are the result.
		m := (^uint64(0)>>(32-l))/c + 1
		high := o.make(OpMulHiU, I64, 0, o.make(OpExtendU, I64, 0, x), o.constant(I64, m<<(32-l)))
		return o.make(OpWrap, I32, 0, high)
	case zeros > 0:
		// m may have 65 bits, but what the shift frees makes room for one.
		odd := c >> zeros
		shift := max(bits.Len64(odd-1)-zeros, 0)
		m, _ := bits.Div64(uint64(1)<<shift, 0, odd)
		high := o.make(OpMulHiU, t, 0, o.shift(OpShrU, t, x, zeros), o.constant(t, m+1))
		return o.shift(OpShrU, t, high, shift)
	}
	// m - 2^64 is what is multiplied with; x is added with care for the carry:
	// (high + x) / 2^l = ((x - high)/2 + high) / 2^(l-1).
	m, _ := bits.Div64(uint64(1)<<l-c, 0, c) // for l = 64 the shift gives 0, which is right
	high := o.make(OpMulHiU, t, 0, x, o.constant(t, m+1))
	half := o.shift(OpShrU, t, o.make(OpSub, t, 0, x, high), 1)
	return o.shift(OpShrU, t, o.make(OpAdd, t, 0, half, high), l-1)
}

// divideSigned rounds to zero.
func (o *Optimizer) divideSigned(t Type, x *Value, d int64) *Value {
	width := 8 * t.Size()
	magnitude := uint64(d)
	if d < 0 {
		magnitude = -magnitude
	}
	magnitude = truncate(t, magnitude)
	var q *Value
	switch {
	case magnitude == 1:
		q = x
	case magnitude&(magnitude-1) == 0:
		// Negative numbers need 2^k-1 added before the shift.
		k := bits.TrailingZeros64(magnitude)
		bias := o.shift(OpShrU, t, o.shift(OpShrS, t, x, width-1), width-k)
		q = o.shift(OpShrS, t, o.make(OpAdd, t, 0, x, bias), k)
	default:
		q = o.divideByMagic(t, x, magnitude)
	}
	if d < 0 {
		q = o.make(OpSub, t, 0, o.constant(t, 0), q)
	}
	return q
}

// divideByMagic multiplies with m = 2^(w+l-1)/c rounded up, where 2^(l-1) < c < 2^l. What is
// rounded down is one too little for negative numbers.
func (o *Optimizer) divideByMagic(t Type, x *Value, c uint64) *Value {
	l := bits.Len64(c - 1)
	if t == I32 {
		m := uint64(1)<<(31+l)/c + 1 // 32 bits
		product := o.make(OpMul, I64, 0, o.make(OpExtendS, I64, 0, x), o.constant(I64, m))
		q := o.make(OpWrap, I32, 0, o.shift(OpShrS, I64, product, 31+l))
		return o.make(OpSub, t, 0, q, o.shift(OpShrS, t, x, 31))
	}
	// m has 64 bits: as a signed number it is 2^64 less, and so x is added.
	m, _ := bits.Div64(uint64(1)<<(l-1), 0, c)
	high := o.make(OpMulHiS, t, 0, x, o.constant(t, m+1))
	q := o.shift(OpShrS, t, o.make(OpAdd, t, 0, x, high), l-1)
	return o.make(OpSub, t, 0, q, o.shift(OpShrS, t, x, 63))
}
