package interp

import (
	"math"

	"weft/wasm"
)

// A truncation is one of the conversions of float.go; what it says of traps does
// not matter here.
type truncation = func(float64) (uint64, wasm.TrapCode)

func truncSatF32S(x uint64) uint64 { return truncSatF32(x, truncS32) }
func truncSatF32U(x uint64) uint64 { return truncSatF32(x, truncU32) }

func truncSatF32(x uint64, convert truncation) uint64 {
	return map1(x, func(x uint32) uint32 {
		v, _ := convert(float64(math.Float32frombits(x)))
		return uint32(v)
	})
}

func truncSatF64SZero(x vec) vec { return truncSatF64Zero(x, truncS32) }
func truncSatF64UZero(x vec) vec { return truncSatF64Zero(x, truncU32) }

func truncSatF64Zero(x vec, convert truncation) vec {
	lo, _ := convert(math.Float64frombits(x.lo))
	hi, _ := convert(math.Float64frombits(x.hi))
	return vec{lo: hi<<32 | lo}
}

func convertF32[T int32 | uint32](x uint64) uint64 {
	return map1(x, func(x T) T { return T(math.Float32bits(float32(x))) })
}

func convertLowF64[T int32 | uint32](x vec) vec {
	return vec{math.Float64bits(float64(T(x.lo))), math.Float64bits(float64(T(x.lo >> 32)))}
}

func promoteLow(x vec) vec {
	return vec{promote(uint32(x.lo)), promote(uint32(x.lo >> 32))}
}

func promote(x uint32) uint64 { return math.Float64bits(float64(math.Float32frombits(x))) }

func demoteZero(x vec) vec { return vec{lo: demote(x.hi)<<32 | demote(x.lo)} }

func demote(x uint64) uint64 { return uint64(math.Float32bits(float32(math.Float64frombits(x)))) }
