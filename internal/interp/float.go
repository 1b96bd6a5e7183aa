package interp

import (
	"math"
	"math/bits"
	"unsafe"

	"weft/wasm"
)

// outOfLine executes numeric operations for which Go may need a call, or fixed
// registers: in run they would cost every other operation something.
func outOfLine(fp unsafe.Pointer, in *instr) (trap wasm.TrapCode) {
	switch wasm.Opcode(in.op) {
	case wasm.OpI32Popcnt:
		set32(fp, in.a, uint32(bits.OnesCount32(u32(fp, in.b))))
	case wasm.OpI64Popcnt:
		set64(fp, in.a, uint64(bits.OnesCount64(u64(fp, in.b))))
	case wasm.OpI64MulWideU:
		hi, lo := bits.Mul64(u64(fp, in.b), u64(fp, in.c))
		set64(fp, in.a, lo)
		set64(fp, in.a+8, hi)
	case wasm.OpI64MulWideS:
		x, y := i64(fp, in.b), i64(fp, in.c)
		hi, lo := bits.Mul64(uint64(x), uint64(y))
		// A negative number is 2⁶⁴ more when taken as unsigned.
		set64(fp, in.a, lo)
		set64(fp, in.a+8, hi-uint64(x>>63&y)-uint64(y>>63&x))
	case wasm.OpF32Min, wasm.OpF32Max: // of which one operand is a NaN
		setF32(fp, in.a, nanOf(f32(fp, in.b), f32(fp, in.c)))
	case wasm.OpF64Min, wasm.OpF64Max:
		setF64(fp, in.a, nanOf(f64(fp, in.b), f64(fp, in.c)))
	case wasm.OpF32Ceil:
		setF32(fp, in.a, float32(math.Ceil(quiet(float64(f32(fp, in.b))))))
	case wasm.OpF32Floor:
		setF32(fp, in.a, float32(math.Floor(float64(f32(fp, in.b)))))
	case wasm.OpF32Trunc:
		setF32(fp, in.a, float32(math.Trunc(float64(f32(fp, in.b)))))
	case wasm.OpF32Nearest:
		setF32(fp, in.a, float32(math.RoundToEven(float64(f32(fp, in.b)))))
	case wasm.OpF64Ceil:
		setF64(fp, in.a, math.Ceil(quiet(f64(fp, in.b))))
	case wasm.OpF64Floor:
		setF64(fp, in.a, math.Floor(quiet(f64(fp, in.b))))
	case wasm.OpF64Trunc:
		setF64(fp, in.a, math.Trunc(quiet(f64(fp, in.b))))
	case wasm.OpF64Nearest:
		setF64(fp, in.a, math.RoundToEven(quiet(f64(fp, in.b))))
	case wasm.OpI32TruncF32S:
		trap = setTruncated(fp, in.a, truncS32, float64(f32(fp, in.b)))
	case wasm.OpI32TruncSatF32S:
		setTruncated(fp, in.a, truncS32, float64(f32(fp, in.b)))
	case wasm.OpI32TruncF32U:
		trap = setTruncated(fp, in.a, truncU32, float64(f32(fp, in.b)))
	case wasm.OpI32TruncSatF32U:
		setTruncated(fp, in.a, truncU32, float64(f32(fp, in.b)))
	case wasm.OpI32TruncF64S:
		trap = setTruncated(fp, in.a, truncS32, f64(fp, in.b))
	case wasm.OpI32TruncSatF64S:
		setTruncated(fp, in.a, truncS32, f64(fp, in.b))
	case wasm.OpI32TruncF64U:
		trap = setTruncated(fp, in.a, truncU32, f64(fp, in.b))
	case wasm.OpI32TruncSatF64U:
		setTruncated(fp, in.a, truncU32, f64(fp, in.b))
	case wasm.OpI64TruncF32S:
		trap = setTruncated(fp, in.a, truncS64, float64(f32(fp, in.b)))
	case wasm.OpI64TruncSatF32S:
		setTruncated(fp, in.a, truncS64, float64(f32(fp, in.b)))
	case wasm.OpI64TruncF32U:
		trap = setTruncated(fp, in.a, truncU64, float64(f32(fp, in.b)))
	case wasm.OpI64TruncSatF32U:
		setTruncated(fp, in.a, truncU64, float64(f32(fp, in.b)))
	case wasm.OpI64TruncF64S:
		trap = setTruncated(fp, in.a, truncS64, f64(fp, in.b))
	case wasm.OpI64TruncSatF64S:
		setTruncated(fp, in.a, truncS64, f64(fp, in.b))
	case wasm.OpI64TruncF64U:
		trap = setTruncated(fp, in.a, truncU64, f64(fp, in.b))
	case wasm.OpI64TruncSatF64U:
		setTruncated(fp, in.a, truncU64, f64(fp, in.b))
	default:
		vectorOps[in.op].exec(fp, in)
	}
	return trap
}

// setTruncated writes the result of a conversion to an integer.
func setTruncated(fp unsafe.Pointer, off uint32, convert func(float64) (uint64, wasm.TrapCode), x float64) wasm.TrapCode {
	v, trap := convert(x)
	set64(fp, off, v)
	return trap
}

// The conversions to integers return the saturated value (0 for a NaN) as a slot
// and the reason why a conversion that does not saturate traps. A float32 converts to
// float64 without loss, so the same functions serve both.

func truncS32(x float64) (uint64, wasm.TrapCode) {
	switch {
	case x != x:
		return 0, wasm.TrapInvalidConversion
	case x <= -1<<31-1:
		return 1 << 31, wasm.TrapIntegerOverflow
	case x >= 1<<31:
		return math.MaxInt32, wasm.TrapIntegerOverflow
	}
	return uint64(uint32(int32(x))), wasm.TrapNone
}

func truncU32(x float64) (uint64, wasm.TrapCode) {
	switch {
	case x != x:
		return 0, wasm.TrapInvalidConversion
	case x <= -1:
		return 0, wasm.TrapIntegerOverflow
	case x >= 1<<32:
		return math.MaxUint32, wasm.TrapIntegerOverflow
	}
	return uint64(int64(x)), wasm.TrapNone
}

func truncS64(x float64) (uint64, wasm.TrapCode) {
	switch {
	case x != x:
		return 0, wasm.TrapInvalidConversion
	case x < -1<<63:
		return 1 << 63, wasm.TrapIntegerOverflow
	case x >= 1<<63:
		return math.MaxInt64, wasm.TrapIntegerOverflow
	}
	return uint64(int64(x)), wasm.TrapNone
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
