package interp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"weft/wasm"
)

// TestVectorOps checks that every vector instruction has an implementation.
func TestVectorOps(t *testing.T) {
	for i := range wasm.Instructions {
		info := &wasm.Instructions[i]
		vector := info.Feature == wasm.SIMD || info.Feature == wasm.RelaxedSIMD
		elsewhere := info.Width != 0 && info.Traps != 0 || info.Imm == wasm.ImmV128 || info.Imm == wasm.ImmShuffle
		if has := vectorOps[i] != nil; has != (vector && !elsewhere) {
			t.Errorf("%s: in vectorOps: %v", info.Name, has)
		}
	}
}

// execVector executes an instruction with operands b, c and, for one with three
// operands, third.
func execVector(code wasm.Opcode, b, c, third vec) vec {
	var frame [8]uint64
	fp := unsafe.Pointer(&frame)
	in := instr{op: op(code), b: 16, c: 32}
	if len(code.Info().Signature) == len("vvv>v") {
		setVec(fp, 0, b)
		setVec(fp, 16, c)
		setVec(fp, 32, third)
	} else {
		setVec(fp, 16, b)
		setVec(fp, 32, c)
	}
	vectorOps[code].exec(fp, &in)
	return getVec(fp, 0)
}

func all8(x uint8) vec   { return both(splatLane[uint8](uint64(x))) }
func all16(x uint16) vec { return both(splatLane[uint16](uint64(x))) }
func all32(x uint32) vec { return both(splatLane[uint32](uint64(x))) }
func both(x uint64) vec  { return vec{x, x} }

func allF32(x float32) vec { return all32(math.Float32bits(x)) }
func allF64(x float64) vec { return both(math.Float64bits(x)) }

// TestRelaxed checks that the relaxed instructions give the results of the
// deterministic profile where the specification leaves a choice.
func TestRelaxed(t *testing.T) {
	const (
		nan32  = 0x7FC00000
		nan64  = 0x7FF8 << 48
		above  = 1 + 1.0/(1<<23) // the square of it is not a float32
		above2 = 1 + 1.0/(1<<52)
	)
	for _, test := range []struct {
		code wasm.Opcode
		b, c vec
		d    vec
		want vec
	}{
		{wasm.OpI8x16RelaxedSwizzle, all8(7), all8(16), vec{}, vec{}},
		{wasm.OpI8x16RelaxedSwizzle, all8(7), all8(0x80), vec{}, vec{}},
		{wasm.OpI8x16RelaxedSwizzle, all8(7), all8(15), vec{}, all8(7)},
		{wasm.OpI32x4RelaxedTruncF32x4S, all32(nan32), vec{}, vec{}, vec{}},
		{wasm.OpI32x4RelaxedTruncF32x4S, allF32(1e20), vec{}, vec{}, all32(math.MaxInt32)},
		{wasm.OpI32x4RelaxedTruncF32x4U, allF32(-1), vec{}, vec{}, vec{}},
		{wasm.OpI32x4RelaxedTruncF32x4U, allF32(1e20), vec{}, vec{}, all32(math.MaxUint32)},
		{wasm.OpI32x4RelaxedTruncF64x2SZero, allF64(-1e20), vec{}, vec{}, vec{lo: 0x80000000_80000000}},
		{wasm.OpI32x4RelaxedTruncF64x2UZero, both(nan64), vec{}, vec{}, vec{}},
		{wasm.OpF32x4RelaxedMadd, allF32(above), allF32(above), allF32(-1), allF32(2.0 / (1 << 23))},
		{wasm.OpF32x4RelaxedNmadd, allF32(above), allF32(above), allF32(1), allF32(-2.0 / (1 << 23))},
		{wasm.OpF64x2RelaxedMadd, allF64(above2), allF64(above2), allF64(-1), allF64(2.0 / (1 << 52))},
		{wasm.OpF64x2RelaxedNmadd, allF64(above2), allF64(above2), allF64(1), allF64(-2.0 / (1 << 52))},
		{wasm.OpI8x16RelaxedLaneselect, all8(0xFF), vec{}, all8(0x81), all8(0x81)},
		{wasm.OpI16x8RelaxedLaneselect, all8(0xFF), vec{}, all8(0x81), all8(0x81)},
		{wasm.OpI32x4RelaxedLaneselect, all8(0xFF), vec{}, all8(0x81), all8(0x81)},
		{wasm.OpI64x2RelaxedLaneselect, all8(0xFF), vec{}, all8(0x81), all8(0x81)},
		{wasm.OpF32x4RelaxedMin, all32(0), all32(1 << 31), vec{}, all32(1 << 31)},
		{wasm.OpF32x4RelaxedMax, all32(1 << 31), all32(0), vec{}, all32(0)},
		{wasm.OpF32x4RelaxedMin, all32(nan32), allF32(1), vec{}, all32(1<<31 | nan32)},
		{wasm.OpF32x4RelaxedMax, allF32(1), all32(nan32), vec{}, all32(1<<31 | nan32)},
		{wasm.OpF64x2RelaxedMin, allF64(1), both(nan64), vec{}, both(1<<63 | nan64)},
		{wasm.OpF64x2RelaxedMax, both(1 << 63), both(0), vec{}, both(0)},
		{wasm.OpI16x8RelaxedQ15mulrS, all16(0x8000), all16(0x8000), vec{}, all16(0x7FFF)},
		{wasm.OpI16x8RelaxedDotI8x16I7x16S, all8(0x80), all8(0x80), vec{}, all16(0x7FFF)},
		{wasm.OpI16x8RelaxedDotI8x16I7x16S, all8(0x80), all8(0x81), vec{}, all16(32512)},
		{wasm.OpI32x4RelaxedDotI8x16I7x16AddS, all8(0x80), all8(0x80), all32(1), all32(2*0x7FFF + 1)},
	} {
		if got := execVector(test.code, test.b, test.c, test.d); got != test.want {
			t.Errorf("%s of %x, %x, %x is %x, want %x", test.code, test.b, test.c, test.d, got, test.want)
		}
	}
}

// TestVectorEdges checks results at the edges of lanes: what is carried, what is
// rounded, what a NaN becomes.
func TestVectorEdges(t *testing.T) {
	for _, test := range []struct {
		code wasm.Opcode
		b, c vec
		want vec
	}{
		{wasm.OpI8x16Add, vec{0xFF80FF80_7F010203, 1}, vec{0x0180FF80_01FF0100, ^uint64(0)}, vec{0x0000FE00_80000303, 0xFFFFFFFF_FFFFFF00}},
		{wasm.OpI8x16Sub, vec{0x00800001, 0}, vec{0x01810102, 1}, vec{0xFFFFFFFF, 0xFF}},
		{wasm.OpI16x8Sub, vec{0, 0x8000}, vec{1, 1}, vec{0xFFFF, 0x7FFF}},
		{wasm.OpI32x4Add, vec{0xFFFFFFFF, 0x80000000}, vec{1, 0x80000000}, vec{0, 0}},
		{wasm.OpI64x2Sub, vec{0, 1 << 63}, vec{1, 1}, vec{^uint64(0), 1<<63 - 1}},
		{wasm.OpI64x2Neg, vec{1 << 63, 1}, vec{}, vec{1 << 63, ^uint64(0)}},
		{wasm.OpI8x16Abs, all8(0x80), vec{}, all8(0x80)},
		{wasm.OpI64x2Abs, vec{1 << 63, ^uint64(0)}, vec{}, vec{1 << 63, 1}},
		{wasm.OpI8x16AddSatS, all8(0x80), all8(0xFF), all8(0x80)},
		{wasm.OpI16x8SubSatU, all16(1), all16(2), all16(0)},
		{wasm.OpI8x16AvgrU, all8(0xFF), all8(0xFE), all8(0xFF)},
		{wasm.OpI16x8Q15mulrSatS, all16(0x8000), all16(0x8000), all16(0x7FFF)},
		{wasm.OpI32x4DotI16x8S, all16(0x8000), all16(0x8000), all32(0x80000000)},
		{wasm.OpI8x16NarrowI16x8S, all16(0x7FFF), all16(0x8000), vec{all8(0x7F).lo, all8(0x80).lo}},
		{wasm.OpI8x16NarrowI16x8U, all16(0x8000), all16(0x0100), vec{0, all8(0xFF).lo}},
		{wasm.OpI16x8NarrowI32x4U, vec{0x00010000_0000FFFF, 0x80000000_00000005}, vec{}, vec{0x00000005_FFFFFFFF, 0}},
		{wasm.OpI8x16Shl, all8(0x81), vec{lo: 9}, all8(2)},
		{wasm.OpI16x8ShrS, all16(0x8000), vec{lo: 31}, all16(0xFFFF)},
		{wasm.OpI64x2ShrU, both(1 << 63), vec{lo: 127}, both(1)},
		{wasm.OpI8x16AllTrue, vec{^uint64(0), 0x01010101_01010100}, vec{}, vec{}},
		{wasm.OpI8x16AllTrue, vec{^uint64(0), 0x80010180_01010102}, vec{}, vec{lo: 1}},
		{wasm.OpI64x2AllTrue, vec{1, 1 << 63}, vec{}, vec{lo: 1}},
		{wasm.OpI8x16Bitmask, vec{0x80, 1 << 63}, vec{}, vec{lo: 0x8001}},
		{wasm.OpI64x2Bitmask, vec{1 << 63, 1 << 63}, vec{}, vec{lo: 3}},
		{wasm.OpI64x2ExtmulHighI32x4U, vec{0, ^uint64(0)}, vec{0, ^uint64(0)}, both(0xFFFFFFFE_00000001)},
		{wasm.OpI16x8ExtaddPairwiseI8x16S, all8(0x80), vec{}, all16(0xFF00)},
		{wasm.OpF32x4Min, all32(0), all32(1 << 31), all32(1 << 31)},
		{wasm.OpF32x4Pmin, all32(0x7FA00001), allF32(1), all32(0x7FA00001)},
		{wasm.OpF64x2Pmax, allF64(1), both(0x7FF4<<48 + 1), allF64(1)},
		{wasm.OpF64x2Abs, both(0xFFF4<<48 + 1), vec{}, both(0x7FF4<<48 + 1)},
		{wasm.OpF32x4Neg, all32(0x7FA00001), vec{}, all32(0xFFA00001)},
		{wasm.OpF32x4Nearest, allF32(-0.5), vec{}, all32(1 << 31)},
		{wasm.OpF64x2Nearest, vec{math.Float64bits(2.5), math.Float64bits(3.5)}, vec{}, vec{math.Float64bits(2), math.Float64bits(4)}},
		{wasm.OpF64x2PromoteLowF32x4, vec{0x40000000_3F800000, 0}, vec{}, vec{math.Float64bits(1), math.Float64bits(2)}},
		{wasm.OpF32x4ConvertI32x4U, all32(0xFFFFFF7F), vec{}, allF32(4294967040)},
		{wasm.OpI32x4TruncSatF64x2UZero, vec{math.Float64bits(4294967295.9), math.Float64bits(-0.9)}, vec{}, vec{lo: 0xFFFFFFFF}},
	} {
		got := execVector(test.code, test.b, test.c, vec{})
		if test.code.Info().Signature == "v>i" {
			got.hi = 0
		}
		if got != test.want {
			t.Errorf("%s of %x, %x is %x, want %x", test.code, test.b, test.c, got, test.want)
		}
	}
}

// TestQuiet checks that arithmetic makes signalling NaNs quiet. Which NaN it makes
// of them depends on the machine.
func TestQuiet(t *testing.T) {
	signalling32, signalling64 := all32(0x7FA00001), both(0x7FF4<<48+1)
	const quiet32, quiet64 = 0x7FC00000_7FC00000, 0x7FF8 << 48
	for _, test := range []struct {
		code wasm.Opcode
		x    vec
		want uint64 // bits that are set in the low word
	}{
		{wasm.OpF32x4Add, signalling32, quiet32},
		{wasm.OpF32x4Min, signalling32, quiet32},
		{wasm.OpF32x4Sqrt, signalling32, quiet32},
		{wasm.OpF32x4Ceil, signalling32, quiet32},
		{wasm.OpF32x4Nearest, signalling32, quiet32},
		{wasm.OpF32x4DemoteF64x2Zero, signalling64, quiet32},
		{wasm.OpF64x2Mul, signalling64, quiet64},
		{wasm.OpF64x2Max, signalling64, quiet64},
		{wasm.OpF64x2Floor, signalling64, quiet64},
		{wasm.OpF64x2Trunc, signalling64, quiet64},
		{wasm.OpF64x2PromoteLowF32x4, signalling32, quiet64},
	} {
		if got := execVector(test.code, test.x, allF64(1), vec{}).lo; got&test.want != test.want {
			t.Errorf("%s of %x is %x", test.code, test.x, got)
		}
	}
}

// TestLanes compares extraction and replacement of each lane with the bytes.
func TestLanes(t *testing.T) {
	v := vec{0x07060504_03020100, 0x8F0E8D0C_8B0A8908}
	for i := range uint16(16) {
		if got := extractLane[uint8](v, i); got != uint64(v.bytes()[i]) {
			t.Errorf("lane %d is %x", i, got)
		}
		if got := uint32(extractLane[int8](v, i)); got != uint32(int8(v.bytes()[i])) {
			t.Errorf("lane %d, signed, is %x", i, got)
		}
		want := v.bytes()
		want[i] = 0xAB
		if got := replaceLane[uint8](v, i, 0x5555AB); got != vecOf(want) {
			t.Errorf("lane %d replaced: %x", i, got)
		}
	}
	if got := fmt.Sprintf("%x", replaceLane[uint64](v, 1, 5)); got != "{706050403020100 5}" {
		t.Error(got)
	}
}

// TestLanesAtOnce compares the operations that work on all lanes of a word at
// once with those on each lane.
func TestLanesAtOnce(t *testing.T) {
	testLanesAtOnce[uint8](t)
	testLanesAtOnce[uint16](t)
	testLanesAtOnce[uint32](t)
	testLanesAtOnce[uint64](t)
}

func testLanesAtOnce[T unsignedLane](t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		// Half of the bytes are 0, 0x80 or 0xFF.
		x, y := random.Uint64(), random.Uint64()
		for i := range 8 {
			if edge := [...]uint64{0, 0x80, 0xFF, 1, 2, 3}[random.IntN(6)]; edge > 3 || edge == 0 {
				x = x&^(0xFF<<(8*i)) | edge<<(8*i)
			}
		}
		if got, want := addLanes[T](x, y), map2(x, y, func(x, y T) T { return x + y }); got != want {
			t.Fatalf("%x + %x is %x, want %x", x, y, got, want)
		}
		if got, want := subLanes[T](x, y), map2(x, y, func(x, y T) T { return x - y }); got != want {
			t.Fatalf("%x - %x is %x, want %x", x, y, got, want)
		}
		zero := map1(x, func(x T) T { return truth[T](x == 0) }) != 0
		if got := hasZero[T](x); got != zero {
			t.Fatalf("a lane of %x is 0: %v", x, got)
		}
	}
}
