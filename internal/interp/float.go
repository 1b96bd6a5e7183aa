package interp

import (
	"math"

	"weft/wasm"
)

// quiet makes a signalling NaN quiet, as every arithmetic operation must.
func quiet(x float64) float64 {
	if x != x {
		return x + x
	}
	return x
}

// floatMin and floatMax are Wasm's: -0 is less than 0, and a NaN wins.
func floatMin[F float32 | float64](x, y F) F {
	if x != x || y != y {
		return x + y
	}
	return min(x, y)
}

func floatMax[F float32 | float64](x, y F) F {
	if x != x || y != y {
		return x + y
	}
	return max(x, y)
}

// The conversions to integers return the saturated value (0 for a NaN) and the
// reason why a conversion that does not saturate traps. A float32 converts to
// float64 without loss, so the same functions serve both.

func truncS32(x float64) (int32, wasm.TrapCode) {
	switch {
	case x != x:
		return 0, wasm.TrapInvalidConversion
	case x <= -1<<31-1:
		return math.MinInt32, wasm.TrapIntegerOverflow
	case x >= 1<<31:
		return math.MaxInt32, wasm.TrapIntegerOverflow
	}
	return int32(x), wasm.TrapNone
}

func truncU32(x float64) (uint32, wasm.TrapCode) {
	switch {
	case x != x:
		return 0, wasm.TrapInvalidConversion
	case x <= -1:
		return 0, wasm.TrapIntegerOverflow
	case x >= 1<<32:
		return math.MaxUint32, wasm.TrapIntegerOverflow
	}
	return uint32(int64(x)), wasm.TrapNone
}

func truncS64(x float64) (int64, wasm.TrapCode) {
	switch {
	case x != x:
		return 0, wasm.TrapInvalidConversion
	case x < -1<<63:
		return math.MinInt64, wasm.TrapIntegerOverflow
	case x >= 1<<63:
		return math.MaxInt64, wasm.TrapIntegerOverflow
	}
	return int64(x), wasm.TrapNone
}

func truncU64(x float64) (uint64, wasm.TrapCode) {
	switch {
	case x != x:
		return 0, wasm.TrapInvalidConversion
	case x <= -1:
		return 0, wasm.TrapIntegerOverflow
	case x >= 1<<64:
		return math.MaxUint64, wasm.TrapIntegerOverflow
	case x >= 1<<63:
		return uint64(int64(x-1<<63)) + 1<<63, wasm.TrapNone
	}
	return uint64(int64(x)), wasm.TrapNone
}
