package native

import (
	"slices"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// Continuations that Go code resumes. The host's side is a descriptor without a stack,
// the parent of the continuation: what comes to it ends the call.

// A hostPrompt is what a machine knows of the resume that the host made.
type hostPrompt struct {
	side      *store.ContRecord // nil if the host has called a function
	handlers  *store.Handlers
	slots     []uint64             // for the payload
	cont      *store.HostCont      // that was resumed
	switches  bool                 // to others
	suspended store.Suspension     // once a suspension has reached the host
	known     *store.SwitchRequest // has been obeyed and takes an i32, so that it need not be checked again
}

// hostCont returns the continuation that runs as the child of the host's side.
func (m *machine) hostCont() *store.HostCont {
	if m.prompt.switches {
		return m.store.RunningCont()
	}
	return m.prompt.cont
}

// isHost reports whether r is the host's side.
func (m *machine) isHost(r *store.ContRecord) bool { return r == m.prompt.side }

// handles reports whether the host handles a suspension (or a switch) with a tag.
func (m *machine) handles(kind wasm.HandlerKind, tag *store.TagRecord) bool {
	handlers := m.prompt.handlers
	if handlers == nil {
		return false
	}
	if kind == wasm.OnSwitch {
		return slices.Contains(handlers.Switch, tag)
	}
	return slices.Contains(handlers.Suspend, tag)
}

// resumeFromHost resumes a continuation for the host.
func (m *machine) resumeFromHost(r *store.HostResume) error {
	conts := &m.store.Conts
	side := conts.NewSide(nil)
	if side == nil {
		return &store.Trap{Code: wasm.TrapOutOfMemory}
	}
	side.SetNative()
	side.PC, side.Frame = process.stubs.hostReturn, uintptr(unsafe.Pointer(&m.context.HostFrame))
	m.setCurrent(side)
	m.context.Base = 0
	m.prompt = hostPrompt{side: side, handlers: r.Handlers, slots: r.Slots, cont: r.Cont, switches: r.Switches}
	c, trap := m.lookup(r.Cont.Ref)
	if trap == 0 && r.Throw == nil {
		trap = m.prepareFresh(c)
	}
	if trap == 0 && r.Throw != nil && isParked(c.Inner()) {
		return m.store.TrapError(wasm.TrapBarrier, store.ThrownIntoParked, store.StackTrace{})
	}
	if trap == 0 {
		c, trap = m.consume(c)
	}
	if trap != 0 {
		return m.store.TrapError(trap, "", store.StackTrace{})
	}
	r.Cont.Function = c.Func
	r.Cont.Stopped(nil, false)
	if r.Throw == nil {
		full := m.awaited(c)
		m.scatter(behind(full, wasm.SlotCount(full)-len(r.Args)), r.Args)
		m.start(c, side)
	} else if !m.throwFromHost(c, r.Throw) {
		return m.err
	}
	enter(m.context, m)
	return m.err
}

// IsPinned implements [store.Pausable].
func (m *machine) IsPinned() bool { return !m.prompt.switches }

// throwFromHost throws an exception where a continuation is suspended, and reports
// whether to enter native code.
func (m *machine) throwFromHost(c *store.ContRecord, e *store.Exception) bool {
	if c.State == store.ContFresh {
		m.store.Conts.Free(c) // its function is never entered
		return m.throw(atNothing, e.Tag.Record, e.Payload, e.Ref())
	}
	m.startThrowing(c, m.cur)
	return m.throw(atSuspension, e.Tag.Record, e.Payload, e.Ref())
}

// suspendToHost ends the call with what was captured.
func (m *machine) suspendToHost(p prompt, tag *store.TagRecord, ref uint64) bool {
	m.gather(m.store.Tag(tag).Type.Params, m.prompt.slots)
	left := m.hostCont()
	left.Root.Move(ref)
	left.Stopped(nil, false)
	m.prompt.suspended = store.Suspension{Tag: tag, Ref: ref}
	m.setCurrent(p.parent)
	return false
}
