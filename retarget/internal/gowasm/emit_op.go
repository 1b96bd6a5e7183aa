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
		e.plain(o)
	case open:
		e.flush()
		e.copy(o)
		e.depth++
		e.form.Enter()
	case closes:
		e.flush()
		e.copy(o)
		e.depth--
		e.form.Leave()
	case stackAddress:
		e.keepSP()
		e.i32(int32(o.x))
		e.op(wasm.OpI32Add)
	case stackLoad:
		e.keepSP()
		e.b = append(e.b, e.f.body[o.pc], e.f.body[o.pc+1]) // the opcode, the alignment
		e.b = wasm.AppendUnsigned(e.b, o.x)
	case enter:
		e.moveSP(wasm.OpI32Sub, o.x)
	case stackCheck:
		e.stackCheck(o)
	case call:
		e.call(o)
	case callIndirect:
		e.callIndirect(o)
	case tailCall:
		e.tailCall(o)
	case tailIndirect:
		e.toFunction(o)
		e.b = append(wasm.AppendUnsigned(append(e.b, code1(wasm.OpCallIndirect)), uint64(e.m.added.plainType)), 0)
		e.finish()
	case callOwn:
		e.index(wasm.OpCall, uint32(o.x))
		if f := e.m.function(uint32(o.x)); f == nil || !f.leavesSP {
			e.stale = true
		}
	case jump:
		e.goTo(int(o.x), e.depth == 0)
	case jumpIf:
		e.goToIf(int(o.x))
	case ret:
		e.leave(o.x)
		e.finish()
	case retUnwind: // only in pause
		e.leave(o.x)
		e.index(wasm.OpCall, e.m.added.quit)
		e.op(wasm.OpUnreachable)
	case unreachable:
		e.op(wasm.OpUnreachable)
	}
	if e.endsNode(o) {
		e.stale = false // what follows is reached otherwise
	}
}

// flush reads local SP anew, if need be.
func (e *emitter) flush() {
	if e.stale {
		e.index(wasm.OpGlobalGet, globalSP)
		e.index(wasm.OpLocalSet, localSP)
		e.stale = false
	}
}

// sp puts SP on the operand stack.
func (e *emitter) sp() {
	if e.stale {
		e.index(wasm.OpGlobalGet, globalSP)
	} else {
		e.index(wasm.OpLocalGet, localSP)
	}
}

// keepSP puts SP on the operand stack, and into local SP if it is not there.
func (e *emitter) keepSP() {
	if e.sp(); e.stale {
		e.index(wasm.OpLocalTee, localSP)
		e.stale = false
	}
}

// plain copies instructions. If they begin with SP, and it has to be read anew, both is done at once.
func (e *emitter) plain(o *op) {
	bytes := e.f.body[o.at:o.end]
	if e.stale && bytes[0] == code1(wasm.OpLocalGet) && bytes[1] == localSP {
		e.keepSP()
		bytes = bytes[2:]
	}
	e.flush()
	e.b = append(e.b, bytes...)
}

func (e *emitter) copy(o *op) { e.b = append(e.b, e.f.body[o.at:o.end]...) }

// moveSP changes SP, in both places.
func (e *emitter) moveSP(op wasm.Opcode, by uint64) {
	e.sp()
	e.i32(int32(by))
	e.op(op)
	e.index(wasm.OpLocalTee, localSP)
	e.index(wasm.OpGlobalSet, globalSP)
	e.stale = false
}

// leave changes SP for the caller.
func (e *emitter) leave(by uint64) {
	e.sp()
	e.i32(int32(by))
	e.op(wasm.OpI32Add)
	e.index(wasm.OpGlobalSet, globalSP)
	e.stale = false // nothing uses it
}

// finish returns to the caller.
func (e *emitter) finish() {
	if e.f.switches {
		e.i32(0)
	}
	e.op(wasm.OpReturn)
}

// stackCheck writes the check of the stack. What came back to the beginning of the function goes round a loop.
func (e *emitter) stackCheck(o *op) {
	e.typed(wasm.OpLoop, emptyType)
	e.index(wasm.OpGlobalGet, globalSP)
	e.index(wasm.OpLocalTee, localSP)
	e.index(wasm.OpGlobalGet, globalG)
	e.op(wasm.OpI32WrapI64)
	e.memory(wasm.OpI32Load, 2, 16)
	if extra := uint32(o.x); extra != 0 {
		e.i32(int32(extra))
		e.op(wasm.OpI32Add)
	}
	e.op(wasm.OpI32LeU)
	e.typed(wasm.OpIf, emptyType)
	e.i64(o.pc)
	e.index(wasm.OpCall, e.m.rare[uint32(o.x>>32)])
	e.index(wasm.OpBr, 1)
	e.op(wasm.OpEnd)
	e.op(wasm.OpEnd)
	e.stale = false
}

// push pushes a return address.
func (e *emitter) push(pc uint64) {
	e.moveSP(wasm.OpI32Sub, 8)
	e.index(wasm.OpLocalGet, localSP)
	e.i64(pc)
	e.memory(wasm.OpI64Store, 3, 0)
}

// call writes a call of a function.
func (e *emitter) call(o *op) {
	callee := e.m.function(uint32(o.x))
	switch {
	case e.f.role == recovery && callee.role == gogo:
		e.push(o.pc)
		e.index(wasm.OpCall, e.m.added.goOnAt)
		e.op(wasm.OpUnreachable)
	case e.f.role == moreStack && o.resumes: // of newstack
		e.push(o.pc)
		e.index(wasm.OpCall, callee.index)
		e.op(wasm.OpDrop)
		e.op(wasm.OpReturn)
	case !callee.mayEnd:
		e.i64(o.pc)
		e.index(wasm.OpCall, e.m.rare[callee.index])
		e.op(wasm.OpUnreachable)
	default:
		e.push(o.pc)
		e.index(wasm.OpCall, callee.index)
		e.stale = true
		if callee.switches {
			e.typed(wasm.OpIf, emptyType)
			e.i32(1)
			e.op(wasm.OpReturn)
			e.op(wasm.OpEnd)
		}
	}
}

// toFunction makes an index in the table of the PC on the operand stack.
func (e *emitter) toFunction(*op) {
	e.i64(16)
	e.op(wasm.OpI64ShrU)
	e.op(wasm.OpI32WrapI64)
}

// callIndirect writes a call of the PC on the operand stack. That of mcall comes back when the goroutine goes on.
func (e *emitter) callIndirect(o *op) {
	e.push(o.pc)
	e.toFunction(o)
	e.op(wasm.OpCallIndirect)
	if e.f.role != mcall {
		e.b = append(wasm.AppendUnsigned(e.b, uint64(e.m.added.plainType)), 0)
		e.stale = true
		return
	}
	e.b = append(wasm.AppendUnsigned(e.b, uint64(e.m.added.switchingType)), 0)
	e.op(wasm.OpDrop)
	e.index(wasm.OpLocalGet, e.self)
	e.index(wasm.OpCall, e.m.added.ended)
	e.op(wasm.OpReturn)
}

// tailCall writes a call whose result is the function's.
func (e *emitter) tailCall(o *op) {
	callee := e.m.function(uint32(o.x))
	e.index(wasm.OpCall, callee.index)
	switch {
	case !callee.mayEnd:
		e.op(wasm.OpUnreachable)
	case callee.switches:
		e.op(wasm.OpReturn)
	default:
		e.finish()
	}
}

// goTo goes on at a block.
func (e *emitter) goTo(block int, last bool) {
	e.flush()
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
	e.flush()
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
	e.stale = false
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
