//go:build linux && amd64

package native

import (
	"errors"
	"unsafe"

	"weft/internal/codegen/amd64"
	"weft/internal/store"
)

// callHost calls a host function for native code: the record is in savedFunction, arguments
// and results are in Args. It is a dispatch of its own, because each instruction of it counts,
// and reports whether to go back.
func callHost(m *machine) bool {
	c, s := m.context, m.store
	if cur := m.current(); m.cur != cur {
		m.cur = cur
	}
	m.sp = c.NativeSP
	f := (*store.FuncRecord)(store.Pointer(c.Saved[amd64.R13]))
	// The caller's frame begins behind the return address, with its instance.
	caller := *(**store.InstanceRecord)(store.Pointer(m.sp + unsafe.Sizeof(m.sp)))
	// The host function has slots of its own: a call that it makes uses the same Args.
	n := int(max(f.Params, f.Results))
	if len(m.slots) != n {
		m.resizeSlots(n)
	}
	copySlots(m.slots, c.Args[:f.Params])
	if !f.IsHost() {
		return m.endHostCall(f, s.CallHost(m.ctx, f, caller, m.slots))
	}
	host := s.Host(f) // before others may use the store, and add to it
	lent := s.Lend(caller)
	err := host.Call(m.ctx, m.slots)
	s.TakeBack(lent)
	if err == nil && !s.Closed() && !m.cancelled.Load() {
		copySlots(c.Args[:], m.slots[:f.Results])
		return true
	}
	return m.endHostCall(f, err)
}

// resizeSlots makes room for n slots of a host function.
//
//go:noinline
func (m *machine) resizeSlots(n int) {
	if cap(m.slots) < n {
		m.slots = make([]uint64, n, max(n, 16))
	}
	m.slots = m.slots[:n]
}

// endHostCall does what callHost does after a call that was not like most.
func (m *machine) endHostCall(f *store.FuncRecord, err error) bool {
	if err == nil && m.store.Closed() {
		err = store.ErrClosed
	}
	if err != nil {
		return m.hostFailed(f, err)
	}
	copySlots(m.context.Args[:], m.slots[:f.Results])
	return m.end(m.interrupted(m.atCall))
}

// The assembly function hostCallEntry calls callHost.
var _ func(*machine) bool = callHost

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
	if e, ok := err.(*store.Exception); ok && m.store.Owns(e.Tag) {
		return m.throw(m.atCall(), e.Tag.Record, e.Payload, e.Ref())
	}
	if s, ok := err.(*store.SuspendRequest); ok && m.store.Owns(s.Tag) {
		return m.hostSuspends(f, s)
	}
	var own interface{ StackTrace() *store.StackTrace }
	if !errors.As(err, &own) {
		err = &store.HostError{Func: m.store.FuncName(f), Err: err, Stack: m.stackTrace(m.atCall())}
	}
	return m.end(err)
}
