package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// A comparison is an instruction that sets flags, without its consumer.
type comparison struct {
	m        mop // with its form
	cond     Cond
	size     Size
	imm      int32
	operands [2]codegen.Operand
	n        int
	address  address
}

// conds are the conditions of the flags, by ssa.Cond.
var conds = [...]Cond{
	ssa.Eq: E, ssa.Ne: NE, ssa.LtS: L, ssa.GeS: GE, ssa.GtS: G, ssa.LeS: LE, ssa.LtU: B, ssa.GeU: AE, ssa.GtU: A, ssa.LeU: BE,
}

// condition finds the comparison that tells whether v, an i32, is not 0.
func (s *Selector) condition(v *ssa.Value, faults bool) comparison {
	negate := false
	for v.Op == ssa.OpIcmp && s.Foldable(v) && v.Cond() <= ssa.Ne && codegen.IsZero(v.Args[1]) &&
		s.isComparison(v.Args[0]) {
		negate = negate != (v.Cond() == ssa.Eq)
		v = v.Args[0]
	}
	var c comparison
	switch {
	case s.isComparison(v):
		c = s.compare(v, faults)
	default:
		c = s.compareZero(ssa.Ne, v, faults)
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
func (s *Selector) compare(v *ssa.Value, faults bool) comparison {
	switch v.Op {
	case ssa.OpVector:
		return s.compareBits(v)
	case ssa.OpFcmp:
		return s.compareFloats(v.Cond(), v.Args[0], v.Args[1], faults)
	}
	return s.compareInts(v.Cond(), v.Args[0], v.Args[1], faults)
}

func (s *Selector) compareInts(cond ssa.Cond, x, y *ssa.Value, faults bool) comparison {
	if _, ok := codegen.Constant(x); ok {
		x, y, cond = y, x, cond.Swap()
	}
	imm, ok := immediate(y)
	switch {
	case ok && imm == 0:
		return s.compareZero(cond, x, faults)
	case ok:
		return s.compareImmediate(cond, x, int32(imm), faults)
	}
	c := comparison{m: mCmp, cond: conds[cond], size: sizeOf(x.Type)}
	if a, ok := s.operand(y, faults); ok {
		c.address, c.m = a, mCmp.with(formMem)
		c.take(s.Low(x))
		return c
	}
	if a, ok := s.operand(x, faults); ok {
		c.address, c.m, c.cond = a, mCmp.with(formMem), conds[cond.Swap()]
		c.take(s.Low(y))
		return c
	}
	c.take(s.Low(x))
	c.take(s.Low(y))
	return c
}

func (c *comparison) take(o codegen.Operand) {
	c.operands[c.n] = o
	c.n++
}

// operand is memory, unless a fault would not be root's own.
func (s *Selector) operand(v *ssa.Value, faults bool) (address, bool) {
	if v.Op == ssa.OpLoad && !faults {
		return address{}, false
	}
	return s.memory(v)
}

// compareZero tests bits if what is compared with 0 is an and.
func (s *Selector) compareZero(cond ssa.Cond, x *ssa.Value, faults bool) comparison {
	if x.Op != ssa.OpAnd || !s.Foldable(x) {
		return s.compareImmediate(cond, x, 0, faults)
	}
	c := comparison{m: mTest, cond: conds[cond], size: sizeOf(x.Type)}
	y := x.Args[1]
	x = x.Args[0]
	if _, ok := codegen.Constant(x); ok {
		x, y = y, x
	}
	imm, ok := immediate(y)
	if ok {
		c.imm = int32(imm)
	}
	a, inMemory := s.operand(x, faults)
	switch {
	case ok && inMemory:
		c.address, c.m = a, mTest.with(formMemImm)
	case ok:
		c.m = mTest.with(formImm)
		c.take(s.Low(x))
	case inMemory:
		c.address, c.m = a, mTest.with(formMem)
		c.take(s.Low(y))
	default:
		c.take(s.Low(x))
		c.take(s.Low(y))
	}
	return c
}

func (s *Selector) compareImmediate(cond ssa.Cond, x *ssa.Value, imm int32, faults bool) comparison {
	c := comparison{m: mCmp.with(formImm), cond: conds[cond], size: sizeOf(x.Type), imm: imm}
	if x.Op == ssa.OpLoad && faults && s.Movable(x) && (x.Mem == ssa.Mem8U || x.Mem == ssa.Mem16U) &&
		0 <= imm && imm < 1<<(8*x.Mem.Size()) {
		// Neither side is negative in its wide form, so that the narrow one is unsigned.
		c.m, c.cond = mCmp.with(formMemImm), conds[unsigned(cond)]
		c.size = Size(x.Mem.Size() / 2)
		c.address = s.fold(x)
		return c
	}
	if a, ok := s.operand(x, faults); ok {
		c.address, c.m = a, mCmp.with(formMemImm)
		return c
	}
	c.take(s.Low(x))
	return c
}

func unsigned(c ssa.Cond) ssa.Cond {
	if ssa.LtS <= c && c <= ssa.LeS {
		return c + ssa.LtU - ssa.LtS
	}
	return c
}

// compareFloats orders the operands so that unordered ones make the condition
// false: UCOMISD sets CF for them, so that A and AE do.
func (s *Selector) compareFloats(cond ssa.Cond, x, y *ssa.Value, faults bool) comparison {
	c := comparison{m: mUcomi, size: sizeOf(x.Type)}
	switch cond {
	case ssa.Eq:
		c.cond = condEqual
	case ssa.Ne:
		c.cond = condNotEqual
	case ssa.GtS:
		c.cond = A
	case ssa.GeS:
		c.cond = AE
	case ssa.LtS:
		c.cond, x, y = A, y, x
	case ssa.LeS:
		c.cond, x, y = AE, y, x
	default:
		s.Failf("floats cannot be compared with %v", cond)
	}
	if a, ok := s.operand(y, faults); ok {
		c.address, c.m = a, mUcomi.with(formMem)
		c.take(s.Use(x))
		return c
	}
	c.take(s.Use(x))
	c.take(s.Use(y))
	return c
}

// consume emits a comparison with what becomes of it.
func (s *Selector) consume(c comparison, to consumer, trap wasm.TrapCode, operands ...codegen.Operand) {
	var list [6]codegen.Operand
	all := append(append(list[:0], operands...), c.operands[:c.n]...)
	in := codegen.Inst{Cond: uint8(c.cond), Size: uint8(c.size), Imm: int64(uint32(c.imm)) | int64(trap)<<32}
	m := c.m | mop(to)
	if f := m.form(); f == formMem || f == formMemImm {
		s.addMem(m, in, c.address, all...)
		return
	}
	s.add(m, in, all...)
}

func (s *Selector) selectValue(v *ssa.Value) {
	c := s.condition(v.Args[0], true)
	yes, no := v.Args[1], v.Args[2]
	if c.cond == condEqual { // two conditions must not hold: then move if one of them does
		c.cond, yes, no = condNotEqual, no, yes
	}
	s.consume(c, toSelect, wasm.TrapNone, s.Use(no), s.Use(yes), s.Tied(v))
}

func (s *Selector) trap(v *ssa.Value) {
	if s.cast(v) {
		return
	}
	c := s.condition(v.Args[0], false)
	if v.Op == ssa.OpTrapUnless {
		c.cond = c.cond.Invert()
	}
	s.consume(c, toTrap, wasm.TrapCode(v.Aux))
}

// bounds emits an OpBoundsCheck.
func (s *Selector) bounds(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(sizeOf(v.Args[0].Type)), Imm: v.Aux}
	x := s.Use(v.Args[0])
	if a, ok := s.operand(v.Args[1], false); ok {
		s.addMem(mBounds.with(formMem), in, a, x, s.Temp(ssa.I64, NoReg))
		return
	}
	s.add(mBounds, in, x, s.Temp(ssa.I64, NoReg), s.Use(v.Args[1]))
}
