package ssa

import "math/bits"

// fold improves one value whose arguments are known. It returns another value that
// stands for it, nil if it has no effect and no result, or v itself, changed (o.again)
// or not.
func (o *Optimizer) fold(v *Value) *Value {
	info := v.Op.Info()
	switch {
	case len(v.Args) == 2 && (v.Type == I32 || v.Type == I64) && v.Op != OpIcmp && v.Op != OpFcmp:
		return o.foldBinary(v, info)
	case v.Op == OpIcmp:
		return o.foldCompare(v)
	case len(v.Args) == 1 && (info.Pure || v.Op == OpTrapIf || v.Op == OpTrapUnless):
		return o.foldUnary(v)
	case v.Op == OpSelect:
		return o.foldSelect(v)
	case v.Op == OpPartFixed && v.Aux == objectLen && v.Args[0].Op == OpNewArray:
		return v.Args[0].Args[1]
	}
	return v
}

func isConst(v *Value, bits uint64) bool { return v.Op == OpConst && uint64(v.Aux) == bits }

// changed makes v another operation on two values.
func (o *Optimizer) changed(v *Value, op Op, x, y *Value) *Value {
	v.Op = op
	v.Args = append(v.room[:0], x, y)
	o.again = true
	return v
}

func (o *Optimizer) foldBinary(v *Value, info *OpInfo) *Value {
	x, y := v.Args[0], v.Args[1]
	if y.Op != OpConst && (x.Op == OpConst && v.Commutes() || info.Commutative && x.ID > y.ID) {
		x, y = y, x
		v.Args[0], v.Args[1] = x, y
	}
	if y.Op != OpConst {
		return o.foldVariable(v, x, y)
	}
	if x.Op == OpConst {
		if r, ok := evalBinary(v.Op, v.Type, uint64(x.Aux), uint64(y.Aux)); ok {
			return o.constant(v.Type, r)
		}
		return v
	}
	t, c := v.Type, uint64(y.Aux)
	width := uint64(8 * t.Size())
	ones := truncate(t, ^uint64(0))
	switch v.Op {
	case OpAdd, OpOr, OpXor, OpSub:
		switch {
		case c == 0:
			return x
		case v.Op == OpOr && c == ones:
			return y
		case v.Op == OpSub:
			return o.changed(v, OpAdd, x, o.constant(t, -c))
		case x.Op == v.Op && x.Args[1].Op == OpConst:
			c, _ = evalBinary(v.Op, t, c, uint64(x.Args[1].Aux))
			return o.changed(v, v.Op, x.Args[0], o.constant(t, c))
		}
	case OpAnd:
		switch {
		case c == 0:
			return y
		case c == ones, c == 1 && isBool(x), c == 0xffffffff && x.Op == OpExtendU, isLoadedWithin(x, c):
			return x
		case x.Op == OpAnd && x.Args[1].Op == OpConst:
			return o.changed(v, OpAnd, x.Args[0], o.constant(t, c&uint64(x.Args[1].Aux)))
		case x.Op == OpExtendU:
			return o.extended(OpAnd, x.Args[0], o.constant(I32, c))
		case c == 0xffffffff && t == I64:
			return o.make(OpExtendU, I64, 0, o.make(OpWrap, I32, 0, x))
		}
	case OpMul:
		switch {
		case c == 0:
			return y
		case c == 1:
			return x
		case c&(c-1) == 0:
			return o.changed(v, OpShl, x, o.constant(t, uint64(bits.TrailingZeros64(c))))
		}
	case OpShl, OpShrS, OpShrU, OpRotl, OpRotr:
		switch n := c & (width - 1); {
		case n == 0:
			return x
		case n != c:
			return o.changed(v, v.Op, x, o.constant(t, n))
		case x.Op == OpExtendU && v.Op == OpShrU && n >= 32:
			return o.constant(t, 0)
		case x.Op == OpExtendU && v.Op == OpShrU:
			return o.extended(OpShrU, x.Args[0], o.constant(I32, n))
		}
	case OpDivU, OpRemU, OpDivS, OpRemS:
		return o.foldDivision(v, x, c)
	}
	return v
}

// extended returns an operation on the halves of values whose upper halves are 0, as its result's is. Languages that
// compute with numbers of 32 bits in 64, as Go does, mask them again and again.
func (o *Optimizer) extended(op Op, x, y *Value) *Value {
	return o.make(OpExtendU, I64, 0, o.make(op, I32, 0, x, y))
}

// isLoadedWithin reports whether a value is loaded from so few bytes, without a sign, that it has no other bits than
// those of a mask.
func isLoadedWithin(v *Value, mask uint64) bool {
	if v.Op != OpLoad && v.Op != OpPart && v.Op != OpPartFixed {
		return false
	}
	switch v.Mem {
	case Mem8U:
		return mask&0xff == 0xff
	case Mem16U:
		return mask&0xffff == 0xffff
	case Mem32U:
		return mask&0xffff_ffff == 0xffff_ffff
	}
	return false
}

// isBool reports whether a value is 0 or 1.
func isBool(v *Value) bool { return v.Op == OpIcmp || v.Op == OpFcmp || v.IsBitTest() }

// foldVariable folds an operation whose second argument is not a constant.
func (o *Optimizer) foldVariable(v, x, y *Value) *Value {
	switch v.Op {
	case OpSub, OpXor:
		if x == y {
			return o.constant(v.Type, 0)
		}
	case OpAnd, OpOr:
		if x == y {
			return x
		}
	}
	switch v.Op {
	case OpAnd, OpOr, OpXor:
		if x.Op == OpExtendU && y.Op == OpExtendU {
			return o.extended(v.Op, x.Args[0], y.Args[0])
		}
	case OpShl, OpShrS, OpShrU, OpRotl, OpRotr:
		// The count is taken modulo the width anyway.
		width := uint64(8 * v.Type.Size())
		if y.Op == OpAnd && y.Args[1].Op == OpConst && uint64(y.Args[1].Aux)&(width-1) == width-1 {
			return o.changed(v, v.Op, x, y.Args[0])
		}
	}
	return v
}

func (o *Optimizer) foldCompare(v *Value) *Value {
	x, y, c := v.Args[0], v.Args[1], v.Cond()
	if x == y {
		holds := c == Eq || c == GeS || c == LeS || c == GeU || c == LeU
		return o.constant(I32, b2u(holds))
	}
	if x.Op == OpConst && y.Op != OpConst {
		x, y, c = y, x, c.Swap()
		v.Args[0], v.Args[1], v.Aux = x, y, int64(c)
	}
	if y.Op != OpConst {
		return v
	}
	k := uint64(y.Aux)
	if x.Op == OpConst {
		return o.constant(I32, b2u(evalCompare(c, x.Type, uint64(x.Aux), k)))
	}
	// An unsigned comparison with 0 or 1 is one with 0.
	switch {
	case c == LtU && k == 0:
		return o.constant(I32, 0)
	case c == GeU && k == 0:
		return o.constant(I32, 1)
	case (c == LtU || c == GeU) && k == 1:
		v.Aux = int64([]Cond{Eq, Ne}[b2u(c == GeU)])
		return o.changed(v, OpIcmp, x, o.constant(x.Type, 0))
	case (c == GtU || c == LeU) && k == 0:
		v.Aux = int64([]Cond{Ne, Eq}[b2u(c == LeU)])
		return o.changed(v, OpIcmp, x, y)
	}
	if c != Eq && c != Ne || k != 0 {
		return v
	}
	switch {
	case c == Ne && isBool(x):
		return x
	case x.Op == OpIcmp:
		v.Aux = int64(x.Cond().Negate())
		return o.changed(v, OpIcmp, x.Args[0], x.Args[1])
	case x.Op == OpSub || x.Op == OpXor:
		return o.changed(v, OpIcmp, x.Args[0], x.Args[1])
	case x.Op == OpExtendU || x.Op == OpExtendS:
		return o.changed(v, OpIcmp, x.Args[0], o.constant(I32, 0))
	}
	return v
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (o *Optimizer) foldUnary(v *Value) *Value {
	x := v.Args[0]
	if x.Op == OpConst {
		switch v.Op {
		case OpTrapIf, OpTrapUnless:
			if (x.Aux == 0) == (v.Op == OpTrapIf) {
				return nil
			}
			return v
		}
		if r, ok := evalUnary(v.Op, v.Type, x.Type, uint64(x.Aux)); ok {
			return o.constant(v.Type, r)
		}
		return v
	}
	switch v.Op {
	case OpWrap:
		if x.Op == OpExtendS || x.Op == OpExtendU {
			return x.Args[0]
		}
		if len(x.Args) == 2 && narrows(x.Op) && isWidened(x.Args[0]) && isWidened(x.Args[1]) {
			return o.changed(v, x.Op, o.make(OpWrap, I32, 0, x.Args[0]), o.make(OpWrap, I32, 0, x.Args[1]))
		}
	case OpSExt8, OpSExt16, OpSExt32:
		if x.Op == v.Op || x.Op == OpSExt8 && v.Op != OpSExt8 || v.Op == OpSExt32 && (x.Op == OpExtendS || x.Op == OpSExt16) ||
			isBool(x) {
			return x
		}
	case OpExtendS:
		if isBool(x) {
			v.Op, o.again = OpExtendU, true
		}
	case OpBitcast:
		if x.Op == OpBitcast {
			return x.Args[0]
		}
	case OpTrapIf, OpTrapUnless:
		// The conditions "equals 0" and "is not 0" are those of the two operations.
		if x.Op == OpIcmp && x.Args[0].Type == I32 && isConst(x.Args[1], 0) && (x.Cond() == Eq || x.Cond() == Ne) {
			if x.Cond() == Eq {
				v.Op = OpTrapIf + OpTrapUnless - v.Op
			}
			v.Args[0], o.again = x.Args[0], true
		}
	}
	return v
}

// narrows reports whether the lower half of an operation's result depends on those of its arguments alone.
func narrows(op Op) bool {
	switch op {
	case OpAdd, OpSub, OpMul, OpAnd, OpOr, OpXor:
		return true
	}
	return false
}

// isWidened reports whether the lower half of a value is there without computing it.
func isWidened(v *Value) bool { return v.Op == OpExtendS || v.Op == OpExtendU || v.Op == OpConst }

func (o *Optimizer) foldSelect(v *Value) *Value {
	c, yes, no := v.Args[0], v.Args[1], v.Args[2]
	switch {
	case yes == no:
		return yes
	case c.Op == OpConst && c.Aux != 0:
		return yes
	case c.Op == OpConst:
		return no
	case isConst(yes, 1) && isConst(no, 0) && v.Type == I32 && isBool(c):
		return c
	case c.Op == OpIcmp && c.Args[0].Type == I32 && isConst(c.Args[1], 0) && c.Cond() <= Ne:
		if c.Cond() == Eq {
			yes, no = no, yes
		}
		v.Args[0], v.Args[1], v.Args[2], o.again = c.Args[0], yes, no, true
	}
	return v
}
