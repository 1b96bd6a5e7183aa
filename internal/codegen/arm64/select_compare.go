package arm64

import (
	"math/bits"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// A comparison is an instruction that sets flags, or a branch that tests a register by itself, without its consumer.
type comparison struct {
	m        mop
	cond     Cond
	size     Size
	op       Op // mCmp, mCmpImm; of mCmpVec whether all lanes count
	bit      int32
	operands [2]codegen.Operand
	n        int
}

func (c *comparison) take(o codegen.Operand) {
	c.operands[c.n] = o
	c.n++
}

// conds are the conditions of the flags, by ssa.Cond.
var conds = [...]Cond{
	ssa.Eq: EQ, ssa.Ne: NE, ssa.LtS: LT, ssa.GeS: GE, ssa.GtS: GT, ssa.LeS: LE, ssa.LtU: LO, ssa.GeU: HS,
	ssa.GtU: HI, ssa.LeU: LS,
}

// floatConds are those after a comparison of floats: all but NE are false if there is a NaN.
var floatConds = [...]Cond{ssa.Eq: EQ, ssa.Ne: NE, ssa.LtS: MI, ssa.GeS: GE, ssa.GtS: GT, ssa.LeS: LS}

// condition finds the comparison that tells whether v, an i32, is not 0. With flags it sets them; else it may be a
// branch that needs none.
func (s *Selector) condition(v *ssa.Value, branch bool) comparison {
	negate := false
	for v.Op == ssa.OpIcmp && s.Foldable(v) && v.Cond() <= ssa.Ne && codegen.IsZero(v.Args[1]) &&
		s.isComparison(v.Args[0]) {
		negate = negate != (v.Cond() == ssa.Eq)
		v = v.Args[0]
	}
	var c comparison
	if s.isComparison(v) {
		c = s.compare(v, !branch)
	} else {
		c = s.compareZero(ssa.Ne, v, !branch)
	}
	if negate {
		c.cond = c.cond.Invert()
	}
	return c
}

func (s *Selector) isComparison(v *ssa.Value) bool {
	return (v.Op == ssa.OpIcmp || v.Op == ssa.OpFcmp || v.IsBitTest()) && s.Foldable(v)
}

// compare finds the comparison for an OpIcmp, OpFcmp, or OpVector that tests bits.
func (s *Selector) compare(v *ssa.Value, flags bool) comparison {
	switch v.Op {
	case ssa.OpVector:
		return s.compareLanes(v)
	case ssa.OpFcmp:
		return s.compareFloats(v.Cond(), v.Args[0], v.Args[1])
	}
	return s.compareInts(v.Cond(), v.Args[0], v.Args[1], flags)
}

func (s *Selector) compareInts(cond ssa.Cond, x, y *ssa.Value, flags bool) comparison {
	if _, ok := codegen.Constant(x); ok {
		x, y, cond = y, x, cond.Swap()
	}
	size := sizeOf(x.Type)
	if c, ok := codegen.Constant(y); ok {
		if c == 0 {
			return s.compareZero(cond, x, flags)
		}
		if o, ok := addImmediate(SubsImm, size, c); ok {
			return s.compareImmediate(o, cond, size, x)
		}
	}
	if s.shiftable(x) && !s.shiftable(y) {
		x, y, cond = y, x, cond.Swap()
	}
	c := comparison{m: mCmp, cond: conds[cond], size: size}
	if y.Op == ssa.OpExtendS && s.Foldable(y) {
		c.op = SubsExt.Of(S64) | extSXTW
		c.take(s.Use(x))
		c.take(s.Low(y.Args[0]))
		return c
	}
	o, m := s.operand(Subs.Of(size), y)
	c.op = o
	c.take(s.Low(x))
	c.take(m)
	return c
}

func (s *Selector) compareImmediate(o Op, cond ssa.Cond, size Size, x *ssa.Value) comparison {
	c := comparison{m: mCmpImm, cond: conds[cond], size: size, op: o}
	c.take(s.Low(x))
	return c
}

// compareZero tests bits if what is compared with 0 is an and.
func (s *Selector) compareZero(cond ssa.Cond, x *ssa.Value, flags bool) comparison {
	size := sizeOf(x.Type)
	if x.Op == ssa.OpAnd && s.Foldable(x) && cond != ssa.LtU && cond != ssa.GeU {
		return s.testBits(cond, x, flags)
	}
	if !flags {
		c := comparison{m: mCmpZero, size: size}
		switch cond {
		case ssa.Eq, ssa.Ne:
			c.cond = conds[cond]
		case ssa.GtU:
			c.cond = NE
		case ssa.LeU:
			c.cond = EQ
		case ssa.LtS:
			c.m, c.cond, c.bit = mCmpBit, NE, 8<<size-1
		case ssa.GeS:
			c.m, c.cond, c.bit = mCmpBit, EQ, 8<<size-1
		default:
			return s.compareImmediate(SubsImm.Of(size), cond, size, x)
		}
		c.take(s.Low(x))
		return c
	}
	return s.compareImmediate(SubsImm.Of(size), cond, size, x)
}

// testBits compares an and with 0: the flags of an and have no carry, so unsigned conditions become others.
func (s *Selector) testBits(cond ssa.Cond, and *ssa.Value, flags bool) comparison {
	size := sizeOf(and.Type)
	switch cond {
	case ssa.GtU:
		cond = ssa.Ne
	case ssa.LeU:
		cond = ssa.Eq
	}
	x, y := and.Args[0], and.Args[1]
	if _, ok := codegen.Constant(x); ok {
		x, y = y, x
	}
	c := comparison{m: mCmp, cond: conds[cond], size: size}
	if k, ok := codegen.Constant(y); ok {
		if size == S32 {
			k = int64(uint32(k))
		}
		if cond <= ssa.Ne && !flags && k != 0 && k&(k-1) == 0 {
			c.m, c.bit = mCmpBit, int32(bits.TrailingZeros64(uint64(k)))
			c.take(s.Low(x))
			return c
		}
		if o, ok := logicalImmediate(AndsImm, size, k); ok {
			return s.compareImmediate(o, cond, size, x)
		}
	}
	o, m := s.operand(Ands.Of(size), y)
	c.op = o
	c.take(s.Low(x))
	c.take(m)
	return c
}

func (s *Selector) compareFloats(cond ssa.Cond, x, y *ssa.Value) comparison {
	size := sizeOf(x.Type)
	c := comparison{m: mCmp, size: size, op: Fcmp.OfFloat(size)}
	if cond > ssa.LeS {
		s.Failf("floats cannot be compared with %v", cond)
		return c
	}
	c.cond = floatConds[cond]
	c.take(s.Use(x))
	if y.Op == ssa.OpConst && y.Aux == 0 {
		c.m, c.op = mCmpImm, FcmpZero.OfFloat(size)
		return c
	}
	c.take(s.Use(y))
	return c
}

// consume emits a comparison with what becomes of it; with is the instruction of a select.
func (s *Selector) consume(c comparison, to consumer, trap wasm.TrapCode, with Op, operands ...codegen.Operand) {
	var list [6]codegen.Operand
	all := append(append(list[:0], operands...), c.operands[:c.n]...)
	in := codegen.Inst{Cond: uint8(c.cond), Size: uint8(c.size), Imm: int64(c.op) | int64(trap)<<32, Disp: c.bit}
	if to == toSelect {
		in.Disp = int32(with)
	}
	s.add(c.m|mop(to), in, all...)
}

func (s *Selector) selectValue(v *ssa.Value) {
	c := s.condition(v.Args[0], false)
	yes, no := v.Args[1], v.Args[2]
	with := Csel.Of(S64)
	switch v.Type {
	case ssa.F32, ssa.F64:
		with = Fcsel.OfFloat(S64)
	case ssa.V128:
		with = selectVector
	}
	s.consume(c, toSelect, wasm.TrapNone, with, s.Use(yes), s.Use(no), s.Def(v))
}

// selectVector stands for the row of instructions that chooses one of two vectors.
const selectVector Op = 0

func (s *Selector) trap(v *ssa.Value) {
	if s.cast(v) {
		return
	}
	c := s.condition(v.Args[0], true)
	if v.Op == ssa.OpTrapUnless {
		c.cond = c.cond.Invert()
	}
	s.consume(c, toTrap, wasm.TrapCode(v.Aux), 0)
}
