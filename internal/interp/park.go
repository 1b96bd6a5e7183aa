package interp

import (
	"weft/internal/store"
	"weft/wasm"
)

// What a scheduler parks (store.Scheduler) stops between two instructions, with the machine's state saved.

// IsPinned implements [store.Pausable].
func (m *machine) IsPinned() bool { return !m.prompt.switches }

// isParked reports whether a scheduler has stopped a continuation: where it was paused, or in a wait.
func isParked(c *store.ContRecord) bool {
	if c.State != store.ContSuspended {
		return false
	}
	inner := c.Inner()
	return inner.IsPaused() || before(inner).op == opAtomic
}

// obey does what a scheduler has returned: nothing for nil, or it parks the computation, or the error is in flight.
func (m *machine) obey(err error) {
	switch r := err.(type) {
	case nil:
		return
	case *store.SuspendRequest:
		if m.store.Owns(r.Tag) {
			m.hostSuspended(r)
			return
		}
	case *store.SwitchRequest:
		if m.store.Owns(r.Tag) {
			m.switchFromHost(r)
			return
		}
	}
	m.flight.err = store.SchedulerFailed(err, m.stackTrace())
}

// pause is obey where a computation takes no values when it goes on.
func (m *machine) pause(err error) {
	if err == nil {
		return
	}
	c := m.cur
	c.SetPaused(true)
	if m.obey(err); m.cur == c {
		c.SetPaused(false) // it goes on, or the call has ended
	}
}

// hostSwitches executes the switch that a host function asks for: its results are what the continuation is resumed
// with.
func (m *machine) hostSwitches(f *store.FuncRecord, r *store.SwitchRequest) {
	if err := m.store.CanSuspend(f, r.Tag); err != nil {
		m.flight.err = m.store.CallFailed(f, err, m.stackTrace())
		return
	}
	m.switchFromHost(r)
}

// switchFromHost captures what runs above the host's prompt for the tag of a request, and lets the continuation of the
// request go on in its place.
func (m *machine) switchFromHost(r *store.SwitchRequest) {
	p, ok := m.handler(opOnLabel, r.Tag.Record)
	if !ok {
		return
	}
	if p.clause != nil || m.IsPinned() {
		m.flight.err = store.SchedulerFailed(store.ErrNoSwitch, m.stackTrace())
		return
	}
	if err := m.switchTaken(p, r); err != wasm.TrapNone {
		m.flight.err = m.trap(err)
	}
}

func (m *machine) switchTaken(p prompt, r *store.SwitchRequest) wasm.TrapCode {
	c, trap := m.lookup(r.To.Ref)
	if trap != wasm.TrapNone {
		return trap
	}
	if 8*uint64(r.To.Results) > p.parent.StackSize() {
		return wasm.TrapStackExhausted // there results are left
	}
	if c.State == store.ContFresh {
		if trap := m.prepareFresh(c); trap != wasm.TrapNone {
			return trap
		}
	}
	m.store.StackInUse -= p.bytes
	trap = m.admit(c)
	m.store.StackInUse += p.bytes
	if trap != wasm.TrapNone {
		return trap
	}
	if c, trap = m.consume(c); trap != wasm.TrapNone {
		return trap
	}
	from, ref := m.prompt.cont, m.capture(p, r.Tag.Record, r.Tag.Record.Type)
	m.prompt.cont = r.To
	copy(slots(m.arguments(c), uint32(8*len(r.Args))), r.Args)
	m.goOn(p.parent)
	m.start(c, p.parent)
	m.store.Switched(from, ref, r)
	return wasm.TrapNone
}
