package amd64

import (
	"math/bits"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// Choose chooses instructions by the operation.
func (s *Selector) Choose(v *ssa.Value) {
	switch v.Op {
	case ssa.OpConst:
		s.constant(v)
	case ssa.OpContext:
		s.add(mContext, codegen.Inst{}, s.Def(v))
	case ssa.OpAdd:
		s.addition(v)
	case ssa.OpSub:
		s.subtraction(v)
	case ssa.OpMul:
		s.multiplication(v)
	case ssa.OpAnd:
		s.conjunction(v)
	case ssa.OpOr:
		s.binary(mOr, v)
	case ssa.OpXor:
		s.exclusiveOr(v)
	case ssa.OpShl:
		s.shift(mShl, mShlx, v)
	case ssa.OpShrS:
		s.shift(mSar, mSarx, v)
	case ssa.OpShrU:
		s.shift(mShr, mShrx, v)
	case ssa.OpRotl:
		s.shift(mRol, mop(codegen.OpNone), v)
	case ssa.OpRotr:
		s.shift(mRor, mop(codegen.OpNone), v)
	case ssa.OpClz:
		s.count(mLzcnt, mClz, s.Config.Features.LZCNT, v)
	case ssa.OpCtz:
		s.count(mTzcnt, mCtz, s.Config.Features.BMI1, v)
	case ssa.OpPopcnt:
		s.unary(mPopcnt, sizeOf(v.Type), v)
	case ssa.OpDivS:
		s.division(mDivS, v)
	case ssa.OpDivU:
		s.division(mDivU, v)
	case ssa.OpRemS:
		s.division(mRemS, v)
	case ssa.OpRemU:
		s.division(mRemU, v)
	case ssa.OpMulHiS:
		s.mulHi(mMulHiS, v)
	case ssa.OpMulHiU:
		s.mulHi(mMulHiU, v)
	case ssa.OpSExt8:
		s.extend(mMovsx8, v)
	case ssa.OpSExt16:
		s.extend(mMovsx16, v)
	case ssa.OpSExt32:
		s.extend(mMovsxd, v)
	case ssa.OpExtendS:
		s.unary(mMovsxd, S64, v)
	case ssa.OpWrap:
		s.wrap(v)
	case ssa.OpIcmp, ssa.OpFcmp:
		s.consume(s.compare(v, true), toValue, wasm.TrapNone, s.Def(v))
	case ssa.OpVector, ssa.OpShuffle:
		s.vector(v)
	case ssa.OpSelect:
		s.selectValue(v)
	case ssa.OpLoad, ssa.OpGet, ssa.OpGetInvariant, ssa.OpPart, ssa.OpPartFixed:
		s.load(v)
	case ssa.OpStore, ssa.OpSet, ssa.OpSetPart:
		s.store(v)
	case ssa.OpAtomicLoad, ssa.OpAtomicStore, ssa.OpAtomicXchg, ssa.OpAtomicAdd, ssa.OpAtomicAnd, ssa.OpAtomicOr, ssa.OpAtomicXor, ssa.OpAtomicCas:
		s.atomic(v)
	case ssa.OpFence:
		if wasm.MemoryOrder(v.Aux) == wasm.SeqCst { // the order of all others is that of the processor
			s.add(mFence, codegen.Inst{})
		}
	case ssa.OpPause:
		s.add(mPause, codegen.Inst{})
	case ssa.OpBoundsCheck:
		s.bounds(v)
	case ssa.OpTrapIf, ssa.OpTrapUnless:
		s.trap(v)
	case ssa.OpCommit:
		s.commit(v)
	case ssa.OpIf:
		s.consume(s.condition(v.Args[0], true), toBranch, wasm.TrapNone)
	default:
		s.float(v)
	}
}

func (s *Selector) constant(v *ssa.Value) {
	m, bits := mMovImm, v.Aux
	switch v.Type {
	case ssa.I32:
		bits = int64(uint32(bits))
	case ssa.F32:
		m = mF32Const
	case ssa.F64:
		m = mF64Const
	case ssa.V128:
		m = mVecConst
	}
	r := s.VReg(v)
	info := &s.Out.VRegs[r]
	info.Remat, info.RematOp, info.Imm = true, uint16(m), bits
	s.add(m, codegen.Inst{Imm: bits}, codegen.DefOf(r))
}

func (s *Selector) addition(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	x, y := v.Args[0], v.Args[1]
	if a, ok := s.memory(y); ok {
		s.addMem(mAdd.with(formMem), in, a, s.Low(x), s.Tied(v))
		return
	}
	if _, ok := immediate(y); !ok { // otherwise x is better loaded first
		if a, ok := s.memory(x); ok {
			s.addMem(mAdd.with(formMem), in, a, s.Low(y), s.Tied(v))
			return
		}
	}
	s.sumOf(v, v)
}

// sumOf emits an addition in registers, as a value of its type or, for addresses, of the lower half.
func (s *Selector) sumOf(addition, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	m := s.sum(addition, 0, true)
	switch {
	case m.base != nil && m.index == nil:
		in.Imm = m.disp
		s.add(mAdd.with(formImm), in, s.Low(m.base), s.Def(v))
	case m.base != nil && m.scale == 1 && m.disp == 0 && m.base.Op != ssa.OpContext:
		s.add(mAdd, in, s.Low(m.base), s.Low(m.index), s.Def(v))
	default:
		s.addMem(mLea, in, s.addressOf(m), s.Def(v))
	}
}

func (s *Selector) subtraction(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	x, y := v.Args[0], v.Args[1]
	if c, ok := immediate(y); ok && fits(-c) {
		in.Imm = -c
		s.add(mAdd.with(formImm), in, s.Low(x), s.Def(v))
		return
	}
	if codegen.IsZero(x) {
		s.add(mNeg, in, s.Low(y), s.Tied(v))
		return
	}
	s.binary(mSub, v)
}

// conjunction is two instructions in one where BMI1 has that: x & (x-1) and x & ^y.
func (s *Selector) conjunction(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	for i, y := range v.Args {
		x := v.Args[1-i]
		if !s.Config.Features.BMI1 || y.Op != ssa.OpAdd && y.Op != ssa.OpXor {
			continue
		}
		switch c, _ := codegen.Constant(y.Args[1]); {
		case c != -1:
		case y.Op == ssa.OpXor && x.Op != ssa.OpConst:
			s.add(mAndn, in, s.Low(y.Args[0]), s.Low(x), s.Def(v))
			return
		case y.Op == ssa.OpAdd && y.Args[0] == x:
			s.add(mBlsr, in, s.Low(x), s.Def(v))
			return
		}
	}
	s.binary(mAnd, v)
}

func (s *Selector) exclusiveOr(v *ssa.Value) {
	if c, ok := codegen.Constant(v.Args[1]); ok && c == -1 {
		s.add(mNot, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.Use(v.Args[0]), s.Tied(v))
		return
	}
	s.binary(mXor, v)
}

func (s *Selector) multiplication(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	c, ok := immediate(v.Args[1])
	if !ok {
		s.binary(mImul, v)
		return
	}
	if c > 0 && c&(c-1) == 0 {
		in.Imm = int64(bits.TrailingZeros64(uint64(c)))
		s.shiftBy(mShl, in, v)
		return
	}
	in.Imm = c
	s.add(mImulImm, in, s.Use(v.Args[0]), s.Def(v))
}

// binary emits a two-address operation: with an immediate, memory or a register.
func (s *Selector) binary(m mop, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	commutes := v.Op.Info().Commutative
	x, y := v.Args[0], v.Args[1]
	if _, ok := codegen.Constant(x); ok && commutes {
		x, y = y, x
	}
	if c, ok := immediate(y); ok && m != mImul {
		in.Imm = c
		s.add(m.with(formImm), in, s.Low(x), s.Tied(v))
		return
	}
	a, ok := s.memory(y)
	if !ok && commutes {
		if a, ok = s.memory(x); ok {
			x = y
		}
	}
	if ok {
		s.addMem(m.with(formMem), in, a, s.Low(x), s.Tied(v))
		return
	}
	if commutes {
		in.Flags = codegen.Commutative
	}
	s.add(m, in, s.Low(x), s.Low(y), s.Tied(v))
}

// shift emits a shift by a constant, a register, or CL. The processor takes counts
// modulo 32 or 64, too.
func (s *Selector) shift(m, vex mop, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	x, y := v.Args[0], v.Args[1]
	if c, ok := codegen.Constant(y); ok {
		in.Imm = c & int64(8*v.Type.Size()-1)
		if vex == mop(codegen.OpNone) && s.Config.Features.BMI2 { // right only
			if m == mRol {
				in.Imm = -in.Imm & int64(8*v.Type.Size()-1)
			}
			s.add(mRorx, in, s.Use(x), s.Def(v))
			return
		}
		s.shiftBy(m, in, v)
		return
	}
	for y.Op == ssa.OpWrap { // only the low bits count
		y = y.Args[0]
	}
	if vex != mop(codegen.OpNone) && s.Config.Features.BMI2 {
		s.add(vex, in, s.Use(x), s.Use(y), s.Def(v))
		return
	}
	s.add(m, in, s.Use(x), codegen.FixedUse(s.VReg(y), RCX), s.Tied(v))
}

// shiftBy emits a shift by a constant. LEA can do small ones to the left without
// destroying the operand.
func (s *Selector) shiftBy(m mop, in codegen.Inst, v *ssa.Value) {
	d := s.Tied(v)
	if m == mShl && 1 <= in.Imm && in.Imm <= 3 {
		d.Kind = codegen.Def
	}
	s.add(m.with(formImm), in, s.Use(v.Args[0]), d)
}

// unary emits an operation on a register or memory.
func (s *Selector) unary(m mop, size Size, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(size)}
	if a, ok := s.memory(v.Args[0]); ok {
		s.addMem(m.with(formMem), in, a, s.Def(v))
		return
	}
	s.add(m, in, s.Use(v.Args[0]), s.Def(v))
}

// extend emits an operation on the low bits of a register. In memory, its operand
// would have another size than the value that is loaded.
func (s *Selector) extend(m mop, v *ssa.Value) {
	s.add(m, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.Low(v.Args[0]), s.Def(v))
}

// wrap loads only the lower half of what is in a record. A load from memory has to be whole, for its trap.
func (s *Selector) wrap(v *ssa.Value) {
	if x := v.Args[0]; x.Op != ssa.OpLoad && s.Movable(x) && x.Type == ssa.I64 &&
		(!x.Op.HasMem() || x.Mem == ssa.Mem64) {
		s.addMem(mMov.with(formMem), codegen.Inst{Size: uint8(S32)}, s.fold(x), s.Def(v))
		return
	}
	if x := v.Args[0]; x.Op == ssa.OpAdd && s.Foldable(x) {
		s.sumOf(x, v)
		return
	}
	s.extend(mMov, v)
}

func (s *Selector) count(m, without mop, has bool, v *ssa.Value) {
	if has {
		s.unary(m, sizeOf(v.Type), v)
		return
	}
	s.add(without, codegen.Inst{Size: uint8(sizeOf(v.Type))}, s.UseLate(v.Args[0]), s.Def(v), s.Temp(ssa.I64, NoReg))
}

// distinct returns a register with y that is not x's.
func (s *Selector) distinct(x, y *ssa.Value) codegen.VReg {
	r := s.VReg(y)
	if s.VReg(x) != r {
		return r
	}
	c := s.NewVReg(y.Type)
	s.add(mCopy, codegen.Inst{}, codegen.UseOf(r), codegen.DefOf(c))
	return c
}

// division divides RDX:RAX.
func (s *Selector) division(m mop, v *ssa.Value) {
	x, y := v.Args[0], v.Args[1]
	divisor := codegen.UseOf(s.distinct(x, y))
	divisor.Kind = codegen.UseLate
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	c, ok := codegen.Constant(y)
	if ok && c != 0 && c != -1 {
		in.Imm = 1 // nothing to check
	}
	if m == mDivS || m == mDivU {
		s.add(m, in, codegen.FixedUse(s.VReg(x), RAX), divisor, codegen.FixedDef(s.VReg(v), RAX), s.Temp(ssa.I64, RDX))
		return
	}
	s.add(m, in, codegen.FixedUse(s.VReg(x), RAX), divisor, codegen.FixedDef(s.VReg(v), RDX), codegen.Destroyed(RAX))
}

func (s *Selector) mulHi(m mop, v *ssa.Value) {
	x, y := v.Args[0], v.Args[1]
	other := s.distinct(x, y)
	s.add(m, codegen.Inst{Size: uint8(sizeOf(v.Type))}, codegen.FixedUse(s.VReg(x), RAX), codegen.UseOf(other),
		codegen.FixedDef(s.VReg(v), RDX), codegen.Destroyed(RAX))
}
