package native

import (
	"unsafe"

	"weft/internal/ssa"
	"weft/internal/store"
)

// A walker goes over the active calls of a machine, from the innermost out: the place
// in a function, and where its frame is. From a frame it comes to the next by the
// return address behind it, as the code's tables tell the size of frames.
type walker struct {
	m     *machine
	cont  *store.ContRecord
	call  *callPlace
	frame uintptr // address of the frame
	size  uintptr // of the frame; 0 while the function has none yet, or no more
	link  uintptr // the return address, if that is not behind the frame; else 0
	// last, unless it is nil, is the outermost continuation whose calls belong to those that are wanted.
	last *store.ContRecord
	// inlined is the call, built in its caller's body, that a trace has told of last in this frame; nil if it has come
	// from another.
	inlined *ssa.InlinedCall
	// resumed says that the call has resumed the one before.
	resumed bool
	ok      bool // there is a call
}

// at returns a walker at an origin.
func (m *machine) at(o origin) (w walker) {
	w.begin(m, o)
	return w
}

// atCall is where a stub was called that has left to Go.
func (m *machine) atCall() walker { return m.at(atCall) }

// An origin says where a walk begins: with the call of a stub that has left to Go, with the suspension of the
// running continuation, which does not go on behind it, with nothing, because the continuation has not begun, or with
// the instruction at which a signal came.
type origin uint8

const (
	atCall origin = iota
	atSuspension
	atNothing
	atSignal
)

// begin makes a new walker be at an origin. A walker that has just been made is not copied: that would wait
// for what was written word by word.
func (w *walker) begin(m *machine, o origin) {
	w.m, w.cont = m, m.cur
	switch o {
	case atCall:
		w.back(m.returnAddress(), m.sp+unsafe.Sizeof(m.sp))
	case atSuspension:
		w.back(m.cur.PC, m.cur.Frame)
	case atSignal:
		w.atInstruction(m.context.ResumePC, m.sp, m.context.Saved[:])
	}
}

// atCallOf is where a function was called whose prologue has called a stub. There is no such call if it is
// the host's.
func (m *machine) atCallOf(p place) walker {
	w := walker{m: m, cont: m.cur, call: &callPlace{place: p}, frame: m.sp + unsafe.Sizeof(m.sp), size: growFrame,
		ok: true}
	w.ok = w.out()
	w.resumed = false // the function has not begun
	return w
}

// atFault is where an access has faulted.
func (m *machine) atFault(p place) walker {
	return walker{m: m, cont: m.cur, call: &callPlace{place: p}, frame: m.sp, size: uintptr(p.fn.frame), ok: true}
}

// atInterruption is where a signal has interrupted the code.
func (m *machine) atInterruption() walker { return m.at(atSignal) }

// atInstruction makes the walker be at an instruction, maybe in a prologue or epilogue, with a stack pointer and
// registers.
func (w *walker) atInstruction(pc, sp uintptr, saved []uintptr) {
	p, ok := w.m.engine.find(pc)
	w.call, w.frame, w.size, w.ok = &callPlace{place: p}, sp, 0, ok
	if !ok {
		return
	}
	if p.offset >= p.fn.prologue {
		if w.size = uintptr(p.fn.frame); w.returns() {
			return
		}
	}
	w.size = 0
	if !pushesReturn {
		w.link = saved[linkRegister]
	}
}

// at makes the walker be at the call that returns to pc, with the frame at an address.
func (w *walker) at(pc, frame uintptr) {
	var call *callPlace
	if pc == process.stubs.interpreted {
		call = w.m.interpretedCall(frame)
	} else {
		call = w.m.callAt(pc)
	}
	if w.ok = call != nil; w.ok {
		w.call, w.frame, w.size = call, frame, uintptr(call.place.fn.frame)
	}
}

// back makes the walker be where a return address leads: to a call, or at the end of a
// continuation's stack to the resume that runs it.
func (w *walker) back(pc, frame uintptr) {
	w.resumed = pc == process.stubs.contReturn
	if w.resumed && w.cont == w.last {
		w.ok = false
		return
	}
	if w.resumed {
		w.cont = w.cont.Link
		pc, frame = w.cont.PC, w.cont.Frame
	}
	if pc == process.stubs.parked {
		w.atParking(frame)
		return
	}
	w.at(pc, frame)
}

// caller returns the return address of the call; false if it cannot be one.
func (w *walker) caller() (uintptr, bool) {
	if w.link != 0 {
		return w.link, true
	}
	at := w.frame + w.size
	if at < w.cont.Stack() || at >= w.cont.StackEnd() {
		return 0, false
	}
	return *(*uintptr)(store.Pointer(at)), true
}

// returns reports whether what the walker takes for a return address is one.
func (w *walker) returns() bool {
	pc, ok := w.caller()
	if !ok {
		return false
	}
	p, ok := w.m.engine.find(pc)
	return !ok && pc != 0 || ok && p.callSite() != nil
}

// Running implements [store.Walker].
func (w *walker) Running() (*store.ContRecord, bool) { return w.cont, w.resumed }

// Next implements [store.Walker]. Calls that are built in others count, too.
func (w *walker) Next() bool {
	if inlined := w.call.place.fn.inlined; len(inlined) > 0 {
		if c := inlined.At(w.where()); c != nil {
			w.inlined, w.resumed = c, false
			return true
		}
	}
	return w.out()
}

// out goes to the frame of the caller; false if there is none.
func (w *walker) out() bool {
	w.inlined = nil
	pc, ok := w.caller()
	if !ok {
		return false
	}
	frame := w.frame + w.size
	if w.link == 0 {
		frame += unsafe.Sizeof(pc)
	}
	w.link = 0
	w.back(pc, frame)
	return w.ok
}

// stackTrace describes the active calls; of a very deep stack both ends.
func (m *machine) stackTrace(start walker) store.StackTrace {
	if !start.ok {
		return store.StackTrace{}
	}
	return store.TraceFrom(m.store, start)
}

// Trace implements [store.Engine].
func (e *Engine) Trace(s *store.Store, c *store.ContRecord) store.StackTrace {
	if !c.IsNative() {
		return e.interpreter.Trace(s, c)
	}
	if c.State == store.ContFresh {
		return store.StackTrace{}
	}
	m := e.stateOf(s).machine()
	defer m.giveBack()
	w := walker{m: m, cont: c.Inner(), last: c}
	w.back(w.cont.PC, w.cont.Frame)
	return m.stackTrace(w)
}

// Describe implements [store.Walker].
func (w *walker) Describe() store.Frame {
	// The store has an instance of the module, which is alive while its code runs.
	p := &w.call.place
	m, own, offset := p.module.module.Value(), p.fn.own, w.where()
	if c := p.fn.inlined.At(offset); c != nil {
		own, offset = int(c.Own), offset-c.First
	}
	return m.FuncFrame(uint32(m.Space.ImportedFuncs+own), int(offset))
}

// where returns the position that a trace tells of.
func (w *walker) where() int32 {
	if w.inlined != nil {
		return w.inlined.Call
	}
	return w.call.place.position()
}
