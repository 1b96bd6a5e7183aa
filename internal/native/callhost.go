package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
)

// callHost calls a host function for native code: the record is in border.savedFunction, arguments
// and results are in the machine's slots. It is a dispatch of its own, because each instruction of it
// counts, and reports whether to go back.
func callHost(m *machine) bool {
	c, s := m.context, m.store
	if cur := m.current(); m.cur != cur { // for most it is the same, and costs no write barrier
		m.cur = cur
	}
	f, caller := calledHost(c)
	if c.TailCaller != 0 || caller == nil {
		caller = m.callerWithoutFrame()
	}
	m.sp = c.NativeSP
	m.slotCount = max(f.Params, f.Results)
	slots := m.slots[:m.slotCount]
	if !f.IsHost() {
		return m.endHostCall(f, s.CallHost(m.ctx, m.use, f, caller, slots))
	}
	host := s.Host(f) // before others may use the store, and add to it
	s.Lend(m.use, caller)
	err := host.Call(m.ctx, slots)
	if s.TakeBack() && err == nil && m.asked.Load() == 0 {
		return true
	}
	return m.endHostCall(f, err)
}

// The assembly function hostCallEntry calls callHost.
var _ func(*machine) bool = callHost

// callHostOfMany is callHost where arguments and results are in Args.
func (m *machine) callHostOfMany() bool {
	c := m.context
	f, caller := calledHost(c)
	if c.TailCaller != 0 || caller == nil {
		caller = m.callerWithoutFrame()
	}
	args := &c.Args
	m.manySlots = append(m.manySlots[:0], args[:max(f.Params, f.Results)]...)
	err := m.store.CallHost(m.ctx, m.use, f, caller, m.manySlots)
	copy(args[:], m.manySlots[:f.Results])
	return m.endHostCall(f, err)
}

// calledHost returns the function that code calls, and the instance whose code does: with it the caller's
// frame begins, behind the return address.
func calledHost(c *codegen.Context) (*store.FuncRecord, *store.InstanceRecord) {
	frame := store.Pointer(c.NativeSP + unsafe.Sizeof(c.NativeSP))
	return (*store.FuncRecord)(store.Pointer(c.Saved[recordRegister])), *(**store.InstanceRecord)(frame)
}

// callerWithoutFrame returns whose code has called a host function where no frame says so: that of a tail call tells by
// itself, and for the function of a continuation it is the instance that resumes.
func (m *machine) callerWithoutFrame() *store.InstanceRecord {
	c := m.context
	if c.TailCaller == 0 {
		return m.resumer()
	}
	caller := (*store.InstanceRecord)(store.Pointer(c.TailCaller))
	c.TailCaller = 0
	return caller
}

// resumer returns the instance whose code has resumed the running continuation, nil for the host.
func (m *machine) resumer() *store.InstanceRecord {
	parent := m.current().Link
	if parent == nil || m.isHost(parent) {
		return nil
	}
	return *(**store.InstanceRecord)(store.Pointer(parent.Frame))
}

// endHostCall ends a call that failed, or during which something was asked for.
func (m *machine) endHostCall(f *store.FuncRecord, err error) bool {
	if !m.store.Await(m.use) && err == nil {
		err = store.ErrClosed
	}
	if err != nil {
		return m.hostFailed(f, err) && m.interruptedElsewhere()
	}
	return m.end(m.interrupted(m.atCall)) && m.pause(atCall, keepsAll)
}

// copySlots copies slots. A few are copied faster here than by memmove.
func copySlots(to, from []uint64) {
	to = to[:len(from)]
	//lint:ignore S1001 that would be memmove
	for i, v := range from {
		to[i] = v
	}
}

// hostFailed ends the call with the error that a host function has returned.
func (m *machine) hostFailed(f *store.FuncRecord, err error) bool {
	if s, ok := err.(*store.SuspendRequest); ok && m.store.Owns(s.Tag) {
		return m.hostSuspends(f, s)
	}
	if s, ok := err.(*store.SwitchRequest); ok && m.store.Owns(s.Tag) {
		return m.hostSwitches(f, s)
	}
	if e, ok := m.store.FromHost(err).(*store.Exception); ok && m.store.Throws(e) {
		m.inner = m.store.ThroughHost(f, e.Stack)
		defer func() { m.inner = store.StackTrace{} }()
		return m.throw(atCall, e.Tag.Record, e.Payload, e.Ref())
	}
	return m.end(m.store.CallFailed(f, err, m.stackTrace(m.atCall())))
}
