package interp

import (
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// trap makes the error for a trap at the machine's state.
func (m *machine) trap(code wasm.TrapCode) error {
	detail := m.detail
	m.detail = ""
	if m.stretch != nil { // who made the frame knows those around it
		*m.stretch = store.Stretch{End: store.StretchTraps, Trap: code, Detail: detail}
		return errStretch
	}
	var stack store.StackTrace
	if m.fn != 0 {
		stack = m.stackTrace()
	}
	return m.store.TrapError(code, detail, stack)
}

// unhandled makes the error for a suspension that no prompt handles.
func (m *machine) unhandled(tag *store.TagRecord) error {
	return &store.UnhandledSuspension{Tag: m.store.Tag(tag), Stack: m.stackTrace()}
}

// fail ends run with an error.
func (m *machine) fail(err error) error {
	m.flight.tag, m.flight.err = nil, nil
	return err
}

// A walker goes over the active calls of a machine, from the innermost out and
// across continuations. The calls below a host function that called into Wasm
// again belong to another machine.
type walker struct {
	m      *machine
	ip, fp unsafe.Pointer
	fn     *store.FuncRecord
	cont   *store.ContRecord
	// last, unless it is nil, is the outermost continuation whose calls belong to those that are wanted.
	last *store.ContRecord
	// resumed says that the call has resumed the one before.
	resumed bool
}

// walk begins at the innermost call, if there is one.
func (m *machine) walk() (w walker, ok bool) {
	w = walker{m: m, ip: store.Pointer(m.ip), fp: m.frame(), fn: m.function(), cont: m.cur}
	if w.fn.IsHost() || m.isHost(m.cur) {
		return m.walkFromHost(w)
	}
	return w, true
}

// walkFromHost begins where a continuation was resumed that has begun with a function of the host.
func (m *machine) walkFromHost(w walker) (walker, bool) {
	ok := !m.isHost(m.cur) && w.resumer()
	return w, ok
}

// resumer makes the walker be where the continuation was resumed; false if that was in the host.
func (w *walker) resumer() bool {
	if w.cont == w.last {
		return false
	}
	c := w.cont.Link
	if w.m.isHost(c) {
		return false
	}
	w.cont, w.resumed = c, true
	w.ip, w.fp, w.fn = store.Pointer(c.PC), store.Pointer(c.Frame), c.Func
	return true
}

// Running implements [store.Walker].
func (w *walker) Running() (*store.ContRecord, bool) { return w.cont, w.resumed }

// Next implements [store.Walker].
func (w *walker) Next() bool {
	h := (*header)(store.Pointer(w.fn.Code))
	l := (*link)(unsafe.Add(w.fp, h.link))
	w.resumed = false
	switch l.ret {
	case w.m.engine.exit:
		return false
	case w.m.engine.contReturnStub:
		return w.resumer()
	default:
		w.ip = store.Pointer(l.ret)
		w.fp = unsafe.Add(w.fp, -int(l.delta))
		w.fn = (*store.FuncRecord)(store.Pointer(l.caller))
	}
	return true
}

// stackTrace describes the active calls; of a very deep stack both ends.
func (m *machine) stackTrace() store.StackTrace {
	w, ok := m.walk()
	if !ok {
		return store.StackTrace{}
	}
	return store.TraceFrom(m.store, w)
}

// Trace implements [store.Engine].
func (e *Engine) Trace(s *store.Store, c *store.ContRecord) store.StackTrace {
	if c.State == store.ContFresh {
		return store.StackTrace{}
	}
	m := e.machine(s)
	defer func() { s.Idle = append(s.Idle, m) }()
	at := c.Inner()
	w := walker{m: m, ip: store.Pointer(at.PC), fp: store.Pointer(at.Frame), fn: at.Func, cont: at, last: c}
	if w.fn.IsHost() && !w.resumer() {
		return store.StackTrace{}
	}
	return store.TraceFrom(s, w)
}

// Describe implements [store.Walker].
func (w *walker) Describe() store.Frame {
	s, offset := w.m.store, 0
	if c := code(s, w.fn); uintptr(w.ip) > c.start+instrSize {
		offset = int(c.offsets[c.index(uintptr(w.ip))])
	}
	return s.Instance(w.fn.Instance).Module.FuncFrame(w.fn.Index, offset)
}
