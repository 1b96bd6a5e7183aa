package arm64

import (
	"math/bits"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// An address is base + disp, or base + index shifted; scale has the bits of Inst.Scale.
type address struct {
	base, index codegen.VReg
	scale       uint8
	disp        int32
}

// based is the address in a value, plus a displacement that an instruction can have.
func (s *Selector) based(base *ssa.Value, disp int64) address {
	a := address{disp: int32(disp)}
	switch base.Op {
	case ssa.OpContext:
		a.scale = addrContext
	case ssa.OpFrame:
		a.scale = addrFrame
	default:
		a.scale, a.base = addrBase, s.VReg(base)
	}
	return a
}

// recordAddress is the address of an access of a size to a record or object.
func (s *Selector) recordAddress(v *ssa.Value, size Size) address {
	base, disp := v.Args[0], v.Aux
	for base.Op == ssa.OpAdd {
		c, ok := codegen.Constant(base.Args[1])
		if !ok || !encodable(size, disp+c) {
			break
		}
		disp += c
		base = base.Args[0]
	}
	if base.Op == ssa.OpFrame || base.Op == ssa.OpContext { // the emitter takes any displacement
		return s.based(base, disp)
	}
	if base.Op == ssa.OpAdd && s.Foldable(base) && disp == 0 {
		if _, ok := codegen.Constant(base.Args[1]); !ok {
			return s.indexed(base.Args[0], base.Args[1], size)
		}
	}
	if !encodable(size, disp) {
		far := s.newInt(func(r codegen.VReg) { s.movImm(r, disp) })
		return address{base: s.VReg(base), index: far, scale: addrBase | addrIndex}
	}
	return s.based(base, disp)
}

// indexed is the sum of two values, of which the instruction can shift one.
func (s *Selector) indexed(x, y *ssa.Value, size Size) address {
	if _, ok := s.scaled(y, size); !ok {
		if _, ok := s.scaled(x, size); ok {
			x, y = y, x
		}
	}
	a := address{scale: addrBase | addrIndex, base: s.VReg(x)}
	if inner, ok := s.scaled(y, size); ok {
		y, a.scale = inner, a.scale|uint8(size)
	}
	a.index = s.VReg(y)
	return a
}

// scaled takes the shift out of an index, if an access of a size can do it.
func (s *Selector) scaled(v *ssa.Value, size Size) (*ssa.Value, bool) {
	if v.Op == ssa.OpShl && size > 0 {
		if c, ok := codegen.Constant(v.Args[1]); ok && c == int64(size) {
			return v.Args[0], true
		}
	}
	return v, false
}

// memoryAddress is the address of an OpLoad or OpStore. The parts of one into a
// guarded memory are not negative: base, a 32-bit address, and an offset below 1<<32. So
// what is out of bounds lies behind the base, where it faults.
func (s *Selector) memoryAddress(v *ssa.Value) address {
	base, at, offset := v.Args[0], v.Args[1], v.Aux
	size := Size(bits.TrailingZeros(uint(v.Mem.Size())))
	a := s.memorySum(base, at, offset, size)
	a.scale |= addrFaults
	return a
}

func (s *Selector) memorySum(base, at *ssa.Value, offset int64, size Size) address {
	if c, ok := codegen.Constant(at); ok {
		if at.Type == ssa.I32 {
			c = int64(uint32(c))
		}
		if sum := c + offset; sum >= 0 && c >= 0 {
			if encodable(size, sum) {
				return s.based(base, sum)
			}
			far := s.newInt(func(r codegen.VReg) { s.movImm(r, sum) })
			return address{base: s.VReg(base), index: far, scale: addrBase | addrIndex}
		}
	}
	if at.Type == ssa.I64 {
		if at.Op == ssa.OpAdd && s.Foldable(at) {
			if c, ok := codegen.Constant(at.Args[1]); ok && encodable(size, offset+c) {
				at, offset = at.Args[0], offset+c
			}
		}
	}
	if offset == 0 {
		return s.indexed(base, at, size)
	}
	if encodable(size, offset) {
		sum := s.newInt(func(r codegen.VReg) {
			s.shape(mR3, Add.Of(S64), codegen.UseOf(s.VReg(base)), s.Use(at), codegen.DefOf(r))
		})
		return address{base: sum, scale: addrBase, disp: int32(offset)}
	}
	far := s.newInt(func(r codegen.VReg) { s.addConstant(S64, s.VReg(at), offset, r) })
	return address{base: s.VReg(base), index: far, scale: addrBase | addrIndex}
}

// addConstant adds a constant to a register.
func (s *Selector) addConstant(size Size, x codegen.VReg, c int64, d codegen.VReg) {
	if o, ok := addImmediate(AddImm, size, c); ok {
		s.shape(mR2, o, codegen.UseOf(x), codegen.DefOf(d))
		return
	}
	k := s.newInt(func(r codegen.VReg) { s.movImm(r, c) })
	s.shape(mR3, Add.Of(size), codegen.UseOf(x), codegen.UseOf(k), codegen.DefOf(d))
}

// wholeLoad returns the instruction that loads all of a value.
func wholeLoad(t ssa.Type) Op {
	return [...]Op{ssa.I32: LdrW, ssa.I64: LdrX, ssa.F32: LdrS, ssa.F64: LdrD, ssa.V128: LdrQ}[t]
}

// loadOp returns the instruction that loads so many bytes, and widens them to a type.
func loadOp(t ssa.Type, mem ssa.Mem) Op {
	switch {
	case t == ssa.V128: // zeros above
		return [...]Op{LdrB, LdrH, LdrS, LdrD, LdrQ}[mem/2]
	case t.IsFloat():
		return wholeLoad(t)
	case t == ssa.I64 && mem == ssa.Mem8S:
		return LdrsbX
	case t == ssa.I64 && mem == ssa.Mem16S:
		return LdrshX
	case t == ssa.I64 && mem == ssa.Mem32S:
		return LdrswX
	}
	return [...]Op{ssa.Mem8S: LdrsbW, ssa.Mem8U: Ldrb, ssa.Mem16S: LdrshW, ssa.Mem16U: Ldrh, ssa.Mem32S: LdrW,
		ssa.Mem32U: LdrW, ssa.Mem64: LdrX}[mem]
}

// storeOp returns the instruction that stores the low bytes of a value.
func storeOp(t ssa.Type, size Size) Op {
	if t.IsFloat() {
		return [...]Op{StrB, StrH, StrS, StrD, StrQ}[size]
	}
	return [...]Op{Strb, Strh, StrW, StrX}[size]
}

// load emits an operation that reads memory.
func (s *Selector) load(v *ssa.Value) {
	o := wholeLoad(v.Type)
	if v.Op.HasMem() {
		o = loadOp(v.Type, v.Mem)
	}
	s.loadTo(v, o, s.Def(v))
}

// loadTo emits a load with an instruction.
func (s *Selector) loadTo(v *ssa.Value, o Op, d codegen.Operand) {
	var a address
	if v.Op == ssa.OpLoad {
		a = s.memoryAddress(v)
	} else {
		a = s.recordAddress(v, accessSize(o))
	}
	s.addMem(mLoad, codegen.Inst{Imm: int64(o)}, a, d)
}

// store emits an OpStore, OpSet or OpSetPart.
func (s *Selector) store(v *ssa.Value) {
	size := storeSize(v)
	if v.Op == ssa.OpStore {
		s.storeTo(s.memoryAddress(v), v.Args[2], size)
		return
	}
	s.storeTo(s.recordAddress(v, size), v.Args[1], size)
}

// storeSize is the size of what an OpStore, OpSet or OpSetPart stores.
func storeSize(v *ssa.Value) Size {
	if v.Op == ssa.OpSet {
		return sizeOf(v.Args[1].Type)
	}
	return Size(bits.TrailingZeros(uint(v.Mem.Size())))
}

// storeTo stores the low bytes of a value.
func (s *Selector) storeTo(a address, v *ssa.Value, size Size) {
	if v.Op == ssa.OpWrap && size <= S32 {
		v = v.Args[0]
	}
	if v.Op == ssa.OpConst && v.Aux == 0 && v.Type != ssa.V128 {
		s.addMem(mStoreZero, codegen.Inst{Imm: int64(storeOp(ssa.I64, size))}, a)
		return
	}
	if v.Op == ssa.OpConst && (v.Type == ssa.F32 || v.Type == ssa.F64) {
		// Its bits need no V register.
		r := s.newInt(func(r codegen.VReg) { s.movImm(r, v.Aux) })
		s.addMem(mStore, codegen.Inst{Imm: int64(storeOp(ssa.I64, size))}, a, codegen.UseOf(r))
		return
	}
	s.addMem(mStore, codegen.Inst{Imm: int64(storeOp(v.Type, size))}, a, s.Use(v))
}
