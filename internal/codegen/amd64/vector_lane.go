package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// Rules between vectors and other values.

// fromIntReg brings an integer to the low lane.
func (s *Selector) fromIntReg(v *ssa.Value) codegen.VReg {
	return s.one(vectorImm(MovdX), sizeOf(v.Type), ssa.V128, sourceOf(s.VReg(v)))
}

// splatLoad repeats a load of so many bytes by one instruction, if there is one and v is such a load.
func (s *Selector) splatLoad(has bool, op SSE, v *ssa.Value, bytes int) (codegen.VReg, bool) {
	if !has {
		return 0, false
	}
	x := s.narrow(v, bytes)
	if x.form != formMem {
		return 0, false
	}
	return s.one(vectorImm(op), S32, ssa.V128, x), true
}

func (s *Selector) splatBytes(v *ssa.Value) codegen.VReg {
	avx2 := s.Config.Features.AVX2
	if r, ok := s.splatLoad(avx2, Vpbroadcastb, v.Args[0], 1); ok {
		return r
	}
	x := s.fromIntReg(v.Args[0])
	if avx2 {
		return s.x1(Vpbroadcastb, x)
	}
	return s.x2(Pshufb, x, s.zero())
}

func (s *Selector) splatWords(v *ssa.Value) codegen.VReg {
	avx2 := s.Config.Features.AVX2
	if r, ok := s.splatLoad(avx2, Vpbroadcastw, v.Args[0], 2); ok {
		return r
	}
	x := s.fromIntReg(v.Args[0])
	if avx2 {
		return s.x1(Vpbroadcastw, x)
	}
	return s.x1i(Pshufd, s.x1i(Pshuflw, x, 0), 0)
}

func (s *Selector) splatLongs(v *ssa.Value) codegen.VReg {
	if r, ok := s.splatLoad(s.Config.Features.AVX, Vbroadcastss, v.Args[0], 4); ok {
		return r
	}
	return s.x1i(Pshufd, s.fromIntReg(v.Args[0]), 0)
}

func (s *Selector) splatQuads(v *ssa.Value) codegen.VReg {
	if r, ok := s.splatLoad(true, Movddup, v.Args[0], 8); ok {
		return r
	}
	x := s.fromIntReg(v.Args[0])
	return s.x2(Punpcklqdq, x, x)
}

func (s *Selector) splatF32(v *ssa.Value) codegen.VReg {
	if r, ok := s.splatLoad(s.Config.Features.AVX, Vbroadcastss, v.Args[0], 4); ok {
		return r
	}
	if s.Config.Features.AVX2 {
		return s.x1(Vbroadcastss, s.VReg(v.Args[0]))
	}
	return s.x1i(Pshufd, s.VReg(v.Args[0]), 0)
}

func (s *Selector) splatF64(v *ssa.Value) codegen.VReg {
	return s.one(vectorImm(Movddup), S32, ssa.V128, s.narrow(v.Args[0], 8))
}

// extract copies a lane to a general register. The lowest one needs no shuffle.
func extract(op SSE, size Size, t ssa.Type) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		x, d := s.Use(v.Args[0]), s.NewVReg(t)
		if v.Lane() == 0 && op == Pextrd {
			s.add(mFromX, codegen.Inst{Size: uint8(size)}, x, codegen.DefOf(d))
		} else {
			s.add(mVecOut, codegen.Inst{Imm: int64(withImm(op, uint8(v.Lane()))), Size: uint8(size)}, x,
				codegen.DefOf(d))
		}
		return d
	}
}

func extractSigned(op SSE, sign mop) vectorRule {
	lane := extract(op, S32, ssa.I32)
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		d := s.NewVReg(ssa.I32)
		s.add(sign, codegen.Inst{Size: uint8(S32)}, codegen.UseOf(lane(s, v)), codegen.DefOf(d))
		return d
	}
}

// replace replaces a lane by a general register, or by so many bytes of memory.
func replace(op SSE, size Size, bytes int) vectorRule {
	return func(s *Selector, v *ssa.Value) codegen.VReg {
		return s.twoSized(withImm(op, uint8(v.Lane())), size, s.VReg(v.Args[0]), s.narrow(v.Args[1], bytes), 0)
	}
}

// storeLane emits a store of a lane, if value is one.
func (s *Selector) storeLane(v, value *ssa.Value) bool {
	var op SSE
	size := storeSize(v)
	switch code := value.Code(); {
	case code == wasm.OpI8x16ExtractLaneU && size == S8:
		op = Pextrb
	case code == wasm.OpI16x8ExtractLaneU && size == S16:
		op = Pextrw
	case code == wasm.OpI32x4ExtractLane && size == S32, code == wasm.OpI64x2ExtractLane && size == S64:
		op = Pextrd
	default:
		return false
	}
	x := s.Use(value.Args[0])
	in := codegen.Inst{Size: uint8(size)}
	if op == Pextrd && value.Lane() == 0 {
		s.addMem(mStoreX, in, s.memoryAddress(v), x)
		return true
	}
	in.Imm, in.Size = int64(withImm(op, uint8(value.Lane()))), uint8(max(size, S32))
	s.addMem(mVecOut.with(formMem), in, s.memoryAddress(v), x)
	return true
}

// The lanes of floats are in X registers on both sides.

func (s *Selector) extractF32(v *ssa.Value) codegen.VReg {
	x := sourceOf(s.VReg(v.Args[0]))
	if v.Lane() == 0 {
		return s.one(vectorImm(Movaps), S32, ssa.F32, x)
	}
	return s.one(withImm(Pshufd, uint8(v.Lane())), S32, ssa.F32, x)
}

func (s *Selector) extractF64(v *ssa.Value) codegen.VReg {
	x := sourceOf(s.VReg(v.Args[0]))
	if v.Lane() == 0 {
		return s.one(vectorImm(Movaps), S32, ssa.F64, x)
	}
	return s.one(withImm(Pshufd, 0xee), S32, ssa.F64, x)
}

func (s *Selector) replaceF32(v *ssa.Value) codegen.VReg {
	return s.two(withImm(Insertps, uint8(v.Lane())<<4), s.VReg(v.Args[0]), s.narrow(v.Args[1], 4))
}

func (s *Selector) replaceF64(v *ssa.Value) codegen.VReg {
	x, y := s.VReg(v.Args[0]), s.narrow(v.Args[1], 8)
	op := Movsd
	switch {
	case v.Lane() == 0 && y.form == formMem:
		op = Movlpd
	case v.Lane() == 1 && y.form == formMem:
		op = Movhpd
	case v.Lane() == 1:
		op = Punpcklqdq
	}
	return s.two(vectorImm(op), x, y)
}

// swizzle: the processor takes the index modulo 16 unless its highest bit is set, which then is that of
// every index from 16 on.
func (s *Selector) swizzle(v *ssa.Value) codegen.VReg {
	x, lanes := s.VReg(v.Args[0]), v.Args[1]
	if lanes.Op == ssa.OpConst {
		c := s.F.VectorOf(lanes.Aux)
		for i := range c {
			if c[i] >= 16 {
				c[i] = 0x80
			}
		}
		return s.with(Pshufb, x, c)
	}
	return s.x2(Pshufb, x, s.with(Paddusb, s.VReg(lanes), bytesOf(0x70)))
}
