package interp

import (
	"math"

	"weft/wasm"
)

// A condition is what a conditional branch depends on: a slot, or a comparison
// that melts into the branch.
type condition struct {
	op   op // of the branch that is taken if the condition holds; c is not set
	not  op // of the branch that is taken if it does not
	a, b uint32
}

func (c condition) branch(when bool) instr {
	if when {
		return instr{op: c.op, a: c.a, b: c.b}
	}
	return instr{op: c.not, a: c.a, b: c.b}
}

// Comparisons of integers come in this order in every one of their forms.
const (
	cmpEq = iota
	cmpNe
	cmpLtS
	cmpLtU
	cmpGtS
	cmpGtU
	cmpLeS
	cmpLeU
	cmpGeS
	cmpGeU
	numCmps
)

// inverse gives the comparison that holds when the other does not, swapped the
// one that holds when the operands change places.
var (
	inverse = [numCmps]op{cmpNe, cmpEq, cmpGeS, cmpGeU, cmpLeS, cmpLeU, cmpGtS, cmpGtU, cmpLtS, cmpLtU}
	swapped = [numCmps]op{cmpEq, cmpNe, cmpGtS, cmpGtU, cmpLtS, cmpLtU, cmpGeS, cmpGeU, cmpLeS, cmpLeU}
)

// Families of comparisons: the first operation of each form, and of the branch
// that a comparison of that form melts into.
var comparisons = []struct{ compare, branch op }{
	{op(wasm.OpI32Eq), opBrI32Eq},
	{op(wasm.OpI64Eq), opBrI64Eq},
	{opI32EqImm, opBrI32EqImm},
	{opI64EqImm, opBrI64EqImm},
}

// popCondition removes the topmost position, an i32. If it is the result of the
// comparison before, that is removed as well.
func (l *lowerer) popCondition() condition {
	top := l.stack[len(l.stack)-1]
	if top.kind == inHome && l.last >= 0 && l.last == len(l.code)-1 && l.code[l.last].a == top.home {
		if c, ok := fuseCompare(l.code[l.last]); ok {
			l.code, l.offsets = l.code[:l.last], l.offsets[:l.last]
			l.last = -1
			l.pop()
			return c
		}
	}
	return condition{op: opBrIf, not: opBrUnless, a: l.popSlot()}
}

func fuseCompare(in instr) (condition, bool) {
	switch in.op {
	case op(wasm.OpI32Eqz):
		return condition{op: opBrUnless, not: opBrIf, a: in.b}, true
	case op(wasm.OpI64Eqz):
		return condition{op: opBrI64EqImm, not: opBrI64NeImm, a: in.b}, true
	}
	for _, f := range comparisons {
		if cmp := in.op - f.compare; cmp < numCmps {
			return condition{op: f.branch + cmp, not: f.branch + inverse[cmp], a: in.b, b: in.c}, true
		}
	}
	return condition{}, false
}

// immediates gives the form with a constant second operand of operations that
// have one; commutative ones accept the constant on either side.
var immediates = map[wasm.Opcode]struct {
	imm         op
	commutative bool
}{
	wasm.OpI32Add: {opI32AddImm, true}, wasm.OpI32Mul: {opI32MulImm, true}, wasm.OpI32And: {opI32AndImm, true},
	wasm.OpI32Or: {opI32OrImm, true}, wasm.OpI32Xor: {opI32XorImm, true},
	wasm.OpI32Shl: {opI32ShlImm, false}, wasm.OpI32ShrS: {opI32ShrSImm, false}, wasm.OpI32ShrU: {opI32ShrUImm, false},
	wasm.OpI64Add: {opI64AddImm, true}, wasm.OpI64Mul: {opI64MulImm, true}, wasm.OpI64And: {opI64AndImm, true},
	wasm.OpI64Or: {opI64OrImm, true}, wasm.OpI64Xor: {opI64XorImm, true},
	wasm.OpI64Shl: {opI64ShlImm, false}, wasm.OpI64ShrS: {opI64ShrSImm, false}, wasm.OpI64ShrU: {opI64ShrUImm, false},
}

// imm32 returns a constant as an operand of 32 bits that is sign-extended where
// the operation is on 64.
func imm32(bits uint64, is64 bool) (uint32, bool) {
	if !is64 {
		return uint32(bits), true
	}
	v := int64(bits)
	return uint32(v), v >= math.MinInt32 && v <= math.MaxInt32
}

// binary lowers an operation on two operands of one slot, melting a constant in.
func (l *lowerer) binary(code wasm.Opcode) {
	y, x := l.stack[len(l.stack)-1], l.stack[len(l.stack)-2]
	if y.kind == lazyConst || x.kind == lazyConst {
		if in, ok := binaryImm(code, x, y); ok {
			l.pop()
			if x.kind == lazyConst {
				x = y
			}
			l.pop()
			in.b = l.slotOf(x)
			l.emitValue(in, false)
			return
		}
	}
	c := l.popSlot()
	b := l.popSlot()
	l.emitValue(instr{op: op(code), b: b, c: c}, false)
}

// binaryImm returns the form of an operation with a constant operand; its b is
// not set.
func binaryImm(code wasm.Opcode, x, y operand) (instr, bool) {
	constant, other := y, x
	onLeft := y.kind != lazyConst
	if onLeft {
		constant, other = x, y
	}
	if other.kind == lazyConst {
		return instr{}, false
	}
	for _, base := range [...]struct {
		first wasm.Opcode
		imm   op
		is64  bool
	}{{wasm.OpI32Eq, opI32EqImm, false}, {wasm.OpI64Eq, opI64EqImm, true}} {
		if cmp := op(code - base.first); cmp < numCmps {
			if onLeft {
				cmp = swapped[cmp]
			}
			c, ok := imm32(constant.bits, base.is64)
			return instr{op: base.imm + cmp, c: c}, ok
		}
	}
	switch {
	case code == wasm.OpI32Sub && !onLeft:
		return instr{op: opI32AddImm, c: uint32(-constant.bits)}, true
	case code == wasm.OpI64Sub && !onLeft:
		c, ok := imm32(-constant.bits, true)
		return instr{op: opI64AddImm, c: c}, ok
	}
	form, ok := immediates[code]
	if !ok || onLeft && !form.commutative {
		return instr{}, false
	}
	c, ok := imm32(constant.bits, form.imm >= opI64AddImm && form.imm <= opI64ShrUImm)
	return instr{op: form.imm, c: c}, ok
}
