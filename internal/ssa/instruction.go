package ssa

import "weft/wasm"

// instruction builds the instruction in b.in, which can be reached. Those that only
// compute, or access memory, are lowered by table.
func (b *Builder) instruction() {
	in := &b.in
	if len(b.env.Watched) > 0 {
		b.watch()
	}
	if l := &b.lowerings[in.Op]; l.op != OpInvalid {
		b.lowered(l)
		return
	}
	switch in.Op {
	case wasm.OpUnreachable:
		b.trap(wasm.TrapUnreachable)
	case wasm.OpNop:
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpTry, wasm.OpTryTable, wasm.OpBarrier:
		b.beginBlock()
	case wasm.OpElse:
		b.elseBranch()
	case wasm.OpEnd, wasm.OpDelegate:
		b.end()
	case wasm.OpCatch, wasm.OpCatchAll:
		b.catch()
	case wasm.OpRethrow:
		b.rethrow(b.label(b.in.Index).legacy)
	case wasm.OpBr:
		b.jump(b.label(in.Index))
	case wasm.OpBrIf:
		b.branchIfHinted(b.pop(), in.Index)
	case wasm.OpBrTable:
		b.branchTable()
	case wasm.OpBrOnNull, wasm.OpBrOnNonNull:
		b.branchOnNull()
	case wasm.OpReturn:
		b.jump(&b.labels[b.base])

	case wasm.OpCall, wasm.OpReturnCall:
		b.callFunc(in.Op == wasm.OpReturnCall)
	case wasm.OpCallIndirect, wasm.OpReturnCallIndirect:
		b.callIndirect(in.Op == wasm.OpReturnCallIndirect)
	case wasm.OpCallRef, wasm.OpReturnCallRef:
		b.callRef(in.Op == wasm.OpReturnCallRef)
	case wasm.OpThrow, wasm.OpThrowRef:
		b.throw()

	case wasm.OpDrop:
		b.pop()
	case wasm.OpSelect, wasm.OpSelectTyped:
		condition, no, yes := b.pop(), b.pop(), b.pop()
		b.push(b.add(OpSelect, yes.Type, 0, condition, yes, no))
	case wasm.OpLocalGet:
		b.push(b.local(in.Index))
	case wasm.OpLocalSet:
		b.setLocal(in.Index, b.pop())
	case wasm.OpLocalTee:
		b.setLocal(in.Index, b.top())
	case wasm.OpGlobalGet:
		b.globalGet()
	case wasm.OpGlobalSet:
		b.globalSet()

	case wasm.OpI32Const:
		b.push(b.constant(I32, uint64(uint32(in.Bits))))
	case wasm.OpI64Const:
		b.push(b.constant(I64, in.Bits))
	case wasm.OpF32Const:
		b.push(b.constant(F32, in.Bits))
	case wasm.OpF64Const:
		b.push(b.constant(F64, in.Bits))
	case wasm.OpI32Eqz, wasm.OpI64Eqz, wasm.OpRefIsNull:
		v := b.pop()
		b.push(b.compare(Eq, v, b.constant(v.Type, 0)))
	case wasm.OpI64Add128, wasm.OpI64Sub128, wasm.OpI64MulWideS, wasm.OpI64MulWideU:
		b.wide()

	case wasm.OpRefNull:
		b.push(b.null(I64))
	case wasm.OpRefFunc:
		f := b.pointer(b.env.FuncPtr(in.Index))
		f.Ref = b.funcFacts(in.Index)
		b.push(f)
	case wasm.OpRefEq:
		y, x := b.pop(), b.pop()
		b.push(b.compare(Eq, x, y))
	case wasm.OpRefAsNonNull:
		b.checkNull(b.top(), wasm.TrapNullReference)

	case wasm.OpTableGet:
		b.tableGet()
	case wasm.OpTableSet:
		b.tableSet()
	case wasm.OpTableSize:
		b.tableSize()
	case wasm.OpTableGrow:
		b.tableGrow()
	case wasm.OpTableFill:
		b.tableFill()
	case wasm.OpTableCopy:
		b.threeOperands(TableCopy, in.Index, in.Index2)
	case wasm.OpTableInit:
		b.threeOperands(TableInit, in.Index2, in.Index)
	case wasm.OpElemDrop:
		b.builtin(ElemDrop, b.number(in.Index))
	case wasm.OpMemorySize:
		b.memorySize()
	case wasm.OpMemoryGrow:
		b.memoryGrow()
	case wasm.OpMemoryFill:
		b.memoryFill()
	case wasm.OpMemoryCopy:
		b.memoryCopy()
	case wasm.OpMemoryInit:
		b.threeOperands(MemoryInit, in.Index2, in.Index)
	case wasm.OpDataDrop:
		b.builtin(DataDrop, b.number(in.Index))

	case wasm.OpAtomicFence:
		b.add(OpFence, Void, int64(in.Order))
	case wasm.OpPause:
		b.add(OpPause, Void, 0)
	case wasm.OpMemoryAtomicNotify, wasm.OpMemoryAtomicWait32, wasm.OpMemoryAtomicWait64:
		b.waitOrNotify()

	case wasm.OpContNew:
		b.contNew()
	case wasm.OpContBind:
		b.contBind()
	case wasm.OpSuspend:
		b.suspend()
	case wasm.OpSuspendTo:
		b.suspendTo()
	case wasm.OpSwitch:
		b.switchTo()
	case wasm.OpTagNew:
		b.push(b.builtin(TagNew))
	case wasm.OpSuspendTag:
		b.suspendTag()
	case wasm.OpResumeTags, wasm.OpResumeWith, wasm.OpResume, wasm.OpResumeThrow, wasm.OpResumeThrowRef:
		b.resume()

	default:
		if !b.vectorInstruction() {
			b.object()
		}
	}
}

// local returns the value of a local.
func (b *Builder) local(index uint32) *Value {
	if b.Plain {
		return b.fromHome(b.homes.locals[index])
	}
	return b.locals[index]
}

func (b *Builder) setLocal(index uint32, v *Value) {
	if b.Plain {
		b.toHome(b.homes.locals[index], v)
		return
	}
	b.locals[index] = v
}

func (b *Builder) unsupportedHere() {
	info := b.in.Op.Info()
	b.unsupported(info.Name, info.Feature)
}

// lowered builds an instruction by its row of the table of lowerings.
func (b *Builder) lowered(l *lowering) {
	switch {
	case l.op == OpLoad || l.op == OpStore:
		b.access(l)
		return
	case l.op.IsAtomic():
		b.atomic(l)
		return
	}
	if l.op == OpVector {
		b.vector(l)
		return
	}
	aux := int64(0)
	if l.op == OpIcmp || l.op == OpFcmp {
		aux = int64(l.cond)
	}
	if l.operands == 1 {
		b.push(b.add(l.op, l.typ, aux, b.pop()))
		return
	}
	y, x := b.pop(), b.pop()
	b.push(b.add(l.op, l.typ, aux, x, y))
}

// wide builds arithmetic on 128 bits.
func (b *Builder) wide() {
	op := func(op Op, x, y *Value) *Value { return b.add(op, I64, 0, x, y) }
	borrow := func(x, y *Value) *Value { return b.add(OpExtendU, I64, 0, b.compare(LtU, x, y)) }
	switch b.in.Op {
	case wasm.OpI64MulWideS, wasm.OpI64MulWideU:
		upper := OpMulHiS
		if b.in.Op == wasm.OpI64MulWideU {
			upper = OpMulHiU
		}
		y, x := b.pop(), b.pop()
		b.push(op(OpMul, x, y))
		b.push(op(upper, x, y))
	case wasm.OpI64Add128:
		yHigh, yLow, xHigh, xLow := b.pop(), b.pop(), b.pop(), b.pop()
		low := op(OpAdd, xLow, yLow)
		b.push(low)
		b.push(op(OpAdd, op(OpAdd, xHigh, yHigh), borrow(low, yLow)))
	case wasm.OpI64Sub128:
		yHigh, yLow, xHigh, xLow := b.pop(), b.pop(), b.pop(), b.pop()
		b.push(op(OpSub, xLow, yLow))
		b.push(op(OpSub, op(OpSub, xHigh, yHigh), borrow(xLow, yLow)))
	}
}
