package interp

import (
	"math"
	"runtime"
	"unsafe"
)

// Which NaN an operation returns the specification leaves open, and processors, and even two orders of operands, differ
// in it. The interpreter gives the same bits on all machines, those of x86-64: of the first operand that is a NaN, made
// quiet; where none is, the canonical NaN with its sign set. Machine code for x86-64 has that for nothing, as long as
// it does not swap the operands of an addition or multiplication, and so has what Go makes there of the operations on
// scalars in run: TestNaNBits holds it to that. Operations on lanes see to it themselves. Minima and maxima of lanes
// give the canonical NaN with its sign set in any case. Machine code for arm64 has what that processor makes.

// processorNaNs says that Go's arithmetic has those bits.
const processorNaNs = runtime.GOARCH == "amd64"

// made returns the result r of Go's arithmetic on x and y.
func made[F float](r, x, y F) F {
	if !processorNaNs && r != r {
		return nanOf(x, y)
	}
	return r
}

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
	if x != x {
		return x + x
	}
	return x
}

// sqrt is the square root.
func sqrt[F float](x F) F { return number(F(math.Sqrt(float64(x))), x, 0) }
