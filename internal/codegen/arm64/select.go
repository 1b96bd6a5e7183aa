package arm64

import (
	"fmt"
	"math/bits"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// A Selector chooses instructions: a [codegen.Selection] with this processor's. It may be used for one function after
// the other, and keeps its memory.
type Selector struct {
	codegen.Selection
	Config Config

	operands []codegen.Operand
}

// Select returns the instructions for a function; see [codegen.Selection.Run].
func (s *Selector) Select(f *ssa.Func) (*codegen.Func, error) {
	if s.Registers == nil {
		s.Registers, s.Tag = Target{}.Registers(), tagReg
	}
	s.InstanceHome, s.ContParams = s.Config.InstanceHome, s.Config.Switch.Params
	out, err := s.Run(f, s)
	if err != nil {
		return nil, fmt.Errorf("arm64: %w", err)
	}
	return out, nil
}

// add appends an instruction.
func (s *Selector) add(m mop, in codegen.Inst, operands ...codegen.Operand) {
	s.Add(uint16(m), in, operands...)
}

// shape appends an instruction that is told by its encoding.
func (s *Selector) shape(m mop, o Op, operands ...codegen.Operand) {
	s.add(m, codegen.Inst{Imm: int64(o)}, operands...)
}

// addMem appends an instruction with an address.
func (s *Selector) addMem(m mop, in codegen.Inst, a address, operands ...codegen.Operand) {
	in.Scale, in.Disp = a.scale, a.disp
	s.operands = append(s.operands[:0], operands...)
	if a.scale&addrBase != 0 {
		s.operands = append(s.operands, codegen.UseOf(a.base))
	}
	if a.scale&addrIndex != 0 {
		s.operands = append(s.operands, codegen.UseOf(a.index))
	}
	s.add(m, in, s.operands...)
}

// sizeOf returns the size of a type.
func sizeOf(t ssa.Type) Size { return Size(bits.TrailingZeros(uint(t.Size()))) }

// StoreSlot stores all 64 bits of a slot.
func (s *Selector) StoreSlot(i int, v *ssa.Value) {
	a := slot(i)
	size := sizeOf(v.Type)
	switch {
	case v.Op == ssa.OpConst && v.Type == ssa.F32:
		// Its bits, with zeros above.
		r := s.newInt(func(r codegen.VReg) { s.movImm(r, int64(uint32(v.Aux))) })
		s.addMem(mStore, codegen.Inst{Imm: int64(StrX)}, a, codegen.UseOf(r))
		return
	case v.Type == ssa.F32:
		s.storeTo(a, v, S32)
		a.disp += 4
		s.addMem(mStoreZero, codegen.Inst{Imm: int64(StrW)}, a)
		return
	case v.Type == ssa.I32:
		size = S64 // of which the upper half is zeros
	}
	s.storeTo(a, v, size)
}

// LoadSlot loads a value from a slot.
func (s *Selector) LoadSlot(i int, v *ssa.Value) {
	s.addMem(mLoad, codegen.Inst{Imm: int64(wholeLoad(v.Type))}, slot(i), s.Def(v))
}

// slot is the address of a slot of the context's arguments.
func slot(i int) address {
	return address{scale: addrContext, disp: codegen.OffArgs + 8*int32(i)}
}

// newInt makes a register that emit defines.
func (s *Selector) newInt(emit func(r codegen.VReg)) codegen.VReg {
	r := s.NewVReg(ssa.I64)
	emit(r)
	return r
}

// movImm makes a register a constant.
func (s *Selector) movImm(r codegen.VReg, c int64) { s.rematerialized(mMovImm, r, c) }

// rematerialized emits an instruction without operands, which may be repeated wherever its value is needed.
func (s *Selector) rematerialized(m mop, r codegen.VReg, bits int64) {
	info := &s.Out.VRegs[r]
	info.Remat, info.RematOp, info.Imm = true, uint16(m), bits
	s.add(m, codegen.Inst{Imm: bits}, codegen.DefOf(r))
}
