package interp

import (
	"unsafe"

	"weft/wasm"
)

// loadVector executes a load of a vector or of part of one, from p. The
// instruction is in long form (opLoadFar).
func loadVector(p, fp unsafe.Pointer, in *instr) {
	code := wasm.Opcode(in.d)
	if code == wasm.OpV128Load {
		setVec(fp, in.a, vec{load64(p), load64(unsafe.Add(p, 8))})
		return
	}
	var x uint64
	switch code.Info().Width {
	case 1:
		x = uint64(load8(p))
	case 2:
		x = uint64(load16(p))
	case 4:
		x = uint64(load32(p))
	case 8:
		x = load64(p)
	}
	var v vec
	switch code {
	case wasm.OpV128Load8x8S:
		v = extend[int8, int16](x)
	case wasm.OpV128Load8x8U:
		v = extend[uint8, uint16](x)
	case wasm.OpV128Load16x4S:
		v = extend[int16, int32](x)
	case wasm.OpV128Load16x4U:
		v = extend[uint16, uint32](x)
	case wasm.OpV128Load32x2S:
		v = extend[int32, int64](x)
	case wasm.OpV128Load32x2U:
		v = extend[uint32, uint64](x)
	case wasm.OpV128Load8Splat:
		x = splatLane[uint8](x)
		v = vec{x, x}
	case wasm.OpV128Load16Splat:
		x = splatLane[uint16](x)
		v = vec{x, x}
	case wasm.OpV128Load32Splat:
		x = splatLane[uint32](x)
		v = vec{x, x}
	case wasm.OpV128Load64Splat:
		v = vec{x, x}
	case wasm.OpV128Load32Zero, wasm.OpV128Load64Zero:
		v = vec{lo: x}
	case wasm.OpV128Load8Lane:
		v = replaceLane[uint8](getVec(fp, in.c), in.next().d, x)
	case wasm.OpV128Load16Lane:
		v = replaceLane[uint16](getVec(fp, in.c), in.next().d, x)
	case wasm.OpV128Load32Lane:
		v = replaceLane[uint32](getVec(fp, in.c), in.next().d, x)
	case wasm.OpV128Load64Lane:
		v = replaceLane[uint64](getVec(fp, in.c), in.next().d, x)
	}
	setVec(fp, in.a, v)
}
