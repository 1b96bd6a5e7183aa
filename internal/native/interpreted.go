package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
	"weft/wasm"
)

// A function that is not hot yet is interpreted (internal/interp/stretch.go) in a frame among those of machine code: it
// begins with the function's instance, and behind it is the return address, as in those. What it calls returns to the
// stub interpreted, by which a walk over the stack knows such a frame. The word below it has that address while a
// stretch is executed, too, so a trap there is traced like one behind a call.
//
// Values go between slots and the registers of the convention in Go, as for continuations: the frames need no code.
//
// Invariants: a frame lies in the stack of the continuation that runs, with at least StackMargin below it; its size has
// room for what the interpreter has said, which holds arguments, locals, operands and results. Its address is good
// until the stack grows, as pushFrame may let it.

// An interpretedFrame is the beginning of such a frame. The interpreter's own frame lies behind it.
type interpretedFrame struct {
	instance *store.InstanceRecord
	size     uintptr // up to the return address
	function *store.FuncRecord
	next     uintptr // where the interpreter goes on; 0 at the function's beginning
	// callee, unless it is nil, has been called, and slots is the offset of its results.
	callee *store.FuncRecord
	slots  uintptr
}

const interpretedHead = unsafe.Sizeof(interpretedFrame{})

// own is the address of the interpreter's frame.
func (f *interpretedFrame) own() uintptr { return uintptr(unsafe.Pointer(f)) + interpretedHead }

// values returns n slots of the interpreter's frame from an offset on.
func (f *interpretedFrame) values(at uintptr, n uint32) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Add(unsafe.Pointer(f), interpretedHead+at)), n)
}

// callTurns is what a call from machine code takes, in turns of loops in the interpreter.
const callTurns = 4

// begins reports whether a function that is called begins in the interpreter, and how many bytes that needs for it. The
// call counts so many turns.
func (m *machine) begins(f *store.FuncRecord, turns int) (bytes uintptr, ok bool) {
	if f.Native-compiledStart < compiledSize || !m.engine.mayInterpret(m.store, f) {
		return 0, false
	}
	return m.engine.first.Begins(m.store, f, turns)
}

// interpret executes a function whose return address is at sp, with so many bytes for the interpreter.
func (m *machine) interpret(f *store.FuncRecord, bytes uintptr) bool {
	frame, ok := m.pushFrame(f, bytes)
	if ok {
		m.gather(m.store.Types.Comp(f.Type).Func.Params, frame.values(0, f.Params))
		ok = m.stretches(frame)
	}
	return ok
}

// pushFrame makes the frame of a function whose return address is at sp. If there is no room, the call has ended.
func (m *machine) pushFrame(f *store.FuncRecord, bytes uintptr) (*interpretedFrame, bool) {
	size := (interpretedHead+bytes+15)&^15 + 8 // below it the stack pointer is a multiple of 16 again
	if m.sp-m.cur.Stack() < size+codegen.StackMargin {
		if trap := m.growStack(size); trap != wasm.TrapNone {
			return nil, m.trap(trap, "")
		}
		m.sp = m.context.NativeSP
	}
	frame := (*interpretedFrame)(store.Pointer(m.sp - size))
	*frame = interpretedFrame{instance: f.Instance, size: size, function: f}
	return frame, true
}

// goOnInterpreting goes on in a frame whose call has returned, or in which an exception has been caught.
func (m *machine) goOnInterpreting() bool {
	frame := (*interpretedFrame)(store.Pointer(m.context.NativeSP))
	if callee := frame.callee; callee != nil {
		m.gather(m.store.Types.Comp(callee.Type).Func.Results, frame.values(frame.slots, callee.Results))
	}
	return m.stretches(frame)
}

// stretches executes stretch by stretch, in a frame and those of interpreted functions that it calls or returns to,
// until it is machine code's turn, or the call has ended (false).
func (m *machine) stretches(frame *interpretedFrame) (goesBack bool) {
	end := &m.ended
	for stays := false; frame != nil; {
		m.sp = uintptr(unsafe.Pointer(frame)) - unsafe.Sizeof(m.sp)
		m.context.NativeSP = m.sp
		*(*uintptr)(store.Pointer(m.sp)) = process.stubs.interpreted
		if !m.goesOn() {
			return false
		}
		*end = store.Stretch{}
		m.engine.first.Interpret(m.ctx, m.store, frame.function, frame.own(), frame.next, stays, end)
		frame.next = end.Next
		switch end.End {
		case store.StretchReturns:
			frame, goesBack = m.returnFrom(frame)
			stays = false
		case store.StretchCalls:
			frame, goesBack = m.callFrom(frame, end)
			stays = false
		case store.StretchTurns:
			if m.turnsAsCode(frame, end) {
				return true
			}
			stays = true // a loop that cannot be compiled is executed here, until it makes a call
		case store.StretchThrows:
			return m.throw(atCall, end.Tag, end.Values, end.Ref)
		case store.StretchTraps:
			return m.trap(end.Trap, end.Detail)
		case store.StretchFails:
			return m.end(end.Err)
		}
	}
	return goesBack
}

// returnFrom returns from an interpreted function: to a frame, unless the caller is machine code.
func (m *machine) returnFrom(frame *interpretedFrame) (caller *interpretedFrame, goesBack bool) {
	f, c := frame.function, m.context
	results := frame.values(0, f.Results)
	m.leaveFrame(frame)
	if m.returnAddress() == process.stubs.interpreted {
		caller = m.interpretedCaller()
		copySlots(caller.values(caller.slots, f.Results), results)
		return caller, true
	}
	m.scatter(m.store.Types.Comp(f.Type).Func.Results, results)
	c.ResumePC, c.NativePC = m.returnAddress(), process.stubs.goOn
	c.NativeSP += unsafe.Sizeof(m.sp)
	return nil, true
}

// callFrom calls a function for an interpreted one: in a frame, unless it has machine code or is the host's. If there
// is no room for that, the call has ended.
func (m *machine) callFrom(caller *interpretedFrame, end *store.Stretch) (callee *interpretedFrame, goesBack bool) {
	f := end.Callee
	caller.callee, caller.slots = f, end.Slots
	bytes, ok := m.begins(f, 0)
	if !ok {
		m.scatter(m.store.Types.Comp(f.Type).Func.Params, caller.values(end.Slots, f.Params))
		m.callInPlace(f, f.Native)
		return nil, true
	}
	if callee, ok = m.pushFrame(f, bytes); ok {
		// The stack may lie elsewhere now.
		copySlots(callee.values(0, f.Params), m.interpretedCaller().values(end.Slots, f.Params))
	}
	return callee, ok
}

// interpretedCaller is the frame above sp, where the return address is that of interpreted frames.
func (m *machine) interpretedCaller() *interpretedFrame {
	return (*interpretedFrame)(store.Pointer(m.sp + unsafe.Sizeof(m.sp)))
}

// leaveFrame removes a frame from the stack, whose return address is at sp then.
func (m *machine) leaveFrame(frame *interpretedFrame) {
	m.sp = uintptr(unsafe.Pointer(frame)) + frame.size
	m.context.NativeSP = m.sp
}

// callInPlace goes on at the beginning of code that returns to the address at sp. Its arguments are in place.
func (m *machine) callInPlace(f *store.FuncRecord, code uintptr) {
	m.context.Saved[recordRegister] = uintptr(unsafe.Pointer(f))
	m.context.Saved[instanceRegister] = uintptr(unsafe.Pointer(f.Instance))
	m.goOnIn(code)
}

// turnsAsCode goes on with the turn of a loop as machine code, in place of the frame; false if there is none.
func (m *machine) turnsAsCode(frame *interpretedFrame, end *store.Stretch) bool {
	f := frame.function
	code, own := codeFor(m.store, f)
	loop, err := code.loop(m.ctx, own, end.Loop)
	if err != nil {
		return false
	}
	m.leaveFrame(frame)
	var p placer
	for _, t := range loop.params {
		r, slot := p.next(t)
		copy(m.passed(r, slot)[:], end.Values[slot:slot+t.Slots()])
	}
	m.callInPlace(f, loop.start)
	return true
}

// interpretedCall describes the call that is under way in an interpreted frame, as if it was of machine code.
func (m *machine) interpretedCall(at uintptr) *callPlace {
	frame := (*interpretedFrame)(store.Pointer(at))
	f := frame.function
	code, own := codeFor(m.store, f)
	fn := &funcCode{own: own, frame: uint32(frame.size),
		marks: []codegen.Mark{{Pos: int32(m.engine.first.Position(m.store, f, frame.next))}}}
	return &callPlace{pc: process.stubs.interpreted, place: place{module: code.moduleCode, fn: fn}}
}

// catches takes the exception on its way to a clause of an interpreted function, if the walker is in the frame of one
// that has it.
func (m *machine) catches(w *walker, tag *store.TagRecord, ref uint64) (goesOn, ok bool) {
	if w.call.pc != process.stubs.interpreted {
		return false, false
	}
	frame := (*interpretedFrame)(store.Pointer(w.frame))
	end := &m.ended
	*end = store.Stretch{Tag: tag, Values: m.payload, Ref: ref}
	m.engine.first.Catch(m.store, frame.function, frame.own(), frame.next, end)
	switch end.End {
	case store.StretchThrows:
		return false, false
	case store.StretchTraps:
		return m.end(m.store.TrapError(end.Trap, end.Detail, m.stackTrace(*w))), true
	}
	frame.next, frame.callee = end.Next, nil
	m.goOnAtHandler(w, process.stubs.interpreted)
	return true, true
}
