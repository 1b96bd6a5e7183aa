package arm64

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
	case ssa.OpContext, ssa.OpFrame:
		s.addMem(mAddress, codegen.Inst{}, s.based(v, 0), s.Def(v))
	case ssa.OpAdd:
		s.addition(v)
	case ssa.OpSub:
		s.subtraction(v)
	case ssa.OpMul:
		s.multiplication(v)
	case ssa.OpAnd:
		s.and(v)
	case ssa.OpOr:
		s.logic(Orr, OrrImm, Orn, v)
	case ssa.OpXor:
		s.logic(Eor, EorImm, Eon, v)
	case ssa.OpShl:
		s.shift(Lslv, v)
	case ssa.OpShrS:
		s.shift(Asrv, v)
	case ssa.OpShrU:
		s.shift(Lsrv, v)
	case ssa.OpRotl, ssa.OpRotr:
		s.rotation(v)
	case ssa.OpClz:
		s.unary(Clz.Of(sizeOf(v.Type)), v)
	case ssa.OpCtz:
		size := sizeOf(v.Type)
		r := s.newInt(func(r codegen.VReg) { s.shape(mR2, Rbit.Of(size), s.Low(v.Args[0]), codegen.DefOf(r)) })
		s.shape(mR2, Clz.Of(size), codegen.UseOf(r), s.Def(v))
	case ssa.OpPopcnt:
		s.add(mPopcnt, codegen.Inst{}, s.Use(v.Args[0]), s.Def(v)) // an i32 has zeros above
	case ssa.OpDivS:
		s.division(mDivS, v)
	case ssa.OpDivU:
		s.division(mDivU, v)
	case ssa.OpRemS:
		s.division(mRemS, v)
	case ssa.OpRemU:
		s.division(mRemU, v)
	case ssa.OpMulHiS:
		s.mulHi(Smulh, smull, v)
	case ssa.OpMulHiU:
		s.mulHi(Umulh, umull, v)
	case ssa.OpSExt8:
		s.unary(extract(Sbfm, sizeOf(v.Type), 0, 8), v)
	case ssa.OpSExt16:
		s.unary(extract(Sbfm, sizeOf(v.Type), 0, 16), v)
	case ssa.OpSExt32, ssa.OpExtendS:
		s.unary(extract(Sbfm, S64, 0, 32), v)
	case ssa.OpWrap:
		s.wrap(v)
	case ssa.OpIcmp, ssa.OpFcmp:
		s.consume(s.compare(v, true), toValue, wasm.TrapNone, 0, s.Def(v))
	case ssa.OpVector, ssa.OpShuffle:
		s.vector(v)
	case ssa.OpSelect:
		s.selectValue(v)
	case ssa.OpLoad, ssa.OpGet, ssa.OpGetInvariant, ssa.OpPart, ssa.OpPartFixed:
		s.load(v)
	case ssa.OpStore, ssa.OpSet, ssa.OpSetPart:
		s.store(v)
	case ssa.OpAtomicLoad, ssa.OpAtomicStore, ssa.OpAtomicXchg, ssa.OpAtomicAdd, ssa.OpAtomicAnd, ssa.OpAtomicOr,
		ssa.OpAtomicXor, ssa.OpAtomicCas:
		s.atomic(v)
	case ssa.OpFence:
		s.add(mFence, codegen.Inst{})
	case ssa.OpPause:
		s.add(mPause, codegen.Inst{})
	case ssa.OpBoundsCheck:
		in := codegen.Inst{Size: uint8(sizeOf(v.Args[0].Type)), Imm: v.Aux}
		s.add(mBounds, in, s.UseLate(v.Args[0]), s.UseLate(v.Args[1]), s.Temp(ssa.I64, NoReg))
	case ssa.OpTrapIf, ssa.OpTrapUnless:
		s.trap(v)
	case ssa.OpIf:
		s.consume(s.condition(v.Args[0], true), toBranch, wasm.TrapNone, 0)
	case ssa.OpCommit:
		s.commit(v)
	default:
		s.float(v)
	}
}

// smull and umull multiply 32 bits to 64.
const (
	smull Op = 0x9b207c00
	umull Op = 0x9ba07c00
)

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
	s.rematerialized(m, s.VReg(v), bits)
}

// unary emits an instruction that reads just as many bits as its operand has.
func (s *Selector) unary(o Op, v *ssa.Value) { s.shape(mR2, o, s.Low(v.Args[0]), s.Def(v)) }

// operand returns the last operand of an instruction on three registers, and the instruction with the shift that it
// does by itself.
func (s *Selector) operand(o Op, v *ssa.Value) (Op, codegen.Operand) {
	if !s.shiftable(v) {
		return o, s.Low(v)
	}
	c, _ := codegen.Constant(v.Args[1])
	return o.Shifted(shiftKind(v.Op), uint8(c)&uint8(8*v.Type.Size()-1)), s.Low(v.Args[0])
}

// shiftable reports whether operand would do more for v than take its register.
func (s *Selector) shiftable(v *ssa.Value) bool {
	if v.Op != ssa.OpShl && v.Op != ssa.OpShrU && v.Op != ssa.OpShrS || !s.Foldable(v) {
		return false
	}
	_, ok := codegen.Constant(v.Args[1])
	return ok
}

func shiftKind(o ssa.Op) Op {
	switch o {
	case ssa.OpShl:
		return shiftLSL
	case ssa.OpShrU:
		return shiftLSR
	}
	return shiftASR
}

// three emits an instruction on two operands, of which the last one may be shifted, or either if they may be swapped.
func (s *Selector) three(o Op, x, y *ssa.Value, commutes bool, d codegen.Operand) {
	if commutes && s.shiftable(x) && !s.shiftable(y) {
		x, y = y, x
	}
	o, m := s.operand(o, y)
	s.shape(mR3, o, s.Low(x), m, d)
}

func (s *Selector) addition(v *ssa.Value) {
	size := sizeOf(v.Type)
	x, y := v.Args[0], v.Args[1]
	if c, ok := codegen.Constant(y); ok {
		if o, ok := addImmediate(AddImm, size, c); ok {
			if x.Op == ssa.OpContext || x.Op == ssa.OpFrame {
				s.addMem(mAddress, codegen.Inst{}, s.based(x, c), s.Def(v))
				return
			}
			s.shape(mR2, o, s.Low(x), s.Def(v))
			return
		}
	}
	for range 2 {
		if y.Op == ssa.OpMul && s.Foldable(y) && !multipliesByPower(y) {
			s.shape(mR4, Madd.Of(size), s.Low(y.Args[0]), s.Low(y.Args[1]), s.Low(x), s.Def(v))
			return
		}
		if y.Op == ssa.OpExtendS && s.Foldable(y) {
			s.shape(mR3, AddExt.Of(S64)|extSXTW, s.Use(x), s.Low(y.Args[0]), s.Def(v))
			return
		}
		x, y = y, x
	}
	s.three(Add.Of(size), x, y, true, s.Def(v))
}

// multipliesByPower reports whether a product is a shift.
func multipliesByPower(v *ssa.Value) bool {
	c, ok := codegen.Constant(v.Args[1])
	return ok && c > 0 && c&(c-1) == 0
}

func (s *Selector) subtraction(v *ssa.Value) {
	size := sizeOf(v.Type)
	x, y := v.Args[0], v.Args[1]
	if c, ok := codegen.Constant(y); ok && c != -c {
		if o, ok := addImmediate(AddImm, size, -c); ok {
			s.shape(mR2, o, s.Low(x), s.Def(v))
			return
		}
	}
	if codegen.IsZero(x) {
		o, m := s.operand(Sub.Of(size), y)
		s.shape(mR2M, o, m, s.Def(v))
		return
	}
	if y.Op == ssa.OpMul && s.Foldable(y) && !multipliesByPower(y) {
		s.shape(mR4, Msub.Of(size), s.Low(y.Args[0]), s.Low(y.Args[1]), s.Low(x), s.Def(v))
		return
	}
	if y.Op == ssa.OpExtendS && s.Foldable(y) {
		s.shape(mR3, SubExt.Of(S64)|extSXTW, s.Use(x), s.Low(y.Args[0]), s.Def(v))
		return
	}
	s.three(Sub.Of(size), x, y, false, s.Def(v))
}

func (s *Selector) multiplication(v *ssa.Value) {
	size := sizeOf(v.Type)
	x, y := v.Args[0], v.Args[1]
	if c, ok := codegen.Constant(y); ok && c > 0 && c&(c-1) == 0 {
		s.shape(mR2, lsl(size, uint8(bits.TrailingZeros64(uint64(c)))), s.Low(x), s.Def(v))
		return
	}
	s.shape(mR3, Mul.Of(size), s.Low(x), s.Low(y), s.Def(v))
}

// and takes a field of bits, if it is one.
func (s *Selector) and(v *ssa.Value) {
	size := sizeOf(v.Type)
	x, y := v.Args[0], v.Args[1]
	if c, ok := codegen.Constant(y); ok && c > 0 && c&(c+1) == 0 && x.Op == ssa.OpShrU && s.Foldable(x) {
		width := uint8(bits.Len64(uint64(c)))
		if from, ok := codegen.Constant(x.Args[1]); ok {
			from &= int64(8<<size - 1)
			if int(from)+int(width) <= 8<<size {
				s.shape(mR2, extract(Ubfm, size, uint8(from), width), s.Low(x.Args[0]), s.Def(v))
				return
			}
		}
	}
	s.logic(And, AndImm, Bic, v)
}

// logic emits a logic operation: with an immediate, or on registers, of which inverted takes the second one inverted.
func (s *Selector) logic(o, imm, inverted Op, v *ssa.Value) {
	size := sizeOf(v.Type)
	x, y := v.Args[0], v.Args[1]
	if _, ok := codegen.Constant(x); ok {
		x, y = y, x
	}
	if c, ok := codegen.Constant(y); ok {
		if v.Op == ssa.OpXor && c == -1 {
			o, m := s.operand(Orn.Of(size), x)
			s.shape(mR2M, o, m, s.Def(v))
			return
		}
		if with, ok := logicalImmediate(imm, size, c); ok {
			s.shape(mR2, with, s.Low(x), s.Def(v))
			return
		}
	}
	for range 2 {
		if y.Op == ssa.OpXor && s.Foldable(y) {
			if c, ok := codegen.Constant(y.Args[1]); ok && c == -1 {
				with, m := s.operand(inverted.Of(size), y.Args[0])
				s.shape(mR3, with, s.Low(x), m, s.Def(v))
				return
			}
		}
		x, y = y, x
	}
	s.three(o.Of(size), x, y, true, s.Def(v))
}

// shift emits a shift by a constant or a register, whose count the processor takes modulo the width, too.
func (s *Selector) shift(o Op, v *ssa.Value) {
	size := sizeOf(v.Type)
	x, y := v.Args[0], v.Args[1]
	if c, ok := codegen.Constant(y); ok {
		count := uint8(c) & (8<<size - 1)
		by := lsl(size, count)
		switch v.Op {
		case ssa.OpShrU:
			by = lsr(size, count)
		case ssa.OpShrS:
			by = asr(size, count)
		}
		s.shape(mR2, by, s.Low(x), s.Def(v))
		return
	}
	s.shape(mR3, o.Of(size), s.Low(x), s.Use(lowBits(y)), s.Def(v))
}

// lowBits looks through what changes upper bits only.
func lowBits(v *ssa.Value) *ssa.Value {
	for v.Op == ssa.OpWrap {
		v = v.Args[0]
	}
	return v
}

// rotation rotates to the right.
func (s *Selector) rotation(v *ssa.Value) {
	size := sizeOf(v.Type)
	x, y := v.Args[0], v.Args[1]
	if c, ok := codegen.Constant(y); ok {
		if v.Op == ssa.OpRotl {
			c = -c
		}
		count := Op(c) & (8<<size - 1)
		s.shape(mR3, Extr.Of(size)|Op(size&1)<<22|count<<10, s.Low(x), s.Low(x), s.Def(v))
		return
	}
	count := s.Use(lowBits(y))
	if v.Op == ssa.OpRotl {
		negative := s.newInt(func(r codegen.VReg) { s.shape(mR2M, Sub.Of(S64), count, codegen.DefOf(r)) })
		count = codegen.UseOf(negative)
	}
	s.shape(mR3, Rorv.Of(size), s.Low(x), count, s.Def(v))
}

func (s *Selector) division(m mop, v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Type))}
	c, ok := codegen.Constant(v.Args[1])
	if ok && c != 0 && c != -1 {
		in.Imm = 1 // nothing to check
	}
	if m == mDivS || m == mDivU {
		s.add(m, in, s.Use(v.Args[0]), s.Use(v.Args[1]), s.Def(v))
		return
	}
	s.add(m, in, s.UseLate(v.Args[0]), s.UseLate(v.Args[1]), s.Def(v))
}

// mulHi multiplies to twice the bits, and takes the upper half.
func (s *Selector) mulHi(o, wide Op, v *ssa.Value) {
	x, y := s.Use(v.Args[0]), s.Use(v.Args[1])
	if v.Type == ssa.I64 {
		s.shape(mR3, o, x, y, s.Def(v))
		return
	}
	product := s.newInt(func(r codegen.VReg) { s.shape(mR3, wide, x, y, codegen.DefOf(r)) })
	s.shape(mR2, lsr(S64, 32), codegen.UseOf(product), s.Def(v))
}

// wrap loads only the lower half of what is in a record. A load from memory has to be whole, for its trap.
func (s *Selector) wrap(v *ssa.Value) {
	x := v.Args[0]
	if x.Op != ssa.OpLoad && s.Movable(x) && x.Type == ssa.I64 && (!x.Op.HasMem() || x.Mem == ssa.Mem64) {
		s.TakeIn(x)
		s.loadTo(x, LdrW, s.Def(v))
		return
	}
	if c, ok := codegen.Constant(x); ok {
		s.movImm(s.VReg(v), int64(uint32(c)))
		return
	}
	if x.Op == ssa.OpShrU && s.Foldable(x) { // the bits in the middle
		if c, ok := codegen.Constant(x.Args[1]); ok {
			if from := uint8(c) & 63; from < 64 {
				s.shape(mR2, extract(Ubfm, S64, from, min(32, 64-from)), s.Use(x.Args[0]), s.Def(v))
				return
			}
		}
	}
	if x.Op == ssa.OpAdd && s.Foldable(x) {
		s.lowerSum(x.Args[0], x.Args[1], s.Def(v))
		return
	}
	s.shape(mR2M, Orr.Of(S32), s.Use(x), s.Def(v))
}

// lowerSum emits an addition whose upper half nobody wants.
func (s *Selector) lowerSum(x, y *ssa.Value, d codegen.Operand) {
	const size = S32
	if c, ok := codegen.Constant(y); ok {
		if o, ok := addImmediate(AddImm, size, int64(int32(c))); ok {
			s.shape(mR2, o, s.Use(x), d)
			return
		}
	}
	if x.Op == ssa.OpShl {
		x, y = y, x
	}
	if y.Op == ssa.OpShl && s.Foldable(y) {
		if c, ok := codegen.Constant(y.Args[1]); ok && 0 <= c && c < 32 {
			s.shape(mR3, Add.Of(size).Shifted(shiftLSL, uint8(c)), s.Use(x), s.Use(y.Args[0]), d)
			return
		}
	}
	s.shape(mR3, Add.Of(size), s.Use(x), s.Use(y), d)
}

// commit makes what is at the cursor an object: it moves on.
func (s *Selector) commit(v *ssa.Value) {
	next := s.newInt(func(r codegen.VReg) {
		s.addConstant(S64, s.VReg(v.Args[0]), int64(s.Config.CellSize(int(v.Aux))), r)
	})
	at := address{scale: addrContext, disp: cursor(v.Aux)}
	s.addMem(mStore, codegen.Inst{Imm: int64(StrX)}, at, codegen.UseOf(next))
}

// cursor is the address of where the next cell of a size class is.
func cursor(class int64) int32 { return codegen.OffRuns + 16*int32(class) }

// runEnd is how far behind a cursor the end of its run stands.
const runEnd = 8
