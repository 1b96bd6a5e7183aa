package interp

import (
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// A resume leaves, in the continuation that executes it, PC behind opClauses:
// there are the clauses, and before them how many and where results go. A
// suspend or switch leaves PC behind itself: its a says where values go that the
// continuation is resumed with.

// before returns the instruction before PC of a continuation that does not run.
func before(c *store.ContRecord) *instr {
	return (*instr)(store.Pointer(c.PC - instrSize))
}

// suspendHere stores where the running continuation goes on.
func (m *machine) suspendHere(pc uintptr) {
	c := m.cur
	c.PC, c.Frame, c.Func = pc, m.fp, m.function()
}

// goOn makes c the running continuation, at the place where it stopped.
func (m *machine) goOn(c *store.ContRecord) {
	m.cur = c
	m.save(store.Pointer(c.PC), store.Pointer(c.Frame), c.Func)
	m.setLimit()
}

// lookup returns the continuation that a reference is to.
func (m *machine) lookup(ref uint64) (*store.ContRecord, wasm.TrapCode) {
	if ref == 0 {
		return nil, wasm.TrapNullContinuation
	}
	c := m.conts.Lookup(ref)
	if c == nil {
		return nil, wasm.TrapContinuationConsumed
	}
	if c.IsNative() {
		m.detail = "interpreted code cannot go on with a continuation of compiled code"
		return nil, wasm.TrapBarrier
	}
	return c, wasm.TrapNone
}

// consume makes the references to c stale. Afterwards c is the descriptor that
// is returned.
func (m *machine) consume(c *store.ContRecord) (*store.ContRecord, wasm.TrapCode) {
	if c = m.conts.Consume(c); c == nil {
		return nil, wasm.TrapTooManyContinuations
	}
	return c, wasm.TrapNone
}

// contNew executes cont.new on a function.
func (m *machine) contNew(f *store.FuncRecord, in *instr) wasm.TrapCode {
	t := m.function().Instance.Type(in.c)
	if m.conts.WantsCollection() || m.store.CollectAlways {
		if trap := m.store.Collect(); trap != 0 {
			return trap
		}
	}
	c := m.conts.New(f, t)
	if c == nil {
		if trap := m.store.Collect(); trap != 0 {
			return trap
		}
		if c = m.conts.New(f, t); c == nil {
			return wasm.TrapTooManyContinuations
		}
	}
	set64(m.frame(), in.a, m.conts.Ref(c))
	if l := m.store.ContListener; l != nil {
		l.Made(c, m.listenedPlace())
	}
	return wasm.TrapNone
}

// contBind executes cont.bind.
func (m *machine) contBind(in *instr) wasm.TrapCode {
	ref, trap := m.bind(u64(m.frame(), in.a+in.b), m.slot(in.a), in.b, m.function().Instance.Type(in.c))
	if trap == 0 {
		set64(m.frame(), in.a, ref)
	}
	return trap
}

// bind puts n bytes of values into the places where a continuation wants its
// first ones, and returns the reference to what is left, which is of type t.
func (m *machine) bind(ref uint64, values unsafe.Pointer, n uint32, t wasm.TypeID) (uint64, wasm.TrapCode) {
	c, trap := m.lookup(ref)
	if trap != 0 {
		return 0, trap
	}
	if c.State == store.ContFresh {
		if trap := m.prepareFresh(c); trap != 0 {
			return 0, trap
		}
	}
	if c, trap = m.consume(c); trap != 0 {
		return 0, trap
	}
	copySlots(m.arguments(c), values, n)
	c.Bound += uint16(n / 8)
	c.SetType(t)
	return m.conts.Ref(c), wasm.TrapNone
}

// prepareFresh gives a fresh continuation the stack on which its function will
// run.
func (m *machine) prepareFresh(c *store.ContRecord) wasm.TrapCode {
	f := c.Func
	size := uintptr(8 * max(f.Params, f.Results))
	if !m.isOutside(f) {
		if err := prepare(m.store, f); err != nil {
			return m.noCode(err)
		}
		size = uintptr((*header)(store.Pointer(f.Code)).frame)
	}
	switch {
	case c.Class == 0:
		return m.giveStack(c, size)
	case c.StackSize() < uint64(size) && !m.conts.GrowStack(c, 8*uintptr(c.Bound), size):
		return wasm.TrapOutOfMemory
	}
	return wasm.TrapNone
}

// arguments returns where a continuation wants the next value that it is
// resumed with.
func (m *machine) arguments(c *store.ContRecord) unsafe.Pointer {
	if c.State == store.ContFresh {
		return store.Pointer(c.Stack() + 8*uintptr(c.Bound))
	}
	inner := c.Inner()
	if inner.IsPaused() {
		m.dropped = make([]uint64, wasm.SlotCount(m.store.Awaited(c)))
		return unsafe.Pointer(unsafe.SliceData(m.dropped))
	}
	return store.Pointer(inner.Frame + uintptr(before(inner).a) + 8*uintptr(c.Bound))
}

// admit reports whether the stacks of c may become active.
func (m *machine) admit(c *store.ContRecord) wasm.TrapCode {
	if m.store.StackInUse+c.ChainBytes() > uint64(m.store.Limits.StackBytes) {
		return wasm.TrapStackExhausted
	}
	return wasm.TrapNone
}

// resume executes resume.
func (m *machine) resume(in *instr) wasm.TrapCode {
	tags := in.a + in.b
	c, trap := m.lookup(u64(m.frame(), tags+8*uint32(in.d)))
	if trap != 0 {
		return trap
	}
	if c.State == store.ContFresh {
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
	if in.b != 0 {
		copySlots(m.arguments(c), m.slot(in.a), in.b)
	}
	if in.op == opResumeTags {
		m.conts.HandleTags(c, slots(m.slot(tags), 8*uint32(in.d)))
	}
	if in.op == opResumeWith {
		*(*uint64)(unsafe.Add(m.arguments(c), in.b)) = m.conts.Ref(c)
	}
	m.suspendHere(m.ip + instrSize)
	m.start(c, m.cur)
	return wasm.TrapNone
}

// start makes a consumed continuation run as the child of parent. Its arguments
// are in place.
func (m *machine) start(c, parent *store.ContRecord) {
	m.store.StackInUse += c.ChainBytes()
	if l := m.store.ContListener; l != nil {
		l.Resumed(c, parent, m.listenedPlace())
	}
	inner, begins := c.Inner(), c.State == store.ContFresh
	c.Resumed(parent)
	c.State, c.Bound = store.ContRunning, 0
	inner.SetPaused(false)
	if !begins {
		m.goOn(inner)
		if inner.Func.IsHost() && !m.failed() {
			m.contReturn(inner.Func) // what it was resumed with is what the host function returns
		}
		return
	}
	if m.isOutside(c.Func) {
		m.runHost(c, parent)
		return
	}
	m.cur = c
	m.enter(c.Func, store.Pointer(c.Stack()), m.engine.contReturnStub)
}

// runHost begins a continuation whose function is the host's. It has one frame, of that function, which no walker
// shows. For the host function the caller is whoever has resumed the continuation.
func (m *machine) runHost(c, parent *store.ContRecord) {
	var caller *store.InstanceRecord
	if !m.isHost(parent) {
		caller = parent.Func.Instance
	}
	m.cur = c
	m.save(store.Pointer(m.engine.hostCall), store.Pointer(c.Stack()), c.Func)
	m.setLimit()
	m.callHostFor(c.Func, caller, store.Pointer(c.Stack()))
	if m.cur == c && !m.failed() {
		m.contReturn(c.Func)
	}
}

// contReturn ends the running continuation, whose function f has left its
// results at the bottom of the stack.
func (m *machine) contReturn(f *store.FuncRecord) {
	parent := m.cur.Link
	m.copyResults(parent, m.cur, f)
	m.endContinuation()
	m.skipClauses(parent)
}

// copyResults copies the results of f from the bottom of the stack of c to where
// the resume of parent wants them.
func (m *machine) copyResults(parent, c *store.ContRecord, f *store.FuncRecord) {
	dst := store.Pointer(parent.Frame + uintptr(before(parent).a))
	copySlots(dst, store.Pointer(c.Stack()), 8*f.Results)
}

// skipClauses lets parent go on behind the clauses of its resume.
func (m *machine) skipClauses(parent *store.ContRecord) {
	m.ip = parent.PC + uintptr(before(parent).c)*instrSize
}

// endContinuation ends the running continuation and goes to the clauses of the
// resume that ran it.
func (m *machine) endContinuation() {
	c := m.cur
	parent := c.Link
	m.store.StackInUse -= c.StackSize()
	m.conts.Free(c)
	m.goOn(parent)
}

// A prompt is the place of a resume in the chain of running continuations.
type prompt struct {
	child, parent *store.ContRecord // the resumed and the resuming one
	clause        *instr            // nil if the host has resumed child
	bytes         uint64            // of the stacks from the running one to child
}

// handler finds the innermost prompt with a clause of a kind for a tag. If a
// suspension cannot get to one, the error is in flight.
func (m *machine) handler(kind op, tag *store.TagRecord) (prompt, bool) {
	p, ok := m.findHandler(kind, tag)
	return p, m.reaches(p, ok, tag)
}

// reaches reports whether a suspension gets to a prompt, if it has found one. If not, the error is in flight.
func (m *machine) reaches(p prompt, found bool, tag *store.TagRecord) bool {
	if m.store.Barriers {
		if trap := m.meetsBarrier(p, found); trap != wasm.TrapNone {
			m.flight.err = m.trap(trap)
			return false
		}
	}
	if !found {
		m.flight.err = m.unhandled(tag)
	}
	return found
}

func (m *machine) findHandler(kind op, tag *store.TagRecord) (prompt, bool) {
	bytes := uint64(0)
	for child := m.cur; child.Link != nil; {
		bytes += child.StackSize()
		parent := child.Link
		if clause := clauseFor(parent, kind, tag); clause != nil {
			return prompt{child, parent, clause, bytes}, true
		}
		if m.isHost(parent) {
			return prompt{child, parent, nil, bytes}, m.handles(kind, tag)
		}
		child = parent
	}
	return prompt{}, false
}

// clauseFor returns the clause of a kind for a tag of the resume that parent executes, nil if it has none.
func clauseFor(parent *store.ContRecord, kind op, tag *store.TagRecord) *instr {
	inst := parent.Func.Instance
	clause := (*instr)(store.Pointer(parent.PC))
	for n := before(parent).c; n > 0; n-- {
		if clause.op == kind && inst.Tag(clause.b) == tag {
			return clause
		}
		clause = clause.next()
	}
	return nil
}

// A name of a handler is the reference that there will be to the continuation when it suspends: it is live as long as
// the continuation runs, and then nothing else. A suspension to the handler, and the end of the continuation, make
// it stale.

// named finds the prompt with a name, and its clause for a tag.
func (m *machine) named(name uint64, tag *store.TagRecord) (prompt, bool) {
	bytes := uint64(0)
	for child := m.cur; child.Link != nil && !m.isHost(child.Link); child = child.Link {
		bytes += child.StackSize()
		if m.conts.Ref(child) == name {
			clause := clauseFor(child.Link, opOnName, tag)
			return prompt{child, child.Link, clause, bytes}, clause != nil
		}
	}
	return prompt{}, false
}

// suspendByName executes suspend_to. If the prompt does not handle the tag, the error is in flight.
func (m *machine) suspendByName(in *instr) wasm.TrapCode {
	tag := m.function().Instance.Tag(in.c)
	p, ok := m.named(u64(m.frame(), in.a+in.b), tag)
	if !m.reaches(p, ok, tag) {
		return wasm.TrapNone
	}
	payload := m.slot(in.a)
	m.capture(p, tag, tag.Type)
	p.child.SuspendedByName(tag.Type)
	c, trap := m.consume(p.child) // the name is stale from now on
	if trap != 0 {
		return trap
	}
	m.toClause(p, payload, in.b, m.conts.Ref(c))
	return wasm.TrapNone
}

// withTag finds the innermost prompt with a clause for a tag that is a value.
func (m *machine) withTag(tag uint64) (prompt, bool) {
	bytes := uint64(0)
	for child := m.cur; child.Link != nil && !m.isHost(child.Link); child = child.Link {
		bytes += child.StackSize()
		if n := m.conts.TagClause(child, tag); n >= 0 {
			clause := (*instr)(store.Pointer(child.Link.PC))
			for ; n > 0; n-- {
				clause = clause.next()
			}
			return prompt{child, child.Link, clause, bytes}, true
		}
	}
	return prompt{}, false
}

// suspendTag executes suspend_tag. If no prompt handles the tag, the error is in flight.
func (m *machine) suspendTag(in *instr) {
	t := m.function().Instance.Type(in.c)
	p, ok := m.withTag(u64(m.frame(), in.a+in.b))
	var unhandled *store.TagRecord
	if !ok {
		unhandled = m.store.UnhandledTag(t)
	}
	if m.reaches(p, ok, unhandled) {
		payload := m.slot(in.a)
		m.toClause(p, payload, in.b, m.capture(p, nil, t))
	}
}

// capture suspends what runs above a prompt, for a tag if that has a record, and returns a reference to it. It
// awaits values as [store.ContRecord] says.
func (m *machine) capture(p prompt, tag *store.TagRecord, awaits wasm.TypeID) uint64 {
	m.suspendHere(m.ip)
	c := p.child
	if l := m.store.ContListener; l != nil {
		l.Suspended(c, m.cur, tag, m.listenedPlace())
	}
	c.Capture(m.cur)
	c.Suspended(awaits)
	m.store.StackInUse -= p.bytes
	return m.conts.Ref(c)
}

// suspend executes suspend. If no prompt handles the tag, the error is in flight.
func (m *machine) suspend(in *instr) {
	tag := m.function().Instance.Tag(in.c)
	if p, ok := m.handler(opOnLabel, tag); ok {
		m.suspendTo(p, tag, m.slot(in.a), in.b)
	}
}

// switchTo executes switch. If no prompt handles the tag, the error is in flight.
func (m *machine) switchTo(in *instr) wasm.TrapCode {
	c, trap := m.lookup(u64(m.frame(), in.a+in.b))
	if trap != 0 {
		return trap
	}
	tag := m.function().Instance.Tag(in.c)
	p, ok := m.handler(opOnSwitch, tag)
	if !ok {
		return wasm.TrapNone
	}
	if c.State == store.ContFresh {
		if trap := m.prepareFresh(c); trap != 0 {
			return trap
		}
	}
	m.store.StackInUse -= p.bytes
	trap = m.admit(c)
	m.store.StackInUse += p.bytes
	if trap != 0 {
		return trap
	}
	if c, trap = m.consume(c); trap != 0 {
		return trap
	}
	args := m.slot(in.a)
	ref := m.capture(p, tag, m.function().Instance.Type(in.next().b))
	to := m.arguments(c)
	copySlots(to, args, in.b)
	*(*uint64)(unsafe.Add(to, in.b)) = ref
	m.start(c, p.parent)
	return wasm.TrapNone
}

// resumeThrow executes resume_throw and resume_throw_ref. On success the
// exception is in flight and the machine is where it is thrown.
func (m *machine) resumeThrow(in *instr) wasm.TrapCode {
	if in.op == opResumeThrowRef && u64(m.frame(), in.a) == 0 {
		return wasm.TrapNullException
	}
	c, trap := m.lookup(u64(m.frame(), in.a+in.b))
	if trap != 0 {
		return trap
	}
	if isParked(c) {
		m.detail = store.ThrownIntoParked
		return wasm.TrapBarrier
	}
	if c.State == store.ContSuspended {
		if trap := m.admit(c); trap != 0 {
			return trap
		}
	}
	if c, trap = m.consume(c); trap != 0 {
		return trap
	}
	if in.op == opResumeThrowRef {
		m.throwRef(u64(m.frame(), in.a))
	} else {
		m.throwTag(m.function().Instance.Tag(in.c), slots(m.slot(in.a), in.b))
	}
	if c.State == store.ContFresh {
		m.conts.Free(c) // its function is never entered
		return wasm.TrapNone
	}
	m.suspendHere(m.ip + instrSize)
	m.start(c, m.cur)
	return wasm.TrapNone
}
