package interp

import (
	"strings"

	"weft/wasm"
)

// twoI64 are the results of wide arithmetic.
var twoI64 = []wasm.ValType{wasm.I64, wasm.I64}

// instruction lowers the instruction in l.in, which can be reached. What is not
// named here takes its operands and result from the table's signature.
func (l *lowerer) instruction() {
	in := &l.in
	if len(l.module.Watched) > 0 {
		l.watch()
	}
	l.noteSecond(in.Op.Info())
	switch in.Op {
	case wasm.OpUnreachable:
		l.emit(instr{op: op(in.Op)})
		l.dead = true
	case wasm.OpNop, wasm.OpPause:
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpTryTable, wasm.OpTry, wasm.OpBarrier:
		l.beginBlock()
	case wasm.OpElse:
		l.elseBranch()
	case wasm.OpEnd:
		l.end()
	case wasm.OpBr:
		l.branch(in.Index)
	case wasm.OpBrIf:
		l.branchIf(l.popCondition(), in.Index)
	case wasm.OpBrTable:
		l.branchTable()
	case wasm.OpReturn:
		l.emitReturn(l.labels[0].results)
	case wasm.OpBrOnNull, wasm.OpBrOnNonNull:
		l.branchOnNull()
	case wasm.OpCall, wasm.OpCallIndirect, wasm.OpCallRef,
		wasm.OpReturnCall, wasm.OpReturnCallIndirect, wasm.OpReturnCallRef:
		l.call()
	case wasm.OpThrow:
		t := l.module.Wasm.FuncType(l.module.Space.Tags[in.Index])
		l.emit(instr{op: op(in.Op), a: l.popTypes(t.Params), b: slotBytes(t.Params), c: in.Index})
		l.dead = true
	case wasm.OpThrowRef:
		l.emit(instr{op: op(in.Op), a: l.popSlot()})
		l.dead = true
	case wasm.OpCatch, wasm.OpCatchAll:
		l.catch()
	case wasm.OpDelegate:
		l.delegate()
	case wasm.OpRethrow:
		l.rethrow()

	case wasm.OpDrop:
		l.pop()
	case wasm.OpSelect, wasm.OpSelectTyped:
		l.selectOne()
	case wasm.OpLocalGet:
		l.localReads[in.Index]++
		l.push(operand{kind: lazyLocal, local: in.Index, wide: l.localWide[in.Index]})
	case wasm.OpLocalSet:
		l.setLocal(in.Index)
	case wasm.OpLocalTee:
		l.setLocal(in.Index)
		l.localReads[in.Index]++
		l.push(operand{kind: lazyLocal, local: in.Index, wide: l.localWide[in.Index]})
	case wasm.OpGlobalGet, wasm.OpGlobalSet:
		l.global()

	case wasm.OpI32Const:
		l.push(operand{kind: lazyConst, bits: uint64(uint32(in.Bits))})
	case wasm.OpI64Const, wasm.OpF32Const, wasm.OpF64Const:
		l.push(operand{kind: lazyConst, bits: in.Bits})
	case wasm.OpRefNull:
		l.push(operand{kind: lazyConst})
	case wasm.OpRefFunc:
		l.emitValue(instr{op: op(in.Op), b: in.Index}, false)
	case wasm.OpRefIsNull:
		l.emitValue(instr{op: op(wasm.OpI64Eqz), b: l.popSlot()}, false)
	case wasm.OpRefEq:
		l.binary(wasm.OpI64Eq)
	case wasm.OpRefAsNonNull:
		l.settleTop(1)
		l.emit(instr{op: op(in.Op), a: l.stack[len(l.stack)-1].home})

	case wasm.OpI64Add128, wasm.OpI64Sub128:
		l.emit(instr{op: op(in.Op), a: l.popHomes(4)})
		l.pushTypes(twoI64)
	case wasm.OpI64MulWideS, wasm.OpI64MulWideU:
		c := l.popSlot()
		b := l.popSlot()
		l.emit(instr{op: op(in.Op), a: l.height, b: b, c: c})
		l.pushTypes(twoI64)

	case wasm.OpTableGet, wasm.OpTableSize:
		n := 0
		if in.Op == wasm.OpTableGet {
			n = 1
		}
		l.emit(instr{op: op(in.Op), a: l.popHomes(n), b: in.Index})
		l.push(operand{})
	case wasm.OpTableSet, wasm.OpMemoryFill, wasm.OpTableFill, wasm.OpMemoryInit, wasm.OpTableInit,
		wasm.OpMemoryCopy, wasm.OpTableCopy:
		n := 3
		if in.Op == wasm.OpTableSet {
			n = 2
		}
		l.emit(instr{op: op(in.Op), a: l.popHomes(n), b: in.Index, c: in.Index2})
	case wasm.OpTableGrow:
		l.emit(instr{op: op(in.Op), a: l.popHomes(2), b: in.Index})
		l.push(operand{})
	case wasm.OpElemDrop, wasm.OpDataDrop:
		l.emit(instr{op: op(in.Op), b: in.Index})
	case wasm.OpMemorySize:
		l.emitValue(instr{op: op(in.Op), b: in.Index}, false)
	case wasm.OpMemoryGrow:
		l.emit(instr{op: op(in.Op), a: l.popHomes(1), b: in.Index})
		l.push(operand{})

	case wasm.OpContNew:
		l.emitValue(instr{op: opContNew, b: l.popSlot(), c: in.Index}, false)
	case wasm.OpContBind:
		from, to := l.module.Wasm.ContFuncType(in.Index), l.module.Wasm.ContFuncType(in.Index2)
		bound := from.Params[:len(from.Params)-len(to.Params)]
		l.emit(instr{op: opContBind, a: l.popHomes(len(bound) + 1), b: slotBytes(bound), c: in.Index2})
		l.push(operand{})
	case wasm.OpSuspend:
		t := l.module.Wasm.FuncType(l.module.Space.Tags[in.Index])
		l.emit(instr{op: opSuspend, a: l.popTypes(t.Params), b: slotBytes(t.Params), c: in.Index})
		l.pushTypes(t.Results)
	case wasm.OpSwitch:
		t := l.module.Wasm.ContFuncType(in.Index)
		args := t.Params[:len(t.Params)-1]
		back := l.module.Wasm.ContFuncType(uint32(t.Params[len(args)].Heap))
		a := l.popHomes(len(args) + 1)
		l.emit(instr{op: opSwitch, a: a, b: slotBytes(args), c: in.Index2})
		l.emit(instr{op: opExtra, a: a, b: uint32(t.Params[len(args)].Heap)})
		l.pushTypes(back.Params)
	case wasm.OpTagNew:
		l.emitValue(instr{op: opTagNew}, false)
	case wasm.OpSuspendTag:
		function := uint32(l.module.Wasm.Types[in.Index].Comp.Cont)
		t := l.module.Wasm.FuncType(function)
		l.emit(instr{op: opSuspendTag, a: l.popHomes(len(t.Params) + 1), b: slotBytes(t.Params), c: function})
		l.pushTypes(t.Results)
	case wasm.OpSuspendTo:
		t := l.module.Wasm.FuncType(l.module.Space.Tags[in.Index2])
		a := l.popHomes(len(t.Params) + 1)
		l.emit(instr{op: opSuspendTo, a: a, b: slotBytes(t.Params), c: in.Index2})
		l.emit(instr{op: opExtra, a: a, b: in.Index})
		l.pushTypes(t.Results)
		l.push(operand{})
	case wasm.OpResume, wasm.OpResumeThrow, wasm.OpResumeThrowRef, wasm.OpResumeWith, wasm.OpResumeTags:
		l.resume()

	default:
		l.fromSignature()
	}
}

func (l *lowerer) beginBlock() {
	kind := labelBlock
	var c condition
	switch l.in.Op {
	case wasm.OpLoop:
		kind = labelLoop
	case wasm.OpIf:
		kind = labelIf
		c = l.popCondition()
	case wasm.OpTry:
		kind = labelTry
	case wasm.OpBarrier:
		kind = labelBarrier
	}
	l.settleAll()
	b := l.blockLabel(kind)
	if l.in.Op == wasm.OpTryTable {
		b.try, b.tryCount = len(l.code)+2, len(l.in.Catches)
		l.catchClauses(l.in.Catches)
	}
	if kind == labelIf {
		l.emit(c.branch(false))
		b.elseFixup = uint32(len(l.code))
	}
	l.pushLabel(b)
	if kind == labelLoop {
		l.noteLoop()
		l.step()
	}
}

func (l *lowerer) branchOnNull() {
	l.settleTop(1)
	ref := l.pop()
	isNull := condition{op: opBrI64EqImm, not: opBrI64NeImm, a: ref.home}
	if l.in.Op == wasm.OpBrOnNull {
		l.branchIf(isNull, l.in.Index)
		l.push(operand{})
		return
	}
	// The reference is the last of the values that the branch carries.
	l.push(operand{})
	l.branchIf(condition{op: opBrI64NeImm, not: opBrI64EqImm, a: ref.home}, l.in.Index)
	l.pop()
}

func (l *lowerer) call() {
	in, m := &l.in, l.module
	var t wasm.FuncType
	switch in.Op {
	case wasm.OpCall, wasm.OpReturnCall:
		t = m.Wasm.FuncType(m.Space.Funcs[in.Index])
	default:
		t = m.Wasm.FuncType(in.Index)
	}
	n := len(t.Params)
	call := instr{c: slotBytes(t.Params)}
	extra, hasExtra := instr{}, false
	switch in.Op {
	case wasm.OpCall:
		call.op, call.b = opCallFunc, in.Index
		if own := int(in.Index) - m.Space.ImportedFuncs; own >= 0 {
			call.op, call.b = opCall, uint32(own)*funcRecordSize
		}
	case wasm.OpReturnCall:
		call.op, call.b = opTailCallFunc, in.Index
	case wasm.OpCallIndirect, wasm.OpReturnCallIndirect:
		call.op, call.b = opCallIndirect, in.Index
		if in.Op == wasm.OpReturnCallIndirect {
			call.op = opTailCallIndirect
		}
		extra, hasExtra = instr{op: opExtra, b: in.Index2}, true
		if m.Space.Tables[in.Index2].Limits.Is64 {
			call.d = 1
		}
		n++
	case wasm.OpCallRef, wasm.OpReturnCallRef:
		call.op = opCallRef
		if in.Op == wasm.OpReturnCallRef {
			call.op = opTailCallRef
		}
		n++
	}
	call.a = l.popHomes(n)
	l.emit(call)
	if hasExtra {
		extra.a = call.a
		l.emit(extra)
	}
	l.pushTypes(t.Results)
	if strings.HasPrefix(in.Op.String(), "return_") {
		// Only a host function comes back here: see machine.tailCall.
		l.emitReturn(t.Results)
		l.staysSecond()
	}
}

// selectOne lowers select. The condition must be in its home, behind the others.
func (l *lowerer) selectOne() {
	l.settleTop(1)
	l.pop()
	wide := l.stack[len(l.stack)-1].wide
	c := l.popSlot()
	b := l.popSlot()
	code := op(wasm.OpSelect)
	if wide {
		code = opSelect2
	}
	l.emit(instr{op: code, a: l.height, b: b, c: c})
	l.push(operand{wide: wide})
}

func (l *lowerer) global() {
	wide := l.module.Space.Globals[l.in.Index].Type.Slots() == 2
	if l.in.Op == wasm.OpGlobalGet {
		code := op(wasm.OpGlobalGet)
		if wide {
			code = opGlobalGet2
		}
		l.emitValue(instr{op: code, b: l.in.Index}, wide)
		return
	}
	code := op(wasm.OpGlobalSet)
	if wide {
		code = opGlobalSet2
	}
	l.emit(instr{op: code, a: l.popSlot(), b: l.in.Index})
}

func (l *lowerer) resume() {
	in := &l.in
	t := l.module.Wasm.ContFuncType(in.Index)
	r := instr{op: opResume}
	args := t.Params
	switch in.Op {
	case wasm.OpResumeWith:
		r.op, args = opResumeWith, t.Params[:len(t.Params)-1]
	case wasm.OpResumeThrow:
		r.op, r.c = opResumeThrow, in.Index2
		args = l.module.Wasm.FuncType(l.module.Space.Tags[in.Index2]).Params
	case wasm.OpResumeThrowRef:
		r.op = opResumeThrowRef
		args = []wasm.ValType{wasm.ExnRef}
	}
	if in.Op == wasm.OpResumeTags {
		r.op, r.d = opResumeTags, uint16(len(in.Handlers))
	}
	r.a, r.b = l.popHomes(len(args)+int(r.d)+1), slotBytes(args)
	l.emit(r)
	l.handlerClauses(r.a, in.Handlers)
	l.pushTypes(t.Results)
}

// fromSignature lowers an instruction that only computes, or accesses memory.
func (l *lowerer) fromSignature() {
	code := l.in.Op
	info := code.Info()
	operands, results, _ := strings.Cut(info.Signature, ">")
	switch {
	case info.Feature == wasm.GC, info.Feature == wasm.CustomDescriptors:
		l.aggregate()
	case info.Feature == wasm.Threads:
		l.atomic(len(operands), len(results) == 1)
	case info.Imm == wasm.ImmMemArg || info.Imm == wasm.ImmMemArgLane:
		l.access(info)
	case info.Feature == wasm.SIMD || info.Feature == wasm.RelaxedSIMD:
		l.vector(info)
	case len(operands) == 2 && len(results) == 1:
		l.binary(code)
	case len(operands) == 1:
		l.emitValue(instr{op: op(code), b: l.popSlot()}, false)
	default:
		panic("interp: no lowering of " + info.Name)
	}
}

// access lowers a load or store. The usual case is an instruction of its own;
// other memories, large offsets or addresses and parts of vectors take the long
// form.
func (l *lowerer) access(info *wasm.Instruction) {
	in := &l.in
	operands, results, _ := strings.Cut(info.Signature, ">")
	isStore, wide := results == "", results == "v"
	far := in.Index != 0 || in.Offset64 > 1<<32-1 || l.module.Space.Memories[0].Limits.Is64 ||
		info.Feature == wasm.SIMD && info.Width < 16
	i := instr{op: op(in.Op), c: uint32(in.Offset64)}
	if far {
		i = instr{op: opLoadFar, d: uint16(in.Op)}
		if isStore {
			i.op = opStoreFar
		}
	}
	switch {
	case isStore:
		i.b = l.popSlot()
		i.a = l.popSlot()
		l.emit(i)
	case !far:
		i.b = l.popSlot()
		l.emitValue(i, wide)
	default:
		if len(operands) == 2 {
			i.c = l.popSlot()
		}
		i.b = l.popSlot()
		i.a = l.height
		l.emit(i)
		defer l.push(operand{wide: wide})
	}
	if far {
		extra := instr64(opExtra, in.Index, in.Offset64)
		if info.Imm == wasm.ImmMemArgLane {
			extra.d = uint16(in.Lane)
		}
		l.emit(extra)
	}
}
