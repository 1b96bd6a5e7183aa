package interp

import (
	"math"
	"unsafe"
)

// Floating-point lanes are handled as lanes B of the bits of an F.

type (
	float     interface{ float32 | float64 }
	floatBits interface{ uint32 | uint64 }
)

func toFloat[F float, B floatBits](b B) F {
	if unsafe.Sizeof(b) == 4 {
		return F(math.Float32frombits(uint32(b)))
	}
	return F(math.Float64frombits(uint64(b)))
}

func fromFloat[F float, B floatBits](x F) B {
	if unsafe.Sizeof(x) == 4 {
		return B(math.Float32bits(float32(x)))
	}
	return B(math.Float64bits(float64(x)))
}

// numberBits returns the bits of the result r of an operation on x and y.
func numberBits[F float, B floatBits](r F, x, y B) B {
	return fromFloat[F, B](number(r, toFloat[F](x), toFloat[F](y)))
}

// laneMin and laneMax are the minimum and maximum of lanes, in which a NaN makes the canonical one.
func laneMin[F float](x, y F) F {
	if x != x || y != y {
		return canonicalNaN[F]()
	}
	return min(x, y)
}

func laneMax[F float](x, y F) F {
	if x != x || y != y {
		return canonicalNaN[F]()
	}
	return max(x, y)
}

func addFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return numberBits[F](toFloat[F](x)+toFloat[F](y), x, y) })
}

func subFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return numberBits[F](toFloat[F](x)-toFloat[F](y), x, y) })
}

func mulFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return numberBits[F](toFloat[F](x)*toFloat[F](y), x, y) })
}

func divFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return numberBits[F](toFloat[F](x)/toFloat[F](y), x, y) })
}

func minFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return fromFloat[F, B](laneMin(toFloat[F](x), toFloat[F](y))) })
}

func maxFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return fromFloat[F, B](laneMax(toFloat[F](x), toFloat[F](y))) })
}

// The pseudo-minimum and -maximum are one of the operands, bit for bit.

func pminFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B {
		if toFloat[F](y) < toFloat[F](x) {
			return y
		}
		return x
	})
}

func pmaxFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B {
		if toFloat[F](x) < toFloat[F](y) {
			return y
		}
		return x
	})
}

func absFloats[B floatBits](x uint64) uint64 { return x &^ signs[B]() }
func negFloats[B floatBits](x uint64) uint64 { return x ^ signs[B]() }

func sqrtFloats[F float, B floatBits](x uint64) uint64 {
	return map1(x, func(x B) B { return fromFloat[F, B](sqrt(toFloat[F](x))) })
}

func ceilFloats[F float, B floatBits](x uint64) uint64 {
	return map1(x, func(x B) B { return fromFloat[F, B](F(math.Ceil(quiet(float64(toFloat[F](x)))))) })
}

func floorFloats[F float, B floatBits](x uint64) uint64 {
	return map1(x, func(x B) B { return fromFloat[F, B](F(math.Floor(quiet(float64(toFloat[F](x)))))) })
}

func truncFloats[F float, B floatBits](x uint64) uint64 {
	return map1(x, func(x B) B { return fromFloat[F, B](F(math.Trunc(quiet(float64(toFloat[F](x)))))) })
}

func nearestFloats[F float, B floatBits](x uint64) uint64 {
	return map1(x, func(x B) B { return fromFloat[F, B](F(math.RoundToEven(quiet(float64(toFloat[F](x)))))) })
}

func eqFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return truth[B](toFloat[F](x) == toFloat[F](y)) })
}

func neFloats[F float, B floatBits](x, y uint64) uint64 { return ^eqFloats[F, B](x, y) }

func ltFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return truth[B](toFloat[F](x) < toFloat[F](y)) })
}

func leFloats[F float, B floatBits](x, y uint64) uint64 {
	return map2(x, y, func(x, y B) B { return truth[B](toFloat[F](x) <= toFloat[F](y)) })
}

func gtFloats[F float, B floatBits](x, y uint64) uint64 { return ltFloats[F, B](y, x) }
func geFloats[F float, B floatBits](x, y uint64) uint64 { return leFloats[F, B](y, x) }
