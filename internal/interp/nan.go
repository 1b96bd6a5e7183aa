package interp

import (
	"math"
	"unsafe"

	"weft/wasm"
)

// Which NaN an operation returns the specification leaves open, and processors, and even two orders of operands, differ
// in it. All executors give the same bits on all machines, those that x86-64 has: the first operand that is a NaN, made
// quiet; where none is, the canonical NaN with its sign set. Machine code has that for nothing, as long as it does not
// swap the operands of an addition or multiplication. Minima and maxima of lanes give the canonical NaN with its sign
// set in any case.

// nanOf returns the NaN that is the result of an operation on x and y.
func nanOf[F float](x, y F) F {
	switch {
	case x != x:
		return quiet(x)
	case y != y:
		return quiet(y)
	}
	return canonicalNaN[F]()
}

// number returns the result r of an operation on x and y, as all executors have it.
func number[F float](r, x, y F) F {
	if r != r {
		return nanOf(x, y)
	}
	return r
}

// canonicalNaN returns the one with its sign set.
func canonicalNaN[F float]() F {
	var x F
	if unsafe.Sizeof(x) == 4 {
		return toFloat[F](uint32(0xffc00000))
	}
	return toFloat[F](uint64(0xfff8000000000000))
}

// quiet makes a signalling NaN quiet, as every arithmetic operation must.
func quiet[F float](x F) F {
	switch {
	case x == x:
		return x
	case unsafe.Sizeof(x) == 4:
		return toFloat[F](fromFloat[F, uint32](x) | 1<<22)
	}
	return toFloat[F](fromFloat[F, uint64](x) | 1<<51)
}

// setNaN completes an operation on scalars whose result is a NaN.
func setNaN(fp unsafe.Pointer, in *instr) {
	switch wasm.Opcode(in.op) {
	case wasm.OpF32Sqrt:
		setF32(fp, in.a, nanOf(f32(fp, in.b), 0))
	case wasm.OpF64Sqrt:
		setF64(fp, in.a, nanOf(f64(fp, in.b), 0))
	case wasm.OpF32Add, wasm.OpF32Sub, wasm.OpF32Mul, wasm.OpF32Div:
		setF32(fp, in.a, nanOf(f32(fp, in.b), f32(fp, in.c)))
	default:
		setF64(fp, in.a, nanOf(f64(fp, in.b), f64(fp, in.c)))
	}
}

// sqrt is the square root.
func sqrt[F float](x F) F { return number(F(math.Sqrt(float64(x))), x, 0) }
