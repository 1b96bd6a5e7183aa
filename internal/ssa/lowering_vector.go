package ssa

import (
	"strings"

	"weft/wasm"
)

// deterministic says which instruction gives the results of the deterministic profile for a relaxed
// one, where there is such an instruction.
var deterministic = map[wasm.Opcode]wasm.Opcode{
	wasm.OpI8x16RelaxedSwizzle:         wasm.OpI8x16Swizzle,
	wasm.OpI32x4RelaxedTruncF32x4S:     wasm.OpI32x4TruncSatF32x4S,
	wasm.OpI32x4RelaxedTruncF32x4U:     wasm.OpI32x4TruncSatF32x4U,
	wasm.OpI32x4RelaxedTruncF64x2SZero: wasm.OpI32x4TruncSatF64x2SZero,
	wasm.OpI32x4RelaxedTruncF64x2UZero: wasm.OpI32x4TruncSatF64x2UZero,
	wasm.OpI8x16RelaxedLaneselect:      wasm.OpV128Bitselect,
	wasm.OpI16x8RelaxedLaneselect:      wasm.OpV128Bitselect,
	wasm.OpI32x4RelaxedLaneselect:      wasm.OpV128Bitselect,
	wasm.OpI64x2RelaxedLaneselect:      wasm.OpV128Bitselect,
	wasm.OpF32x4RelaxedMin:             wasm.OpF32x4Min,
	wasm.OpF32x4RelaxedMax:             wasm.OpF32x4Max,
	wasm.OpF64x2RelaxedMin:             wasm.OpF64x2Min,
	wasm.OpF64x2RelaxedMax:             wasm.OpF64x2Max,
	wasm.OpI16x8RelaxedQ15mulrS:        wasm.OpI16x8Q15mulrSatS,
}

// several are the instructions that become more than one value, or a constant.
var several = map[wasm.Opcode]func(*Builder){
	wasm.OpV128Const:    (*Builder).vectorConst,
	wasm.OpI8x16Shuffle: (*Builder).shuffle,

	wasm.OpV128Load:        vectorLoad(V128, Mem128, none),
	wasm.OpV128Load8x8S:    vectorLoad(V128, Mem64, wasm.OpI16x8ExtendLowI8x16S),
	wasm.OpV128Load8x8U:    vectorLoad(V128, Mem64, wasm.OpI16x8ExtendLowI8x16U),
	wasm.OpV128Load16x4S:   vectorLoad(V128, Mem64, wasm.OpI32x4ExtendLowI16x8S),
	wasm.OpV128Load16x4U:   vectorLoad(V128, Mem64, wasm.OpI32x4ExtendLowI16x8U),
	wasm.OpV128Load32x2S:   vectorLoad(V128, Mem64, wasm.OpI64x2ExtendLowI32x4S),
	wasm.OpV128Load32x2U:   vectorLoad(V128, Mem64, wasm.OpI64x2ExtendLowI32x4U),
	wasm.OpV128Load8Splat:  vectorLoad(I32, Mem8U, wasm.OpI8x16Splat),
	wasm.OpV128Load16Splat: vectorLoad(I32, Mem16U, wasm.OpI16x8Splat),
	wasm.OpV128Load32Splat: vectorLoad(F32, Mem32U, wasm.OpF32x4Splat),
	wasm.OpV128Load64Splat: vectorLoad(F64, Mem64, wasm.OpF64x2Splat),
	wasm.OpV128Load32Zero:  vectorLoad(V128, Mem32U, none),
	wasm.OpV128Load64Zero:  vectorLoad(V128, Mem64, none),

	wasm.OpV128Load8Lane:   loadLane(I32, Mem8U, wasm.OpI8x16ReplaceLane),
	wasm.OpV128Load16Lane:  loadLane(I32, Mem16U, wasm.OpI16x8ReplaceLane),
	wasm.OpV128Load32Lane:  loadLane(I32, Mem32U, wasm.OpI32x4ReplaceLane),
	wasm.OpV128Load64Lane:  loadLane(I64, Mem64, wasm.OpI64x2ReplaceLane),
	wasm.OpV128Store:       func(b *Builder) { b.store(Mem128, b.pop()) },
	wasm.OpV128Store8Lane:  storeLane(I32, Mem8U, wasm.OpI8x16ExtractLaneU),
	wasm.OpV128Store16Lane: storeLane(I32, Mem16U, wasm.OpI16x8ExtractLaneU),
	wasm.OpV128Store32Lane: storeLane(I32, Mem32U, wasm.OpI32x4ExtractLane),
	wasm.OpV128Store64Lane: storeLane(I64, Mem64, wasm.OpI64x2ExtractLane),

	wasm.OpF32x4RelaxedMadd:              multiplyAdd(wasm.OpF32x4Mul, wasm.OpF32x4Add, none),
	wasm.OpF32x4RelaxedNmadd:             multiplyAdd(wasm.OpF32x4Mul, wasm.OpF32x4Add, wasm.OpF32x4Neg),
	wasm.OpF64x2RelaxedMadd:              multiplyAdd(wasm.OpF64x2Mul, wasm.OpF64x2Add, none),
	wasm.OpF64x2RelaxedNmadd:             multiplyAdd(wasm.OpF64x2Mul, wasm.OpF64x2Add, wasm.OpF64x2Neg),
	wasm.OpI32x4RelaxedDotI8x16I7x16AddS: (*Builder).relaxedDotAdd,
}

// none stands where there is no instruction.
const none = wasm.OpUnreachable

// vectorLowering returns the row of an instruction that is one OpVector.
func vectorLowering(code wasm.Opcode) lowering {
	info := code.Info()
	if info.Feature != wasm.SIMD && info.Feature != wasm.RelaxedSIMD || several[code] != nil {
		return lowering{}
	}
	operands, result, _ := strings.Cut(info.Signature, ">")
	if d, ok := deterministic[code]; ok {
		code = d
	}
	return lowering{op: OpVector, typ: typeOfVectorLetter(result[0]), operands: uint8(len(operands)), code: code}
}

// vector builds an instruction that is one OpVector.
func (b *Builder) vector(l *lowering) {
	v := b.add(OpVector, l.typ, int64(l.code), b.popN(int(l.operands))...)
	if v.hasLane() {
		v.setLane(int64(b.in.Lane))
	}
	b.push(v)
}

// vectorInstruction builds the instruction in b.in if it is one of several.
func (b *Builder) vectorInstruction() bool {
	build := several[b.in.Op]
	if build != nil {
		build(b)
	}
	return build != nil
}

// apply adds an OpVector with a lane, and returns the argument if there is no instruction.
func (b *Builder) apply(code wasm.Opcode, t Type, lane uint8, args ...*Value) *Value {
	if code == none {
		return args[0]
	}
	v := b.add(OpVector, t, int64(code), args...)
	v.setLane(int64(lane))
	return v
}

func (b *Builder) vectorConst() { b.push(b.add(OpConst, V128, b.f.Vector(b.in.Bytes))) }

func (b *Builder) shuffle() {
	y, x := b.pop(), b.pop()
	b.push(b.add(OpShuffle, V128, b.f.Vector(b.in.Bytes), x, y))
}

// vectorLoad builds a load, and what then makes a vector of it.
func vectorLoad(t Type, mem Mem, then wasm.Opcode) func(*Builder) {
	return func(b *Builder) {
		if v := b.load(t, mem); v != nil {
			b.push(b.apply(then, V128, 0, v))
		}
	}
}

func loadLane(t Type, mem Mem, replace wasm.Opcode) func(*Builder) {
	return func(b *Builder) {
		vector := b.pop()
		if v := b.load(t, mem); v != nil {
			b.push(b.apply(replace, V128, b.in.Lane, vector, v))
		}
	}
}

func storeLane(t Type, mem Mem, extract wasm.Opcode) func(*Builder) {
	return func(b *Builder) { b.store(mem, b.apply(extract, t, b.in.Lane, b.pop())) }
}

// multiplyAdd rounds the product: the profile's is not the fused operation.
func multiplyAdd(multiply, add, negate wasm.Opcode) func(*Builder) {
	return func(b *Builder) {
		z, y, x := b.pop(), b.pop(), b.pop()
		product := b.apply(multiply, V128, 0, b.apply(negate, V128, 0, x), y)
		b.push(b.apply(add, V128, 0, product, z))
	}
}

func (b *Builder) relaxedDotAdd() {
	z, y, x := b.pop(), b.pop(), b.pop()
	dot := b.apply(wasm.OpI16x8RelaxedDotI8x16I7x16S, V128, 0, x, y)
	pairs := b.apply(wasm.OpI32x4ExtaddPairwiseI16x8S, V128, 0, dot)
	b.push(b.apply(wasm.OpI32x4Add, V128, 0, pairs, z))
}
