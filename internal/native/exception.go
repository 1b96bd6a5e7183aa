package native

import (
	"sync/atomic"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// An exception goes from frame to frame until the table of a call has a clause for it;
// then the code goes on at the clause's landing pad, with everything else in its frame.
// The pad finds the payload and the reference in Args.

// throw takes an exception, thrown at an origin, to its handler; ref is its object in the
// heap, 0 if it has none yet. Without a handler the call from the host ends.
func (m *machine) throw(from origin, tag *store.TagRecord, payload []uint64, ref uint64) bool {
	m.payload = append(m.payload[:0], payload...) // payload may be in Args
	var w walker
	w.begin(m, from)
	for more := w.ok; more; more = w.out() {
		if kind, pad, ok := w.clause(tag); ok {
			return m.deliver(&w, kind, pad, tag, ref)
		}
		if goesOn, ok := m.catches(&w, tag, ref); ok {
			return goesOn
		}
		// Many frames can take a while.
		if atomic.LoadUint32(&m.context.Interrupt) != 0 {
			if err := m.interrupted(func() walker { return m.at(from) }); err != nil {
				return m.end(err)
			}
		}
	}
	e := m.store.HoldException(tag, m.payload, ref)
	e.Stack = m.inner
	store.JoinTrace(&e.Stack, m.stackTrace(m.at(from)))
	return m.end(e)
}

// clause returns the first clause for a tag of the try_tables around the call, and its
// landing pad.
func (w *walker) clause(tag *store.TagRecord) (kind wasm.CatchKind, pad uintptr, ok bool) {
	site := w.call.site
	if site == nil {
		return 0, 0, false
	}
	fn := w.call.place.fn
	at := site.Detail(fn.details)
	if at.Catches == 0 {
		return 0, 0, false
	}
	clauses := fn.catches[at.Catches]
	pads := at.Pads[len(at.Pads)-len(clauses):]
	for i, c := range clauses {
		if !c.Kind.HasTag() || w.instance().Tag(c.Tag) == tag {
			return c.Kind, fn.start + uintptr(pads[i]), true
		}
	}
	return 0, 0, false
}

// instance returns the instance whose code the call runs: functions that call others keep
// it at the beginning of their frames.
func (w *walker) instance() *store.InstanceRecord {
	return *(**store.InstanceRecord)(store.Pointer(w.frame))
}

// deliver goes on at a landing pad in the frame of a call.
func (m *machine) deliver(w *walker, kind wasm.CatchKind, pad uintptr, tag *store.TagRecord, ref uint64) bool {
	c := m.context
	if kind.HasRef() && ref == 0 {
		var trap wasm.TrapCode
		if ref, trap = m.store.NewException(tag, m.payload); trap != 0 {
			return m.end(m.store.TrapError(trap, "", m.stackTrace(*w)))
		}
	}
	n := 0
	if kind.HasTag() {
		n = copy(c.Args[:], m.payload)
	}
	if kind.HasRef() {
		c.Args[n] = ref
	}
	m.goOnAtHandler(w, pad)
	return true
}

// goOnAtHandler ends the flight of an exception, and goes on in the frame where a walker is.
func (m *machine) goOnAtHandler(w *walker, pc uintptr) {
	m.payload = m.payload[:0]
	for m.cur != w.cont {
		m.endContinuation()
	}
	m.context.NativeSP, m.context.NativePC = w.frame, pc
}

// scanPayload tells the collector of the exception that is on its way.
func (m *machine) scanPayload(scan func(base, bytes uintptr)) {
	if n := len(m.payload); n > 0 {
		scan(uintptr(unsafe.Pointer(&m.payload[0])), uintptr(n)*8)
	}
}
