package interp

import (
	"weft/internal/store"
	"weft/wasm"
)

// aggregate lowers the instructions on structs, arrays and casts. Access to a
// part is an instruction of its own for each width; what allocates or looks at
// types at run time has its operands in their homes and is done by the machine.
func (l *lowerer) aggregate() {
	in := &l.in
	switch in.Op {
	case wasm.OpAnyConvertExtern, wasm.OpExternConvertAny:
		// The representation is the same.
	case wasm.OpRefI31, wasm.OpI31GetS, wasm.OpI31GetU, wasm.OpArrayLen:
		l.emitValue(instr{op: op(in.Op), b: l.popSlot()}, false)
	case wasm.OpStructGet, wasm.OpStructGetS, wasm.OpStructGetU:
		f := l.field()
		l.emitValue(instr{op: partOp(opStructGet8U, f, in.Op == wasm.OpStructGetS), b: l.popSlot(), c: f.Offset}, f.Width == 16)
	case wasm.OpStructSet:
		f := l.field()
		value := l.popSlot()
		l.emit(instr{op: partOp(opStructSet8, f, false), a: l.popSlot(), b: value, c: f.Offset})
	case wasm.OpArrayGet, wasm.OpArrayGetS, wasm.OpArrayGetU:
		f := l.element(in.Index)
		index := l.popSlot()
		l.emitValue(instr{op: partOp(opArrayGet8U, f, in.Op == wasm.OpArrayGetS), b: l.popSlot(), c: index}, f.Width == 16)
	case wasm.OpArraySet:
		f := l.element(in.Index)
		value := l.popSlot()
		index := l.popSlot()
		l.emit(instr{op: partOp(opArraySet8, f, false), a: l.popSlot(), b: index, c: value})
	case wasm.OpRefTest, wasm.OpRefTestNull:
		l.emitValue(l.typeTest(l.popSlot(), in.Ref), false)
	case wasm.OpRefCast, wasm.OpRefCastNull:
		l.settleTop(1)
		cast := l.typeTest(l.stack[len(l.stack)-1].home, in.Ref)
		cast.op = op(wasm.OpRefCast)
		l.emit(cast)
	case wasm.OpBrOnCast, wasm.OpBrOnCastFail:
		l.branchOnCast()
	case wasm.OpRefGetDesc:
		l.emitValue(instr{op: op(in.Op), b: l.popSlot(), c: l.layout(in.Index).Descriptor}, false)
	case wasm.OpRefCastDescEq, wasm.OpRefCastDescEqNull:
		cast := l.descriptorTest(in.Ref)
		cast.op = op(wasm.OpRefCastDescEq)
		l.emit(cast)
	case wasm.OpBrOnCastDescEq, wasm.OpBrOnCastDescEqFail:
		l.branchOnTest(l.descriptorTest(in.Ref2), in.Op == wasm.OpBrOnCastDescEqFail)
	default:
		operands, result := l.objectOperands()
		l.emit(instr{op: op(in.Op), a: l.popHomes(operands), b: in.Index, c: in.Index2})
		if result {
			l.push(operand{})
		}
	}
}

// objectOperands returns the number of operands of an instruction that works on
// whole objects, and whether it has a result.
func (l *lowerer) objectOperands() (operands int, result bool) {
	switch l.in.Op {
	case wasm.OpStructNew:
		return len(l.module.Wasm.Types[l.in.Index].Comp.Fields), true
	case wasm.OpStructNewDesc:
		return len(l.module.Wasm.Types[l.in.Index].Comp.Fields) + 1, true
	case wasm.OpStructNewDefault:
		return 0, true
	case wasm.OpStructNewDefaultDesc:
		return 1, true
	case wasm.OpArrayNewFixed:
		return int(l.in.Index2), true
	case wasm.OpArrayNewDefault:
		return 1, true
	case wasm.OpArrayNew, wasm.OpArrayNewData, wasm.OpArrayNewElem:
		return 2, true
	case wasm.OpArrayFill, wasm.OpArrayInitData, wasm.OpArrayInitElem:
		return 4, false
	}
	return 5, false // array.copy
}

// layout returns the layout of a struct or array type of the module.
func (l *lowerer) layout(typeIndex uint32) *store.Layout {
	layout, known := l.layouts[typeIndex]
	if !known {
		m := l.module.Wasm
		layout = store.LayoutOf(&m.Types[typeIndex].Comp, m.UndescribedFields(typeIndex),
			func(h wasm.HeapType) wasm.CompKind { return m.Types[h].Comp.Kind })
		if l.layouts == nil {
			l.layouts = map[uint32]*store.Layout{}
		}
		l.layouts[typeIndex] = layout
	}
	return layout
}

func (l *lowerer) field() store.Field { return l.layout(l.in.Index).Fields[l.in.Index2] }

func (l *lowerer) element(typeIndex uint32) store.Field { return l.layout(typeIndex).Fields[0] }

// partOp returns the operation for a part of a certain width, in a family that
// begins with first. The families of get are 8U 8S 16U 16S 32 64 128, those of
// set 8 16 32 64 128.
func partOp(first op, f store.Field, signed bool) op {
	size := op(0)
	for w := f.Width; w > 1; w /= 2 {
		size++
	}
	if first == opStructSet8 || first == opArraySet8 {
		return first + size
	}
	switch {
	case size >= 2:
		return first + 2 + size
	case signed:
		return first + 2*size + 1
	}
	return first + 2*size
}

// typeTest returns the instruction that tests whether the reference in a slot has
// a type.
func (l *lowerer) typeTest(slot uint32, t wasm.ValType) instr {
	test := instr{op: op(wasm.OpRefTest), a: slot, b: slot, c: uint32(t.Heap)}
	if t.Nullable {
		test.d |= testNullable
	}
	if t.Exact {
		test.d |= testExact
	}
	return test
}

// What a type test says of its type beside the heap type.
const (
	testNullable = 1 << iota
	testExact
)

// descriptorTest returns the instruction that tests whether an object is described by a descriptor, which it removes
// from the stack. The type that the object then has need not be looked at: it is the one that the descriptor is of.
func (l *lowerer) descriptorTest(t wasm.ValType) instr {
	l.settleTop(2)
	descriptor := l.pop().home
	test := instr{op: opTestDesc, a: descriptor, b: l.stack[len(l.stack)-1].home, c: descriptor}
	if t.Nullable {
		test.d |= testNullable
	}
	return test
}

// branchOnCast lowers br_on_cast and br_on_cast_fail. The reference, which is the
// last of the values that the branch carries, stays on the stack.
func (l *lowerer) branchOnCast() {
	l.settleTop(1)
	test := l.typeTest(l.stack[len(l.stack)-1].home, l.in.Ref2)
	test.a = l.height
	l.branchOnTest(test, l.in.Op == wasm.OpBrOnCastFail)
}

// branchOnTest branches on the result of a test, which is behind all that is on the stack.
func (l *lowerer) branchOnTest(test instr, onFail bool) {
	l.emit(test)
	l.push(operand{})
	l.pop()
	c := condition{op: opBrIf, not: opBrUnless, a: test.a}
	if onFail {
		c.op, c.not = c.not, c.op
	}
	l.branchIf(c, l.in.Index)
}
