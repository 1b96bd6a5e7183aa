package interp

import (
	"unsafe"

	"weft/internal/store"
)

// Listen lets the code of modules that are prepared from now on tell the listeners of stores about calls: by an
// instruction at the beginning of each function, and one before each return. There are none otherwise.
func (e *Engine) Listen() { e.listens = true }

// listened returns what a listener hears of the running call.
func (m *machine) listened() store.ListenedCall {
	c := store.ListenedCall{Func: m.function(), Trace: m.stackTrace}
	if m.cur.Link != nil {
		c.Continuation = m.conts.Number(m.cur)
	}
	return c
}

// entered tells the listener that a function has been called, whose frame is at fp.
func (m *machine) entered(fp unsafe.Pointer) {
	if l := m.store.Listener; l != nil {
		l.Before(m.listened(), slots(fp, 8*m.function().Params))
	}
}

// leaves tells the listener that a function returns n bytes of results.
func (m *machine) leaves(results unsafe.Pointer, n uint32) {
	if l := m.store.Listener; l != nil {
		l.After(m.listened(), slots(results, n))
	}
}

// listenedPlace returns where the running code is, for a listener of continuations.
func (m *machine) listenedPlace() store.ListenedPlace {
	at := store.ListenedPlace{Frame: m.innermost}
	if m.cur.Link != nil {
		at.Continuation = m.conts.Number(m.cur)
	}
	return at
}

// innermost describes the innermost call.
func (m *machine) innermost() store.Frame {
	if w, ok := m.walk(); ok {
		return w.Describe()
	}
	if f := m.function(); f.IsHost() {
		return store.Frame{FuncIndex: -1, FuncName: m.store.FuncName(f)}
	}
	return store.Frame{FuncIndex: -1}
}
