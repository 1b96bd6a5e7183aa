package interp

import (
	"math/bits"
	"unsafe"
)

// Addition, subtraction and equality with zero work on all lanes of a word at
// once: the highest bit of each lane is treated apart, so that nothing is
// carried into the next one.

func addLanes[T lane](x, y uint64) uint64 {
	high := signs[T]()
	return (x&^high + y&^high) ^ (x^y)&high
}

func subLanes[T lane](x, y uint64) uint64 {
	high := signs[T]()
	return (x | high - y&^high) ^ (x^^y)&high
}

func negLanes[T lane](x uint64) uint64 { return subLanes[T](0, x) }

func mulLanes[T lane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return x * y })
}

func absLanes[T signedLane](x uint64) uint64 {
	return map1(x, func(x T) T {
		if x < 0 {
			return -x
		}
		return x
	})
}

func minLanes[T lane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return min(x, y) })
}

func maxLanes[T lane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return max(x, y) })
}

func addSatLanes[T lane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return saturate[T](int32(x) + int32(y)) })
}

func subSatLanes[T lane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return saturate[T](int32(x) - int32(y)) })
}

// avgrLanes computes averages, rounded up.
func avgrLanes[T unsignedLane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return T((uint32(x) + uint32(y) + 1) / 2) })
}

func popcntLanes(x uint64) uint64 {
	return map1(x, func(x uint8) uint8 { return uint8(bits.OnesCount8(x)) })
}

// q15mulrSat multiplies fixed-point numbers with 15 bits behind the point.
func q15mulrSat(x, y uint64) uint64 {
	return map2(x, y, func(x, y int16) int16 { return saturate[int16]((int32(x)*int32(y) + 1<<14) >> 15) })
}

func shlLanes[T lane](x uint64, n uint32) uint64 {
	n &= uint32(laneBits[T]() - 1)
	return map1(x, func(x T) T { return x << n })
}

func shrLanes[T lane](x uint64, n uint32) uint64 {
	n &= uint32(laneBits[T]() - 1)
	return map1(x, func(x T) T { return x >> n })
}

// Comparisons.

func eqLanes[T lane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return truth[T](x == y) })
}

func neLanes[T lane](x, y uint64) uint64 { return ^eqLanes[T](x, y) }

func ltLanes[T lane](x, y uint64) uint64 {
	return map2(x, y, func(x, y T) T { return truth[T](x < y) })
}

func gtLanes[T lane](x, y uint64) uint64 { return ltLanes[T](y, x) }
func leLanes[T lane](x, y uint64) uint64 { return ^ltLanes[T](y, x) }
func geLanes[T lane](x, y uint64) uint64 { return ^ltLanes[T](x, y) }

// Bits.

func bitNot(x uint64) uint64          { return ^x }
func bitAnd(x, y uint64) uint64       { return x & y }
func bitAndNot(x, y uint64) uint64    { return x &^ y }
func bitOr(x, y uint64) uint64        { return x | y }
func bitXor(x, y uint64) uint64       { return x ^ y }
func bitSelect(x, y, z uint64) uint64 { return x&z | y&^z }

// Tests.

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func anyTrue(x vec) uint64 { return bit(x.lo|x.hi != 0) }

func allTrue[T lane](x vec) uint64 { return bit(!hasZero[T](x.lo) && !hasZero[T](x.hi)) }

// hasZero reports whether a lane is 0: subtracting 1 from each borrows.
func hasZero[T lane](x uint64) bool { return (x-ones[T]())&^x&signs[T]() != 0 }

// bitmask collects the highest bits of the lanes.
func bitmask[T lane](x vec) uint64 {
	return signBits[T](x.lo) | signBits[T](x.hi)<<(64/laneBits[T]())
}

func signBits[T lane](x uint64) (r uint64) {
	w := laneBits[T]()
	for i := range 64 / w {
		r |= x >> (w - 1) & 1 << i
		x >>= w
	}
	return r
}

// Instructions that move or resize lanes.

// swizzle takes the lanes of x whose indices are the lanes of y.
func swizzle(x, y vec) vec {
	from, to := x.bytes(), y.bytes()
	for i, index := range to {
		to[i] = 0
		if index < 16 {
			to[i] = from[index]
		}
	}
	return vecOf(to)
}

// shuffle executes i8x16.shuffle: the lanes of b and c, in this order, whose
// indices are the lanes of the vector in the next two instructions. The validator
// has seen that they are all less than 32.
func shuffle(fp unsafe.Pointer, in *instr) {
	var from [32]byte
	x, y := getVec(fp, in.b).bytes(), getVec(fp, in.c).bytes()
	copy(from[:16], x[:])
	copy(from[16:], y[:])
	to := vec{in.next().imm64(), in.next().next().imm64()}.bytes()
	for i, index := range to {
		to[i] = from[index%32]
	}
	setVec(fp, in.a, vecOf(to))
}

// extend widens all lanes of a word.
func extend[From, To lane](x uint64) vec {
	return vec{extendHalf[From, To](x), extendHalf[From, To](x >> 32)}
}

func extendHalf[From, To lane](x uint64) (r uint64) {
	w := laneBits[To]()
	for range 64 / w {
		r = r>>w | uint64(To(From(x)))<<(64-w)
		x >>= laneBits[From]()
	}
	return r
}

func extendLow[From, To lane](x vec) vec  { return extend[From, To](x.lo) }
func extendHigh[From, To lane](x vec) vec { return extend[From, To](x.hi) }

func extmul[From, To lane](x, y uint64) vec {
	xs, ys := extend[From, To](x), extend[From, To](y)
	return vec{mulLanes[To](xs.lo, ys.lo), mulLanes[To](xs.hi, ys.hi)}
}

func extmulLow[From, To lane](x, y vec) vec  { return extmul[From, To](x.lo, y.lo) }
func extmulHigh[From, To lane](x, y vec) vec { return extmul[From, To](x.hi, y.hi) }

// extaddPairwise adds neighbours, which together are as wide as a lane of the
// result.
func extaddPairwise[From, To lane](x uint64) uint64 {
	return map1(x, func(x To) To { return To(From(x)) + To(From(x>>laneBits[From]())) })
}

// dotI16 multiplies and adds neighbours.
func dotI16(x, y uint64) uint64 {
	return map2(x, y, func(x, y int32) int32 {
		return int32(int16(x))*int32(int16(y)) + x>>16*(y>>16)
	})
}

// narrow halves the lanes of x and y, which are signed, with saturation.
func narrow[From signedLane, To lane](x, y vec) vec {
	return vec{
		narrowHalf[From, To](x.lo) | narrowHalf[From, To](x.hi)<<32,
		narrowHalf[From, To](y.lo) | narrowHalf[From, To](y.hi)<<32,
	}
}

func narrowHalf[From signedLane, To lane](x uint64) (r uint64) {
	w := laneBits[To]()
	for range 32 / w {
		r = r>>w | uint64(saturate[To](int32(From(x))))<<(64-w)
		x >>= laneBits[From]()
	}
	return r >> 32
}
