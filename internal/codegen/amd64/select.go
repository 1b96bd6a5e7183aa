package amd64

import (
	"fmt"
	"math"
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
		return nil, fmt.Errorf("amd64: %w", err)
	}
	return out, nil
}

// add appends an instruction.
func (s *Selector) add(m mop, in codegen.Inst, operands ...codegen.Operand) {
	s.Add(uint16(m), in, operands...)
}

// addMem appends an instruction with an address.
func (s *Selector) addMem(m mop, in codegen.Inst, a address, operands ...codegen.Operand) {
	in.Scale, in.Disp = a.scale, a.disp
	s.operands = append(s.operands[:0], operands...)
	if a.scale&addrBase != 0 {
		s.operands = append(s.operands, codegen.UseOf(a.base))
	}
	if a.scale&scaleMask != 0 {
		s.operands = append(s.operands, codegen.UseOf(a.index))
	}
	s.add(m, in, s.operands...)
}

// sizeOf returns the size of a type.
func sizeOf(t ssa.Type) Size { return Size(bits.TrailingZeros(uint(t.Size()))) }

// immediate returns the value of a constant that fits into an instruction.
func immediate(v *ssa.Value) (int64, bool) {
	c, ok := codegen.Constant(v)
	return c, ok && c == int64(int32(c))
}

// fits reports whether an offset fits into a displacement.
func fits(disp int64) bool { return math.MinInt32 <= disp && disp <= math.MaxInt32 }
