package ssa

import "math/bits"

// evalBinary computes an operation on constants, which are zero-extended as the result
// is. It reports false for what would trap and for what it does not know.
func evalBinary(op Op, t Type, x, y uint64) (uint64, bool) {
	width := uint64(8 * t.Size())
	sx, sy := signed(t, x), signed(t, y)
	count := y & (width - 1)
	var r uint64
	switch op {
	case OpAdd:
		r = x + y
	case OpSub:
		r = x - y
	case OpMul:
		r = x * y
	case OpAnd:
		r = x & y
	case OpOr:
		r = x | y
	case OpXor:
		r = x ^ y
	case OpShl:
		r = x << count
	case OpShrS:
		r = uint64(sx >> count)
	case OpShrU:
		r = x >> count
	case OpRotl, OpRotr:
		if op == OpRotr {
			count = (width - count) & (width - 1)
		}
		if t == I32 {
			r = uint64(bits.RotateLeft32(uint32(x), int(count)))
		} else {
			r = bits.RotateLeft64(x, int(count))
		}
	case OpDivU, OpRemU, OpDivS, OpRemS:
		if y == 0 || op == OpDivS && sy == -1 {
			return 0, false
		}
		switch op {
		case OpDivU:
			r = x / y
		case OpRemU:
			r = x % y
		case OpDivS:
			r = uint64(sx / sy)
		case OpRemS:
			if sy != -1 {
				r = uint64(sx % sy)
			}
		}
	default:
		return 0, false
	}
	return truncate(t, r), true
}

// evalUnary computes a conversion or another operation on a constant of type from.
func evalUnary(op Op, t, from Type, x uint64) (uint64, bool) {
	var r uint64
	switch op {
	case OpClz:
		r = uint64(bits.LeadingZeros64(x) - 64 + 8*t.Size())
	case OpCtz:
		r = uint64(min(bits.TrailingZeros64(x), 8*t.Size()))
	case OpPopcnt:
		r = uint64(bits.OnesCount64(x))
	case OpSExt8:
		r = uint64(int64(int8(x)))
	case OpSExt16:
		r = uint64(int64(int16(x)))
	case OpSExt32, OpExtendS:
		r = uint64(int64(int32(x)))
	case OpExtendU, OpWrap, OpBitcast:
		r = x
	default:
		return 0, false
	}
	return truncate(t, r), true
}

// evalCompare compares constants.
func evalCompare(c Cond, t Type, x, y uint64) bool {
	sx, sy := signed(t, x), signed(t, y)
	switch c {
	case Eq:
		return x == y
	case Ne:
		return x != y
	case LtS:
		return sx < sy
	case GeS:
		return sx >= sy
	case GtS:
		return sx > sy
	case LeS:
		return sx <= sy
	case LtU:
		return x < y
	case GeU:
		return x >= y
	case GtU:
		return x > y
	}
	return x <= y
}

// signed returns a constant as a signed number.
func signed(t Type, x uint64) int64 {
	if t == I32 {
		return int64(int32(x))
	}
	return int64(x)
}

// truncate clears the bits that a value of the type does not have.
func truncate(t Type, x uint64) uint64 {
	if t.Size() == 4 {
		return uint64(uint32(x))
	}
	return x
}
