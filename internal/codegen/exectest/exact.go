package exectest

import (
	"math"
	"math/big"

	"weft/internal/ssa"
	"weft/wasm"
)

// A Truncation is a conversion of a float to an integer type.
type Truncation struct {
	To               ssa.Type
	Signed, Saturate bool
}

// Exact is what the specification says of it, in exact arithmetic.
func (tr *Truncation) Exact(x float64) (uint64, wasm.TrapCode) {
	width := uint(8 * tr.To.Size())
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), width)
	if tr.Signed {
		high.Rsh(high, 1)
		low.Neg(high)
	}
	high.Sub(high, big.NewInt(1))
	slot := func(v *big.Int) uint64 {
		all := new(big.Int).Lsh(big.NewInt(1), width)
		return all.And(all.Sub(all, big.NewInt(1)), v).Uint64()
	}
	switch {
	case x != x && tr.Saturate:
		return 0, wasm.TrapNone
	case x != x:
		return 0, wasm.TrapInvalidConversion
	}
	v := new(big.Int)
	if !math.IsInf(x, 0) {
		big.NewFloat(x).Int(v)
	} else {
		v.Lsh(big.NewInt(int64(math.Copysign(1, x))), 100)
	}
	switch {
	case v.Cmp(low) >= 0 && v.Cmp(high) <= 0:
		return slot(v), wasm.TrapNone
	case !tr.Saturate:
		return 0, wasm.TrapIntegerOverflow
	case v.Sign() < 0:
		return slot(low), wasm.TrapNone
	}
	return slot(high), wasm.TrapNone
}

// ExactDivision is what the specification says of divisions of a type, in exact
// arithmetic.
func ExactDivision(t ssa.Type, signed, remainder bool, x, y uint64) (uint64, wasm.TrapCode) {
	number := func(v uint64) *big.Int {
		switch {
		case signed && t == ssa.I32:
			return big.NewInt(int64(int32(v)))
		case signed:
			return big.NewInt(int64(v))
		case t == ssa.I32:
			v = uint64(uint32(v))
		}
		return new(big.Int).SetUint64(v)
	}
	divisor := number(y)
	if divisor.Sign() == 0 {
		return 0, wasm.TrapDivideByZero
	}
	quotient, rest := new(big.Int).QuoRem(number(x), divisor, new(big.Int))
	if remainder {
		quotient = rest
	}
	half := new(big.Int).Lsh(big.NewInt(1), uint(8*t.Size()-1))
	if signed && quotient.Cmp(half) == 0 {
		return 0, wasm.TrapIntegerOverflow
	}
	result := quotient.Uint64()
	if quotient.Sign() < 0 {
		result = uint64(quotient.Int64())
	}
	if t == ssa.I32 {
		result = uint64(uint32(result))
	}
	return result, wasm.TrapNone
}
