package exectest

import (
	"math"
	"math/bits"
	"testing"
	"unsafe"

	"weft/internal/ssa"
	"weft/wasm"
)

// An opCase is an operation with its meaning on bits.
type opCase struct {
	op     ssa.Op
	aux    int64
	result ssa.Type
	args   []ssa.Type
	want   func(x, y uint64) (uint64, wasm.TrapCode)
}

func plain(f func(x, y uint64) uint64) func(x, y uint64) (uint64, wasm.TrapCode) {
	return func(x, y uint64) (uint64, wasm.TrapCode) { return f(x, y), wasm.TrapNone }
}

func intCases() []opCase {
	var cases []opCase
	add32 := func(op ssa.Op, f func(x, y uint32) uint32) {
		cases = append(cases, opCase{op, 0, ssa.I32, types(ssa.I32, ssa.I32), plain(func(x, y uint64) uint64 { return uint64(f(uint32(x), uint32(y))) })})
	}
	add64 := func(op ssa.Op, f func(x, y uint64) uint64) {
		cases = append(cases, opCase{op, 0, ssa.I64, types(ssa.I64, ssa.I64), plain(f)})
	}
	unary := func(op ssa.Op, result, arg ssa.Type, f func(x uint64) uint64) {
		cases = append(cases, opCase{op, 0, result, types(arg), plain(func(x, _ uint64) uint64 { return f(x) })})
	}
	add32(ssa.OpAdd, func(x, y uint32) uint32 { return x + y })
	add64(ssa.OpAdd, func(x, y uint64) uint64 { return x + y })
	add32(ssa.OpSub, func(x, y uint32) uint32 { return x - y })
	add64(ssa.OpSub, func(x, y uint64) uint64 { return x - y })
	add32(ssa.OpMul, func(x, y uint32) uint32 { return x * y })
	add64(ssa.OpMul, func(x, y uint64) uint64 { return x * y })
	add32(ssa.OpAnd, func(x, y uint32) uint32 { return x & y })
	add64(ssa.OpAnd, func(x, y uint64) uint64 { return x & y })
	add32(ssa.OpOr, func(x, y uint32) uint32 { return x | y })
	add64(ssa.OpOr, func(x, y uint64) uint64 { return x | y })
	add32(ssa.OpXor, func(x, y uint32) uint32 { return x ^ y })
	add64(ssa.OpXor, func(x, y uint64) uint64 { return x ^ y })
	add32(ssa.OpShl, func(x, y uint32) uint32 { return x << (y & 31) })
	add64(ssa.OpShl, func(x, y uint64) uint64 { return x << (y & 63) })
	add32(ssa.OpShrU, func(x, y uint32) uint32 { return x >> (y & 31) })
	add64(ssa.OpShrU, func(x, y uint64) uint64 { return x >> (y & 63) })
	add32(ssa.OpShrS, func(x, y uint32) uint32 { return uint32(int32(x) >> (y & 31)) })
	add64(ssa.OpShrS, func(x, y uint64) uint64 { return uint64(int64(x) >> (y & 63)) })
	add32(ssa.OpRotl, func(x, y uint32) uint32 { return bits.RotateLeft32(x, int(y&31)) })
	add64(ssa.OpRotl, func(x, y uint64) uint64 { return bits.RotateLeft64(x, int(y&63)) })
	add32(ssa.OpRotr, func(x, y uint32) uint32 { return bits.RotateLeft32(x, -int(y&31)) })
	add64(ssa.OpRotr, func(x, y uint64) uint64 { return bits.RotateLeft64(x, -int(y&63)) })
	add64(ssa.OpMulHiU, func(x, y uint64) uint64 { hi, _ := bits.Mul64(x, y); return hi })
	add32(ssa.OpMulHiU, func(x, y uint32) uint32 { return uint32(uint64(x) * uint64(y) >> 32) })
	add32(ssa.OpMulHiS, func(x, y uint32) uint32 { return uint32(int64(int32(x)) * int64(int32(y)) >> 32) })
	add64(ssa.OpMulHiS, func(x, y uint64) uint64 {
		hi, _ := bits.Mul64(x, y)
		return hi - uint64(int64(x)>>63)&y - uint64(int64(y)>>63)&x
	})
	unary(ssa.OpClz, ssa.I32, ssa.I32, func(x uint64) uint64 { return uint64(bits.LeadingZeros32(uint32(x))) })
	unary(ssa.OpClz, ssa.I64, ssa.I64, func(x uint64) uint64 { return uint64(bits.LeadingZeros64(x)) })
	unary(ssa.OpCtz, ssa.I32, ssa.I32, func(x uint64) uint64 { return uint64(bits.TrailingZeros32(uint32(x))) })
	unary(ssa.OpCtz, ssa.I64, ssa.I64, func(x uint64) uint64 { return uint64(bits.TrailingZeros64(x)) })
	unary(ssa.OpPopcnt, ssa.I32, ssa.I32, func(x uint64) uint64 { return uint64(bits.OnesCount32(uint32(x))) })
	unary(ssa.OpPopcnt, ssa.I64, ssa.I64, func(x uint64) uint64 { return uint64(bits.OnesCount64(x)) })
	unary(ssa.OpSExt8, ssa.I32, ssa.I32, func(x uint64) uint64 { return uint64(uint32(int8(x))) })
	unary(ssa.OpSExt8, ssa.I64, ssa.I64, func(x uint64) uint64 { return uint64(int8(x)) })
	unary(ssa.OpSExt16, ssa.I32, ssa.I32, func(x uint64) uint64 { return uint64(uint32(int16(x))) })
	unary(ssa.OpSExt16, ssa.I64, ssa.I64, func(x uint64) uint64 { return uint64(int16(x)) })
	unary(ssa.OpSExt32, ssa.I64, ssa.I64, func(x uint64) uint64 { return uint64(int32(x)) })
	unary(ssa.OpExtendS, ssa.I64, ssa.I32, func(x uint64) uint64 { return uint64(int32(x)) })
	unary(ssa.OpExtendU, ssa.I64, ssa.I32, func(x uint64) uint64 { return uint64(uint32(x)) })
	unary(ssa.OpWrap, ssa.I32, ssa.I64, func(x uint64) uint64 { return uint64(uint32(x)) })
	for _, t := range types(ssa.I32, ssa.I64) {
		for c := ssa.Eq; c <= ssa.LeU; c++ {
			cases = append(cases, opCase{ssa.OpIcmp, int64(c), ssa.I32, types(t, t), plain(func(x, y uint64) uint64 {
				a, b := int64(x), int64(y)
				if t == ssa.I32 {
					a, b = int64(int32(x)), int64(int32(y))
				}
				return truth([]bool{x == y, x != y, a < b, a >= b, a > b, a <= b, x < y, x >= y, x > y, x <= y}[c])
			})})
		}
		for _, d := range []struct {
			op                ssa.Op
			signed, remainder bool
		}{{ssa.OpDivS, true, false}, {ssa.OpDivU, false, false}, {ssa.OpRemS, true, true}, {ssa.OpRemU, false, true}} {
			cases = append(cases, opCase{d.op, 0, t, types(t, t), func(x, y uint64) (uint64, wasm.TrapCode) {
				return ExactDivision(t, d.signed, d.remainder, x, y)
			}})
		}
	}
	return cases
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func floatCases() []opCase {
	var cases []opCase
	both := func(op ssa.Op, f func(x, y float64) float64, f32 func(x, y float32) float32) {
		cases = append(cases,
			opCase{op, 0, ssa.F64, types(ssa.F64, ssa.F64), plain(func(x, y uint64) uint64 {
				return math.Float64bits(f(math.Float64frombits(x), math.Float64frombits(y)))
			})},
			opCase{op, 0, ssa.F32, types(ssa.F32, ssa.F32), plain(func(x, y uint64) uint64 {
				return uint64(math.Float32bits(f32(math.Float32frombits(uint32(x)), math.Float32frombits(uint32(y)))))
			})})
	}
	one := func(op ssa.Op, f func(x float64) float64) {
		cases = append(cases,
			opCase{op, 0, ssa.F64, types(ssa.F64), plain(func(x, _ uint64) uint64 { return math.Float64bits(f(math.Float64frombits(x))) })},
			opCase{op, 0, ssa.F32, types(ssa.F32), plain(func(x, _ uint64) uint64 {
				return uint64(math.Float32bits(float32(f(float64(math.Float32frombits(uint32(x)))))))
			})})
	}
	both(ssa.OpFadd, func(x, y float64) float64 { return x + y }, func(x, y float32) float32 { return x + y })
	both(ssa.OpFsub, func(x, y float64) float64 { return x - y }, func(x, y float32) float32 { return x - y })
	both(ssa.OpFmul, func(x, y float64) float64 { return x * y }, func(x, y float32) float32 { return x * y })
	both(ssa.OpFdiv, func(x, y float64) float64 { return x / y }, func(x, y float32) float32 { return x / y })
	both(ssa.OpFmin, func(x, y float64) float64 { return min(x, y) }, func(x, y float32) float32 { return min(x, y) })
	both(ssa.OpFmax, func(x, y float64) float64 { return max(x, y) }, func(x, y float32) float32 { return max(x, y) })
	both(ssa.OpFcopysign, math.Copysign, func(x, y float32) float32 { return float32(math.Copysign(float64(x), float64(y))) })
	one(ssa.OpFabs, math.Abs)
	one(ssa.OpFneg, func(x float64) float64 { return -x })
	one(ssa.OpFsqrt, math.Sqrt)
	one(ssa.OpFceil, math.Ceil)
	one(ssa.OpFfloor, math.Floor)
	one(ssa.OpFtrunc, math.Trunc)
	one(ssa.OpFnearest, math.RoundToEven)
	for _, t := range types(ssa.F32, ssa.F64) {
		number := func(x uint64) float64 {
			if t == ssa.F32 {
				return float64(math.Float32frombits(uint32(x)))
			}
			return math.Float64frombits(x)
		}
		fromInt := func(f func(x uint64) (float64, float32)) func(x, y uint64) (uint64, wasm.TrapCode) {
			return plain(func(x, _ uint64) uint64 {
				d, s := f(x)
				if t == ssa.F32 {
					return uint64(math.Float32bits(s))
				}
				return math.Float64bits(d)
			})
		}
		for c := ssa.Eq; c <= ssa.LeS; c++ {
			cases = append(cases, opCase{ssa.OpFcmp, int64(c), ssa.I32, types(t, t), plain(func(x, y uint64) uint64 {
				a, b := number(x), number(y)
				return truth([]bool{a == b, a != b, a < b, a >= b, a > b, a <= b}[c])
			})})
		}
		cases = append(cases,
			opCase{ssa.OpConvertS, 0, t, types(ssa.I32), fromInt(func(x uint64) (float64, float32) { return float64(int32(x)), float32(int32(x)) })},
			opCase{ssa.OpConvertS, 0, t, types(ssa.I64), fromInt(func(x uint64) (float64, float32) { return float64(int64(x)), float32(int64(x)) })},
			opCase{ssa.OpConvertU, 0, t, types(ssa.I32), fromInt(func(x uint64) (float64, float32) { return float64(uint32(x)), float32(uint32(x)) })},
			opCase{ssa.OpConvertU, 0, t, types(ssa.I64), fromInt(func(x uint64) (float64, float32) { return float64(x), float32(x) })})
		for _, to := range types(ssa.I32, ssa.I64) {
			for _, op := range []ssa.Op{ssa.OpTruncS, ssa.OpTruncU, ssa.OpTruncSatS, ssa.OpTruncSatU} {
				cases = append(cases, opCase{op, 0, to, types(t), func(x, _ uint64) (uint64, wasm.TrapCode) {
					tr := Truncation{To: to, Signed: op == ssa.OpTruncS || op == ssa.OpTruncSatS,
						Saturate: op >= ssa.OpTruncSatS}
					return tr.Exact(number(x))
				}})
			}
		}
	}
	cases = append(cases,
		opCase{ssa.OpPromote, 0, ssa.F64, types(ssa.F32), plain(func(x, _ uint64) uint64 {
			return math.Float64bits(float64(math.Float32frombits(uint32(x))))
		})},
		opCase{ssa.OpDemote, 0, ssa.F32, types(ssa.F64), plain(func(x, _ uint64) uint64 {
			return uint64(math.Float32bits(float32(math.Float64frombits(x))))
		})},
		opCase{ssa.OpBitcast, 0, ssa.F64, types(ssa.I64), plain(func(x, _ uint64) uint64 { return x })},
		opCase{ssa.OpBitcast, 0, ssa.I64, types(ssa.F64), plain(func(x, _ uint64) uint64 { return x })},
		opCase{ssa.OpBitcast, 0, ssa.F32, types(ssa.I32), plain(func(x, _ uint64) uint64 { return x })},
		opCase{ssa.OpBitcast, 0, ssa.I32, types(ssa.F32), plain(func(x, _ uint64) uint64 { return x })})
	return cases
}

// edgeFloats are what conversions, comparisons and rounding may stumble over.
var edgeFloats = []float64{0, 0.5, 1, 1.5, 2.5, 1e-40, 1e300, math.Inf(1), math.NaN(),
	1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<53 - 1, 1<<63 - 1024, 1 << 63, 1<<64 - 2048, 1 << 64}

// edges are bits of a type around all edges.
func edges(t ssa.Type) []uint64 {
	var list []uint64
	switch t {
	case ssa.I32:
		for _, x := range []int32{0, 1, 2, 3, 7, 31, 32, 33, 127, 128, 255, 256, 32767, 65535, math.MaxInt32, -1, -2, -128, -129, math.MinInt32, math.MinInt32 + 1} {
			list = append(list, uint64(uint32(x)))
		}
	case ssa.I64:
		for _, x := range []int64{0, 1, 2, 3, 63, 64, 255, 65535, math.MaxInt32, 1 << 31, math.MaxUint32, 1 << 32, 1 << 53, 1<<53 + 1, math.MaxInt64, -1, -2, math.MinInt32, math.MinInt32 - 1, math.MinInt64, math.MinInt64 + 1, -1 << 10} {
			list = append(list, uint64(x))
		}
	case ssa.F32:
		for _, x := range edgeFloats {
			list = append(list, uint64(math.Float32bits(float32(x))), uint64(math.Float32bits(float32(-x))))
		}
	case ssa.F64:
		for _, x := range edgeFloats {
			list = append(list, math.Float64bits(x), math.Float64bits(-x))
		}
	}
	return list
}

// testOperations compares each operation with Go, with operands in registers, the
// second one a constant, and each one in memory.
func (isa *InstructionSet) testOperations(t *testing.T) {
	for how := inFrame; how <= inRegisters; how++ {
		for i, backend := range isa.Backends {
			if how == inFrame && i > 0 {
				continue // the other ways show what there is to see
			}
			m := newMachine(t, isa)
			m.how = how
			m.use(backend)
			for _, c := range append(intCases(), floatCases()...) {
				m.operation(&c)
			}
		}
	}
}

func (m *machine) operation(c *opCase) {
	start := m.used
	defer func() { m.used = start }()
	sig := &ssa.Signature{Params: append(append([]ssa.Type(nil), c.args...), ssa.I64), Results: types(c.result)}
	cell := &m.context.Args[2000]
	address := uint64(uintptr(unsafe.Pointer(cell)))
	args := func(k *maker) []*ssa.Value {
		var list []*ssa.Value
		for i := range c.args {
			list = append(list, k.param(i))
		}
		return list
	}
	compiled := func(change func(k *maker, args []*ssa.Value)) uintptr {
		k := newFunc(sig.Params, sig.Results)
		list := args(k)
		change(k, list)
		return m.compile(k.ret(k.op(c.op, c.result, c.aux, list...)))[0]
	}
	last := len(c.args) - 1
	registers := compiled(func(*maker, []*ssa.Value) {})
	memory := func(i int) uintptr {
		return compiled(func(k *maker, list []*ssa.Value) { list[i] = k.op(ssa.OpGet, c.args[i], 0, k.param(last+1)) })
	}
	firstInMemory, lastInMemory := memory(0), memory(last)
	check := func(what string, code uintptr, x, y uint64) {
		want, wantTrap := c.want(x, y)
		list := []uint64{x, y}[:last+1]
		got, trap := m.run(code, sig, append(list, address)...)
		if trap != wantTrap || trap == wasm.TrapNone && !sameBits(c.result, got[0], want) {
			m.t.Errorf("%v %v of %v, %s: %#x, %#x gives %#x, %v; want %#x, %v", c.result, c.op, c.args, what, x, y, got, trap, want, wantTrap)
		}
	}
	for _, y := range edges(c.args[last]) {
		withConstant := compiled(func(k *maker, list []*ssa.Value) { list[last] = k.constant(c.args[last], y) })
		*cell = y
		for _, x := range edges(c.args[0]) {
			if last == 0 {
				x = y
			}
			check("in registers", registers, x, y)
			check("with a constant", withConstant, x, y)
			check("the last in memory", lastInMemory, x, y)
		}
	}
	for _, x := range edges(c.args[0]) {
		*cell = x
		for _, y := range edges(c.args[last]) {
			if last == 0 {
				y = x
			}
			check("the first in memory", firstInMemory, x, y)
		}
	}
	if last == 1 { // twice the same
		code := compiled(func(k *maker, list []*ssa.Value) { list[1] = list[0] })
		for _, x := range edges(c.args[0]) {
			check("twice the same", code, x, x)
		}
	}
	if m.t.Failed() {
		m.t.FailNow()
	}
}
