package gowasm

import (
	"weft/retarget/internal/structured"
	"weft/wasm"
)

const emptyType = 0x40

// write writes an op.
func (e *emitter) write(o *op) {
	switch o.kind {
	case plain:
		if e.outer != nil {
			e.rename(o)
		} else {
			e.copy(o)
		}
	case open:
		e.copy(o)
		e.depth++
		e.form.Enter()
	case closes:
		e.copy(o)
		e.depth--
		e.form.Leave()
	case stackAddress:
		sp, x := e.onStack(o.x)
		e.index(wasm.OpLocalGet, sp)
		e.i32(int32(x))
		e.op(wasm.OpI32Add)
	case stackLoad:
		sp, x := e.onStack(o.x)
		e.index(wasm.OpLocalGet, sp)
		e.access(o, x)
	case stackBase:
		sp, _ := e.onStack(o.x)
		e.index(wasm.OpLocalGet, sp)
	case stackStore:
		_, x := e.onStack(o.x)
		e.access(o, x)
	case setSP:
		e.index(wasm.OpLocalSet, e.spLocal)
	case enter:
		e.sp(wasm.OpI32Sub, o.x)
		e.index(wasm.OpLocalSet, e.spLocal)
	case stackCheck:
		e.stackCheck(o)
	case call:
		e.call(o)
	case callIndirect:
		e.callIndirect(o)
	case tailCall:
		e.tailCall(o)
	case tailIndirect:
		e.toFunction()
		e.b = append(wasm.AppendUnsigned(e.b, uint64(e.m.added.plainType)), 0)
		e.returnSP()
	case callOwn:
		e.callOwn(uint32(o.x))
	case jump:
		e.goTo(int(o.x), e.depth == 0)
	case jumpIf:
		e.hintJump(int(o.x))
		e.goToIf(int(o.x))
	case ret:
		if e.outer != nil {
			e.index(wasm.OpBr, e.form.Depth())
		} else {
			e.leave(o.x)
		}
	case retUnwind: // only in pause
		e.sp(wasm.OpI32Add, o.x)
		e.index(wasm.OpGlobalSet, globalSP)
		e.index(wasm.OpCall, e.m.added.quit)
		e.op(wasm.OpUnreachable)
	case unreachable:
		e.op(wasm.OpUnreachable)
	}
}

func (e *emitter) copy(o *op) { e.b = append(e.b, e.f.body[o.at:o.end]...) }

// sp puts SP plus or minus something on the operand stack.
func (e *emitter) sp(op wasm.Opcode, by uint64) {
	e.index(wasm.OpLocalGet, e.spLocal)
	e.i32(int32(by))
	e.op(op)
}

// access writes a load or store with another offset.
func (e *emitter) access(o *op, offset uint64) {
	e.b = append(e.b, e.f.body[o.pc], e.f.body[o.pc+1]) // the opcode, the alignment
	e.b = wasm.AppendUnsigned(e.b, offset)
}

// readSP takes SP from the global.
func (e *emitter) readSP() {
	e.index(wasm.OpGlobalGet, globalSP)
	e.index(wasm.OpLocalSet, e.spLocal)
}

// leave returns to the caller, with SP plus something.
func (e *emitter) leave(by uint64) {
	if e.f.switches {
		e.i32(0)
	}
	e.sp(wasm.OpI32Add, by)
	e.op(wasm.OpReturn)
}

// returnSP returns what a call has returned, which does not switch.
func (e *emitter) returnSP() {
	if e.f.switches {
		e.index(wasm.OpLocalSet, e.spLocal)
		e.i32(0)
		e.index(wasm.OpLocalGet, e.spLocal)
	}
	e.op(wasm.OpReturn)
}

// stackCheck writes the check of the stack.
func (e *emitter) stackCheck(o *op) {
	e.index(wasm.OpLocalGet, e.spLocal)
	e.index(wasm.OpGlobalGet, globalG)
	e.op(wasm.OpI32WrapI64)
	e.memory(wasm.OpI32Load, 2, guardOffset)
	extra := uint32(o.x)
	if extra != 0 {
		e.i32(int32(extra))
		e.op(wasm.OpI32Add)
	}
	e.op(wasm.OpI32LeU)
	e.unlikelyIf()
	e.index(wasm.OpLocalGet, e.spLocal)
	e.i64(o.pc)
	e.i32(int32(extra))
	e.index(wasm.OpCall, e.m.grow[uint32(o.x>>32)])
	e.index(wasm.OpLocalSet, e.spLocal)
	e.moved(0)
	e.op(wasm.OpEnd)
}

// callRare calls a function by the one that pushes the return address (rare.go).
func (e *emitter) callRare(callee uint32, pc uint64) {
	e.index(wasm.OpLocalGet, e.spLocal)
	e.i64(pc)
	e.index(wasm.OpCall, e.m.rare[callee])
}

// push pushes a return address.
func (e *emitter) push(pc uint64) {
	e.sp(wasm.OpI32Sub, 8)
	e.index(wasm.OpLocalTee, e.spLocal)
	e.i64(pc)
	e.memory(wasm.OpI64Store, 3, 0)
}

// call writes a call of a function.
func (e *emitter) call(o *op) {
	callee := e.m.function(uint32(o.x))
	if !callee.mayEnd && !(e.f.role == recovery && callee.role == gogo) {
		e.callRare(callee.index, o.pc)
		e.op(wasm.OpUnreachable)
		return
	}
	if e.depth == 0 && e.inlines(o, callee) {
		e.inline(o, callee)
		return
	}
	e.push(o.pc)
	e.index(wasm.OpLocalGet, e.spLocal)
	switch {
	case e.f.role == recovery && callee.role == gogo:
		e.index(wasm.OpCall, e.m.added.goOnAt)
		e.op(wasm.OpUnreachable)
	case e.f.role == moreStack && o.resumes: // of newstack
		e.index(wasm.OpCall, callee.index)
		e.goOn()
	default:
		e.index(wasm.OpCall, callee.index)
		e.index(wasm.OpLocalSet, e.spLocal)
		e.moved(e.f.frame)
		if callee.switches {
			e.typed(wasm.OpIf, emptyType)
			e.i32(1)
			e.index(wasm.OpLocalGet, e.spLocal)
			e.op(wasm.OpReturn)
			e.op(wasm.OpEnd)
		}
	}
}

// goOn drops what a switching function has returned, and returns: the goroutine goes on, and gogo knows its SP.
func (e *emitter) goOn() {
	e.op(wasm.OpDrop)
	e.op(wasm.OpDrop)
	if e.f.role == mcall {
		e.index(wasm.OpGlobalGet, globalCurrent)
		e.op(wasm.OpI64Eqz)
		e.typed(wasm.OpIf, emptyType)
		e.index(wasm.OpLocalGet, e.self)
		e.index(wasm.OpCall, e.m.added.ended)
		e.op(wasm.OpEnd)
	}
	e.index(wasm.OpGlobalGet, globalSP)
	e.op(wasm.OpReturn)
}

// callOwn writes a call of a function with a shape of its own, which finds SP in the global if it needs it.
func (e *emitter) callOwn(callee uint32) {
	f := e.m.function(callee)
	if f != nil && f.isLeaf {
		e.index(wasm.OpCall, callee)
		return
	}
	e.index(wasm.OpLocalGet, e.spLocal)
	e.index(wasm.OpGlobalSet, globalSP)
	e.index(wasm.OpCall, callee)
	e.readSP()
	e.moved(e.f.frame)
}

// toFunction makes of the PC on the operand stack an argument, which is SP, and an index in the table.
func (e *emitter) toFunction() {
	e.i64(16)
	e.op(wasm.OpI64ShrU)
	e.op(wasm.OpI32WrapI64)
	e.index(wasm.OpLocalSet, localPCB)
	e.index(wasm.OpLocalGet, e.spLocal)
	e.index(wasm.OpLocalGet, localPCB)
	e.op(wasm.OpCallIndirect)
}

// callIndirect writes a call of the PC on the operand stack. That of mcall comes back when the goroutine goes on.
func (e *emitter) callIndirect(o *op) {
	e.push(o.pc)
	e.toFunction()
	if e.f.role == mcall {
		e.b = append(wasm.AppendUnsigned(e.b, uint64(e.m.added.switchingType)), 0)
		e.goOn()
		return
	}
	e.b = append(wasm.AppendUnsigned(e.b, uint64(e.m.added.plainType)), 0)
	e.index(wasm.OpLocalSet, e.spLocal)
	e.moved(e.f.frame)
}

// tailCall writes a call whose result is the function's.
func (e *emitter) tailCall(o *op) {
	callee := e.m.function(uint32(o.x))
	e.index(wasm.OpLocalGet, e.spLocal)
	e.index(wasm.OpCall, callee.index)
	switch {
	case !callee.mayEnd:
		e.op(wasm.OpUnreachable)
	case callee.switches:
		e.op(wasm.OpReturn)
	default:
		e.returnSP()
	}
}

// goTo goes on at a block.
func (e *emitter) goTo(block int, last bool) {
	to := int(e.nodeOf[block])
	switch way := e.form.Goto(to, last); way.Kind {
	case structured.Branch:
		e.index(wasm.OpBr, way.Label)
	case structured.Again:
		e.setNext(to)
		e.index(wasm.OpBr, way.Label)
	case structured.Inline:
		e.form.Inline(to)
	}
}

// goToIf goes on at a block if the operand is not zero.
func (e *emitter) goToIf(block int) {
	to := int(e.nodeOf[block])
	way := e.form.Goto(to, false)
	if way.Kind == structured.Branch {
		e.index(wasm.OpBrIf, way.Label)
		return
	}
	e.typed(wasm.OpIf, emptyType)
	e.form.Enter()
	if way.Kind == structured.Again {
		e.setNext(to)
		e.index(wasm.OpBr, way.Label+1)
	} else {
		e.form.Inline(to)
	}
	e.form.Leave()
	e.op(wasm.OpEnd)
}

func (e *emitter) setNext(node int) {
	e.i32(int32(node))
	e.index(wasm.OpLocalSet, e.next)
}

// code1 returns the encoding of an instruction that has one byte.
func code1(op wasm.Opcode) byte { return byte(op.Info().Code) }

func (e *emitter) op(op wasm.Opcode) { e.b = append(e.b, code1(op)) }

func (e *emitter) typed(op wasm.Opcode, t byte) { e.b = append(e.b, code1(op), t) }

func (e *emitter) index(op wasm.Opcode, x uint32) {
	e.b = wasm.AppendUnsigned(append(e.b, code1(op)), uint64(x))
}

func (e *emitter) i32(v int32) {
	e.b = wasm.AppendSigned(append(e.b, code1(wasm.OpI32Const)), int64(v))
}

func (e *emitter) i64(v uint64) {
	e.b = wasm.AppendSigned(append(e.b, code1(wasm.OpI64Const)), int64(v))
}

func (e *emitter) memory(op wasm.Opcode, align byte, offset uint64) {
	e.b = wasm.AppendUnsigned(append(e.b, code1(op), align), offset)
}
