package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Vectors. Each instruction of WebAssembly has a rule (vector_rules.go) that emits instructions over new
// virtual registers and returns the one with the result, a new one,
// which then becomes that of the value. So rules
// are expressions, and it does not matter to them whether instructions have two operands or three.

// vector emits an OpVector or OpShuffle.
func (s *Selector) vector(v *ssa.Value) {
	first := len(s.Insts)
	wanted := s.VReg(v)
	var r codegen.VReg
	if v.Op == ssa.OpShuffle {
		r = s.shuffle(v)
	} else if rule := vectorRules[v.Code()]; rule != nil {
		r = rule(s, v)
	} else {
		s.Failf("%v is not known here", v.Code())
		return
	}
	s.Rename(first, r, wanted)
}

// A source is the last operand of an instruction: a register, memory, or a constant.
type source struct {
	form     form
	reg      codegen.VReg
	address  address
	constant int64 // see codegen.Func.Vectors
}

func sourceOf(r codegen.VReg) source { return source{reg: r} }

// memorySource makes a source of what s.memory and the like return.
func memorySource(a address) source { return source{form: formMem, address: a} }

// constantSource is a constant as an operand.
func (s *Selector) constantSource(c ssa.Vector) source {
	index := s.F.Vector(c)
	if index == 0 || c == allOnes {
		return sourceOf(s.constantReg(c))
	}
	return source{form: formConst, constant: index}
}

// constantReg is a constant in a register.
func (s *Selector) constantReg(c ssa.Vector) codegen.VReg {
	r := s.NewVReg(ssa.V128)
	index := s.F.Vector(c)
	info := &s.Out.VRegs[r]
	info.Remat, info.RematOp, info.Imm = true, uint16(mVecConst), index
	s.add(mVecConst, codegen.Inst{Imm: index}, codegen.DefOf(r))
	return r
}

// zero is a vector of zeros.
func (s *Selector) zero() codegen.VReg { return s.constantReg(ssa.Vector{}) }

// source is a vector as the last operand. Constants are operands where they are not in a loop, which
// keeps them in registers; loads only with VEX, since memory is not aligned.
func (s *Selector) source(v *ssa.Value) source {
	if v.Op == ssa.OpConst && v.Aux != 0 && s.Block.LoopDepth == 0 && s.F.VectorOf(v.Aux) != allOnes {
		return source{form: formConst, constant: v.Aux}
	}
	if s.Config.Features.AVX {
		if a, ok := s.memory(v); ok {
			return memorySource(a)
		}
	}
	return sourceOf(s.VReg(v))
}

// narrow is a load of just so many bytes, which an instruction can take itself, or a register.
func (s *Selector) narrow(v *ssa.Value, bytes int) source {
	if v.Op == ssa.OpLoad && v.Mem.Size() == bytes && s.Movable(v) {
		return memorySource(s.fold(v))
	}
	return sourceOf(s.VReg(v))
}

// addSource adds an instruction with a source behind the other operands that are read.
func (s *Selector) addSource(m mop, in codegen.Inst, y source, d codegen.Operand, before ...codegen.Operand) {
	var list [4]codegen.Operand
	operands := append(list[:0], before...)
	switch y.form {
	case formMem:
		s.addMem(m.with(formMem), in, y.address, append(operands, d)...)
	case formConst:
		in.Disp = int32(y.constant)
		s.add(m.with(formConst), in, append(operands, d)...)
	default:
		s.add(m, in, append(operands, codegen.UseOf(y.reg), d)...)
	}
}

// destroyed is what an instruction writes: the register of its first operand, unless there is a form
// with three operands.
func (s *Selector) destroyed(d codegen.VReg) codegen.Operand {
	o := codegen.DefOf(d)
	if !s.Config.Features.AVX {
		o.Kind = codegen.DefTied
	}
	return o
}

// two emits an instruction with two operands.
func (s *Selector) two(i vectorImm, x codegen.VReg, y source) codegen.VReg {
	return s.twoSized(i, S32, x, y, 0)
}

// x2 is two, of registers.
func (s *Selector) x2(op SSE, x, y codegen.VReg) codegen.VReg {
	return s.two(vectorImm(op), x, sourceOf(y))
}

// both is x2 of operands that may be swapped.
func (s *Selector) both(op SSE, x, y codegen.VReg) codegen.VReg {
	return s.twoSized(vectorImm(op), S32, x, sourceOf(y), codegen.Commutative)
}

// with is two, of a register and a constant.
func (s *Selector) with(op SSE, x codegen.VReg, c ssa.Vector) codegen.VReg {
	return s.two(vectorImm(op), x, s.constantSource(c))
}

func (s *Selector) twoSized(i vectorImm, size Size, x codegen.VReg, y source, flags codegen.InstFlags) codegen.VReg {
	d := s.NewVReg(ssa.V128)
	if y.form != formReg {
		flags = 0
	}
	s.addSource(mVec, codegen.Inst{Imm: int64(i), Size: uint8(size), Flags: flags}, y, s.destroyed(d), codegen.UseOf(x))
	return d
}

// one emits an instruction with one operand and a result of a type.
func (s *Selector) one(i vectorImm, size Size, t ssa.Type, x source) codegen.VReg {
	d := s.NewVReg(t)
	s.addSource(mVecUnary, codegen.Inst{Imm: int64(i), Size: uint8(size)}, x, codegen.DefOf(d))
	return d
}

// x1 is one, of a register.
func (s *Selector) x1(op SSE, x codegen.VReg) codegen.VReg {
	return s.one(vectorImm(op), S32, ssa.V128, sourceOf(x))
}

// x1i is one, of a register, with an immediate.
func (s *Selector) x1i(op SSE, x codegen.VReg, imm uint8) codegen.VReg {
	return s.one(withImm(op, imm), S32, ssa.V128, sourceOf(x))
}

// shifted shifts all lanes by a constant.
func (s *Selector) shifted(op LaneShift, x codegen.VReg, count uint8) codegen.VReg {
	d := s.NewVReg(ssa.V128)
	s.add(mVecShift, codegen.Inst{Imm: int64(withImm(SSE(op), count))}, codegen.UseOf(x), s.destroyed(d))
	return d
}

// not inverts all bits.
func (s *Selector) not(x codegen.VReg) codegen.VReg {
	return s.both(Pxor, x, s.constantReg(allOnes))
}

// bytesOf returns a constant of equal bytes; wordsOf, longsOf and quadsOf those of equal larger lanes.
func bytesOf(b byte) ssa.Vector   { return quadsOf(uint64(b) * 0x0101010101010101) }
func wordsOf(w uint16) ssa.Vector { return quadsOf(uint64(w) * 0x0001000100010001) }
func longsOf(l uint32) ssa.Vector { return quadsOf(uint64(l) * 0x0000000100000001) }
func quadsOf(q uint64) (v ssa.Vector) {
	for i := range v {
		v[i] = byte(q >> (i % 8 * 8))
	}
	return v
}
