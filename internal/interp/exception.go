package interp

import (
	"sync/atomic"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// A flight is what is on its way out of the frames: an exception, or an error
// that nothing in Wasm can catch.
type flight struct {
	err     error // not an exception
	tag     *store.TagRecord
	payload []uint64 // keeps its memory from throw to throw
	ref     uint64   // the exception's object in the heap, if it has one
	// inner are the calls of another engine through which the exception has come.
	inner store.StackTrace
}

// failed reports whether something is in flight.
func (m *machine) failed() bool { return m.flight.tag != nil || m.flight.err != nil }

// throwTag sets a new exception in flight.
func (m *machine) throwTag(tag *store.TagRecord, payload []uint64) {
	m.flight.tag, m.flight.ref, m.flight.inner = tag, 0, store.StackTrace{}
	m.flight.payload = append(m.flight.payload[:0], payload...)
}

func (m *machine) throwException(e *store.Exception) {
	m.throwTag(e.Tag.Record, e.Payload)
	m.flight.ref = e.Ref()
}

// throwRef sets the exception that a reference names in flight again.
func (m *machine) throwRef(ref uint64) wasm.TrapCode {
	if ref == 0 {
		return wasm.TrapNullReference
	}
	m.throwTag(store.ExceptionParts(ref))
	m.flight.ref = ref
	return wasm.TrapNone
}

// hostFailed sets the error that a host function returned in flight.
func (m *machine) hostFailed(f *store.FuncRecord, err error) {
	if s, ok := err.(*store.SuspendRequest); ok && m.store.Owns(s.Tag) {
		m.hostSuspends(f, s)
		return
	}
	if s, ok := err.(*store.SwitchRequest); ok && m.store.Owns(s.Tag) {
		m.hostSwitches(f, s)
		return
	}
	if e, ok := m.store.FromHost(err).(*store.Exception); ok && m.store.Throws(e) {
		m.throwException(e)
		m.flight.inner = m.store.ThroughHost(f, e.Stack)
		return
	}
	m.flight.err = m.store.CallFailed(f, err, m.stackTrace())
}

// unwind takes what is in flight to the nearest handler. The machine's state is
// that after the throwing instruction; afterwards it is that of the handler. If
// there is none, it returns the error with which the call from the host ends.
//
// Continuations are no obstacle: where a stack ends, the exception goes on in
// the resume that runs it.
func (m *machine) unwind() error {
	if err := m.flight.err; err != nil {
		m.flight.err = nil
		return err
	}
	if m.stretch != nil {
		return m.throwFromStretch()
	}
	w, inGuest := m.walk()
	for ; inGuest; inGuest = w.Next() {
		if c := m.findClause(w.fn, uintptr(w.ip)); c != nil {
			for m.cur != w.cont {
				m.endContinuation()
			}
			if trap := m.deliver(c, w.fp, w.fn); trap != 0 {
				return m.trap(trap)
			}
			return nil
		}
		// Many frames with many handlers each can take a while.
		if atomic.LoadUint32(&m.interrupt)&flagCancelled != 0 {
			if err := m.interrupted(); err != nil {
				return err
			}
		}
	}
	e := m.store.HoldException(m.flight.tag, m.flight.payload, m.flight.ref)
	e.Stack = m.flight.inner
	store.JoinTrace(&e.Stack, m.stackTrace())
	return e
}

// findClause returns the clause for the exception in flight of the innermost
// try_table or try around the instruction before ip.
func (m *machine) findClause(fn *store.FuncRecord, ip uintptr) *instr {
	code := code(m.store, fn)
	at, depth := code.index(ip), uint32(wasm.MaxNesting)
	if len(code.tries) == 0 || code.tailCalls(at) {
		return nil
	}
	for _, try := range code.tries {
		if at < try.start || at >= try.end || try.depth > depth {
			continue
		}
		for i := range try.count {
			c := code.instr(try.clauses + i)
			if !wasm.CatchKind(c.d).HasTag() || fn.Instance.Tag(c.b) == m.flight.tag {
				return c
			}
		}
		depth = try.next
	}
	return nil
}

// deliver ends the flight of an exception at a clause of the function fn.
func (m *machine) deliver(c *instr, fp unsafe.Pointer, fn *store.FuncRecord) wasm.TrapCode {
	kind := wasm.CatchKind(c.d)
	values, ref, n := c.a, c.a, uint32(0)
	if kind.HasTag() {
		n = 8 * uint32(len(m.flight.payload))
	}
	if c.op == opHandler {
		values += 8
	} else {
		ref += n
	}
	copy(slots(unsafe.Add(fp, values), n), m.flight.payload)
	if kind.HasRef() {
		if m.flight.ref == 0 {
			var trap wasm.TrapCode
			if m.flight.ref, trap = m.store.NewException(m.flight.tag, m.flight.payload); trap != 0 {
				return trap
			}
		}
		set64(fp, ref, m.flight.ref)
	}
	m.flight.tag, m.flight.ref = nil, 0
	m.save(unsafe.Add(unsafe.Pointer(c.next()), int32(c.c)), fp, fn)
	return wasm.TrapNone
}
