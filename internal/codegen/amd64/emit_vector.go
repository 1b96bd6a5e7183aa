package amd64

import (
	"encoding/binary"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// A vectorImm is the Imm of an instruction on vectors: which one, and its immediate.
type vectorImm int64

const (
	vectorImmShift = 32
	vectorHasImm   = 1 << 40
)

func (i vectorImm) op() SSE      { return SSE(uint32(i)) }
func (i vectorImm) hasImm() bool { return i&vectorHasImm != 0 }

// withImm returns an instruction with an immediate.
func withImm(op SSE, imm uint8) vectorImm {
	return vectorImm(op) | vectorImm(imm)<<vectorImmShift | vectorHasImm
}

// moveX returns the instruction that moves so many bytes between an X register and memory.
func moveX(size Size) SSE { return [...]SSE{S32: Movss, S64: Movsd, S128: Movups}[size] }

// vector emits an instruction on vectors.
func (e *Emitter) vector(in *codegen.Inst) {
	m, imm, size := mop(in.Op), vectorImm(in.Imm), Size(in.Size)
	op := imm.op()
	switch m.base() {
	case mVecConst:
		e.vectorConst(e.Reg(in, 0), in.Imm)
		return
	case mVec:
		if e.Config.Features.AVX {
			op = withVEX(op, e.Reg(in, 0))
		}
		e.vectorOperand(op, in, 1)
	case mVecUnary:
		if e.Config.Features.AVX {
			op = withVEX(op, NoReg)
		}
		e.vectorOperand(op, in, 0)
	case mVecShift:
		x, d := e.Reg(in, 0), e.Reg(in, 1)
		shift := LaneShift(uint16(in.Imm))
		op = SSE(pre66 | esc0F | opcode(shift>>3))
		if e.Config.Features.AVX {
			op = withVEX(op, d)
		}
		e.a.regReg(opcode(op), S32, Reg(shift&7), x)
	case mVecOut:
		if e.Config.Features.AVX {
			op = withVEX(op, NoReg)
		}
		if m.form() == formMem {
			at := e.mem(in)
			e.a.regMem(opcode(op), size, e.Reg(in, 0), at, 1)
		} else {
			e.a.regReg(opcode(op), size, e.Reg(in, 0), e.Reg(in, 1))
		}
	}
	if imm.hasImm() {
		e.a.put8(int8(imm >> vectorImmShift))
	}
}

// vectorOperand emits an instruction whose last operand is operand i, or what the form says.
func (e *Emitter) vectorOperand(op SSE, in *codegen.Inst, i int) {
	size, trailing := Size(in.Size), 0
	if vectorImm(in.Imm).hasImm() {
		trailing = 1
	}
	switch mop(in.Op).form() {
	case formMem:
		at := e.mem(in)
		e.a.regMem(opcode(op), size, e.Reg(in, i), at, trailing)
	case formConst:
		e.a.regMem(opcode(op), size, e.Reg(in, i), AtLabel(e.vectorAt(int64(in.Disp))), trailing)
	default:
		e.a.regReg(opcode(op), size, e.Reg(in, i+1), e.Reg(in, i))
	}
}

// allOnes is made without a load.
var allOnes = ssa.Vector{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

func (e *Emitter) vectorConst(d Reg, index int64) {
	switch {
	case index == 0:
		e.a.SSE(Xorps, d, d)
	case e.F.Vectors[index-1] == allOnes:
		e.a.SSE(Pcmpeqd, d, d)
	default:
		e.a.SSELoad(Movaps, d, AtLabel(e.vectorAt(index)))
	}
}

// vectorAt returns the label of a constant, which is not 0.
func (e *Emitter) vectorAt(index int64) Label {
	l := &e.vectors[index-1]
	if *l == 0 {
		*l = e.a.NewLabel()
		e.pooled = append(e.pooled, index)
	}
	return *l
}

// vectorPool emits the constants that are used, aligned for instructions that want that.
func (e *Emitter) vectorPool() {
	for _, index := range e.pooled {
		e.a.Align(len(ssa.Vector{}))
		e.a.Bind(e.vectors[index-1])
		v := &e.F.Vectors[index-1]
		for i := 0; i < len(v); i += 4 {
			e.a.put32(int32(binary.LittleEndian.Uint32(v[i:])))
		}
	}
}
