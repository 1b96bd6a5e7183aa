package interp

import (
	"context"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// Continuations that Go code resumes. The stack on which the host resumes has a
// frame of a function that stands for it: its resume has no clauses in code, and
// behind them is the stub that ends the call. The clauses of the host are the
// tags in the machine's handlers.

// A hostPrompt is what a machine knows of the resume that the host made.
type hostPrompt struct {
	handlers *store.Handlers
	slots    []uint64 // for the payload
	cont     *store.HostCont
	switches bool // to others
	// suspended is the outcome, once a suspension has reached the host.
	suspended store.Suspension
}

// Resume implements [store.Engine].
func (e *Engine) Resume(ctx context.Context, s *store.Store, r store.HostResume) (store.Suspension, error) {
	use, err := s.Enter()
	if err != nil {
		return store.Suspension{}, err
	}
	m, err := e.begin(ctx, s, use)
	if err != nil {
		return store.Suspension{}, err
	}
	defer m.leave()
	m.prompt = hostPrompt{handlers: r.Handlers, slots: r.Slots, cont: r.Cont, switches: r.Switches}
	err = m.resumeFromHost(&r)
	return m.prompt.suspended, err
}

// resumeFromHost makes a stack for the host's side and resumes on it.
func (m *machine) resumeFromHost(r *store.HostResume) error {
	root := m.conts.NewSide(m.engine.hostFunc)
	if root == nil {
		return m.trap(wasm.TrapOutOfMemory)
	}
	m.cur = root
	if trap := m.giveStack(root, uintptr(max(initialStack, 8*r.Cont.Results))); trap != 0 {
		return m.trap(trap)
	}
	m.store.StackInUse += root.StackSize()
	root.PC, root.Frame = m.engine.exit, root.Stack() // behind its clauses
	m.goOn(root)
	if trap := m.resumeRef(r, root); trap != 0 {
		return m.trap(trap)
	}
	if m.failed() {
		if err := m.unwind(); err != nil {
			return m.fail(err)
		}
	}
	if m.cur != root {
		if err := m.run(); err != nil {
			return err
		}
	}
	if m.prompt.suspended.Tag == nil {
		copy(r.Slots, slots(store.Pointer(root.Stack()), uint32(8*m.prompt.cont.Results)))
	}
	return nil
}

// resumeRef consumes the continuation and makes it run above root.
func (m *machine) resumeRef(r *store.HostResume, root *store.ContRecord) wasm.TrapCode {
	c, trap := m.lookup(r.Cont.Ref)
	if trap != 0 {
		return trap
	}
	throws := r.Throw != nil
	if throws && isParked(c) {
		m.detail = store.ThrownIntoParked
		return wasm.TrapBarrier
	}
	if c.State == store.ContFresh && !throws {
		if trap := m.prepareFresh(c); trap != 0 {
			return trap
		}
	}
	if trap := m.admit(c); trap != 0 {
		return trap
	}
	if c, trap = m.consume(c); trap != 0 {
		return trap
	}
	if throws {
		m.throwException(r.Throw)
		if c.State == store.ContFresh {
			m.conts.Free(c)
			return wasm.TrapNone
		}
	} else {
		copy(slots(m.arguments(c), uint32(8*len(r.Args))), r.Args)
	}
	m.start(c, root)
	return wasm.TrapNone
}

// Bind implements [store.Engine].
func (e *Engine) Bind(s *store.Store, ref uint64, args []uint64, t wasm.TypeID) (uint64, error) {
	if _, err := s.Enter(); err != nil {
		return 0, err
	}
	m := e.machine(s)
	defer func() {
		s.Idle = append(s.Idle, m)
		s.Leave()
	}()
	bound, trap := m.bind(ref, unsafe.Pointer(unsafe.SliceData(args)), uint32(8*len(args)), t)
	if trap != 0 {
		return 0, m.trap(trap)
	}
	return bound, nil
}

// handles reports whether the host handles a suspension (or a switch) with a tag.
func (m *machine) handles(kind op, tag *store.TagRecord) bool {
	handlers := m.prompt.handlers
	if handlers == nil {
		return false
	}
	tags := handlers.Suspend
	if kind == opOnSwitch {
		tags = handlers.Switch
	}
	for _, t := range tags {
		if t == tag {
			return true
		}
	}
	return false
}

// isHost reports whether c is the stack on which the host has resumed.
func (m *machine) isHost(c *store.ContRecord) bool { return c.Func == m.engine.hostFunc }

// hostSuspends executes the suspension that a host function asks for: its
// results are what the continuation is resumed with.
func (m *machine) hostSuspends(f *store.FuncRecord, s *store.SuspendRequest) {
	if err := m.store.CanSuspend(f, s.Tag); err != nil {
		m.flight.err = m.store.CallFailed(f, err, m.stackTrace())
		return
	}
	m.hostSuspended(s)
}

// hostSuspended executes the suspension that Go code asks for.
func (m *machine) hostSuspended(s *store.SuspendRequest) {
	if p, ok := m.handler(opOnLabel, s.Tag.Record); ok {
		m.suspendTo(p, s.Tag.Record, unsafe.Pointer(unsafe.SliceData(s.Payload)), uint32(8*len(s.Payload)))
	}
}

// suspendTo captures what runs above a prompt and hands n bytes of payload and the
// continuation to its clause.
func (m *machine) suspendTo(p prompt, tag *store.TagRecord, payload unsafe.Pointer, n uint32) {
	ref := m.capture(p, tag, tag.Type)
	if p.clause != nil {
		m.toClause(p, payload, n, ref)
		return
	}
	m.goOn(p.parent)
	copy(m.prompt.slots, slots(payload, n))
	m.prompt.cont.Root.Move(ref)
	m.prompt.suspended = store.Suspension{Tag: tag, Ref: ref}
}

// toClause goes on at the clause of a prompt, with n bytes of payload and the reference to what has been captured.
func (m *machine) toClause(p prompt, payload unsafe.Pointer, n uint32, ref uint64) {
	m.goOn(p.parent)
	dst := m.slot(p.clause.a)
	copySlots(dst, payload, n)
	*(*uint64)(unsafe.Add(dst, n)) = ref
	m.ip = uintptr(unsafe.Add(unsafe.Pointer(p.clause.next()), int32(p.clause.c)))
}
