package native

import (
	"slices"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// Operations on continuations. A continuation that does not run has in its descriptor
// where it goes on: PC, and the address of the frame on its
// stack. Everything that is live there is in frames; values travel in the registers of the
// calling convention, which the stubs have saved and restore when they go on.
//
// Values that cont.bind has bound lie at the beginning of the stack on which they will
// be used, below all frames: Bound counts them in that stack's descriptor. Those that inline code has bound lie
// elsewhere until Go has to do with the continuation (returnBound).

// switchStacks executes an operation on continuations.
func (m *machine) switchStacks(request uint32) bool {
	c := m.context
	number := int64(c.Saved[numberRegister])
	ref := uint64(c.Saved[continuationRegister])
	var trap wasm.TrapCode
	switch request {
	case requestContNew:
		f := (*store.FuncRecord)(store.Pointer(c.Saved[recordRegister]))
		trap = m.contNew(f, wasm.TypeID(number))
	case requestResume:
		trap = m.resume(ref, number)
	case requestSuspend:
		return m.suspend(m.instance().Tag(uint32(number)))
	case requestSuspendTag:
		return m.suspendTag(ref, m.instance().Type(uint32(number)))
	case requestSuspendTo:
		return m.suspendByName(ref, m.instance().Tag(uint32(number)))
	case requestSwitch:
		instance := m.instance()
		return m.switchTo(ref, instance.Tag(uint32(number)), instance.Type(uint32(number>>32)))
	case requestResumeThrow:
		if tag := uint64(number) >> 32; tag != 0 {
			tag := m.instance().Tag(uint32(tag - 1))
			return m.resumeThrow(ref, tag, c.Args[:tag.Params], 0)
		}
		exception := uint64(c.Saved[resultRegister])
		if exception == 0 {
			return m.trap(wasm.TrapNullException, "")
		}
		tag, payload := store.ExceptionParts(exception)
		return m.resumeThrow(ref, tag, payload, exception)
	case requestContReturn:
		m.endContinuation()
		m.goOn(m.cur)
	case requestHostReturn:
		m.gather(m.store.Types.Comp(m.hostCont().Function.Type).Func.Results, m.prompt.slots)
		return false
	}
	return m.done(trap)
}

// instance returns that of the code that suspends, switches or throws; of other operations it is not known.
func (m *machine) instance() *store.InstanceRecord {
	return (*store.InstanceRecord)(store.Pointer(m.context.Saved[instanceRegister]))
}

// goOn makes a continuation the running one, where it stopped.
func (m *machine) goOn(r *store.ContRecord) { m.goOnAt(r, r.PC, r.Frame) }

// goOnAt makes a continuation the running one, at an address and with a frame.
func (m *machine) goOnAt(r *store.ContRecord, pc, frame uintptr) {
	c := m.context
	m.setCurrent(r)
	c.NativeSP, c.NativePC, c.ResumePC = frame, process.stubs.goOn, pc
}

// stopHere notes where the running continuation goes on: behind the call that has left.
func (m *machine) stopHere() {
	m.cur.PC = m.returnAddress()
	m.cur.Frame = m.sp + unsafe.Sizeof(m.sp)
	m.cur.SetNative()
}

// lookup returns the continuation that a reference is to.
func (m *machine) lookup(ref uint64) (*store.ContRecord, wasm.TrapCode) {
	if ref == 0 {
		return nil, wasm.TrapNullContinuation
	}
	r := m.store.Conts.Lookup(ref)
	if r == nil {
		return nil, wasm.TrapContinuationConsumed
	}
	if r.IsNative() && r.State == store.ContFresh && r.PC != process.stubs.fresh {
		returnBound(r)
	}
	if !r.IsNative() && !r.IsUnprepared() {
		return nil, wasm.TrapBarrier // it belongs to the interpreter
	}
	return r, wasm.TrapNone
}

// consume makes the references to r stale. Afterwards r is the descriptor that is
// returned.
func (m *machine) consume(r *store.ContRecord) (*store.ContRecord, wasm.TrapCode) {
	if r = m.store.Conts.Consume(r); r == nil {
		return nil, wasm.TrapTooManyContinuations
	}
	return r, wasm.TrapNone
}

func (m *machine) contNew(f *store.FuncRecord, t wasm.TypeID) wasm.TrapCode {
	conts := &m.store.Conts
	if conts.WantsCollection() || m.store.CollectAlways {
		if trap := m.store.Collect(); trap != 0 {
			return trap
		}
	}
	r := conts.New(f, t)
	if r == nil {
		if trap := m.store.Collect(); trap != 0 {
			return trap
		}
		if r = conts.New(f, t); r == nil {
			return wasm.TrapTooManyContinuations
		}
	}
	m.context.Saved[resultRegister] = uintptr(conts.Ref(r))
	m.stopHere()
	m.goOn(m.cur)
	return wasm.TrapNone
}

// stackTop is the size of what lies on a stack before its function begins.
const stackTop = 16

// freshStack is the size of the stack on which a continuation begins.
const freshStack = 1 << 10

// prepareFresh gives a fresh continuation the stack on which its function will run. It
// then goes on as others do: in a stub that calls the function.
func (m *machine) prepareFresh(r *store.ContRecord) wasm.TrapCode {
	if r.IsNative() {
		return wasm.TrapNone
	}
	if trap := m.giveStack(r, max(m.engine.stackSize(freshStack), 8*uintptr(r.Func.Params)+2*codegen.StackMargin)); trap != 0 {
		return trap
	}
	// The return address, where calls push it, and a word for the instance of a caller, which is none.
	top := (*[stackTop / unsafe.Sizeof(r.PC)]uintptr)(store.Pointer(r.StackEnd() - stackTop))
	top[0], top[1] = 0, 0
	if pushesReturn {
		top[0] = process.stubs.contReturn
	}
	r.PC, r.Frame = process.stubs.fresh, r.StackEnd()-stackTop
	r.SetNative()
	r.SetReady()
	return wasm.TrapNone
}

// take consumes a reference to a continuation that is to go on, and returns it.
func (m *machine) take(ref uint64) (*store.ContRecord, wasm.TrapCode) {
	r, trap := m.lookup(ref)
	if trap == 0 {
		trap = m.prepareFresh(r)
	}
	if trap == 0 {
		r, trap = m.consume(r)
	}
	return r, trap
}

// resume resumes a continuation, with the name of its handler as the last argument if it is to have one. The tags of
// its clauses are behind all arguments. The number is Aux of the operation.
func (m *machine) resume(ref uint64, number int64) wasm.TrapCode {
	r, trap := m.take(ref)
	if trap != 0 {
		return trap
	}
	if n := ssa.Tags(number); n > 0 {
		list := slices.Concat(behind(m.awaited(r), int(r.Inner().Bound)), slices.Repeat([]wasm.ValType{wasm.I64}, n))
		values := make([]uint64, wasm.SlotCount(list))
		m.gather(list, values)
		m.store.Conts.HandleTags(r, values[len(values)-n:])
	}
	if number&ssa.NamedSite != 0 { // which is not what code has computed if the continuation has another descriptor now
		full := m.awaited(r)
		m.putLast(behind(full[:len(full)-1], int(r.Inner().Bound)), m.store.Conts.Ref(r))
	}
	m.stopHere()
	m.start(r, m.cur)
	return wasm.TrapNone
}

// start makes a consumed continuation run as the child of parent. Its arguments, but for
// those that are bound, are in registers and Args.
func (m *machine) start(r, parent *store.ContRecord) {
	inner := r.Inner()
	if inner.Bound > 0 {
		m.addBound(inner, m.awaited(r))
	}
	r.SetReady()
	r.Resumed(parent)
	r.ResumedAgain()
	if isParked(inner) {
		m.unpark(inner)
		return
	}
	m.goOn(inner)
}

// awaited returns the types of all values that a continuation is to get, those that
// are bound included.
func (m *machine) awaited(r *store.ContRecord) []wasm.ValType {
	if r.State == store.ContFresh {
		return m.store.Types.Comp(r.Func.Type).Func.Params
	}
	return m.store.Awaited(r)
}

// addBound puts the values that are bound before those in registers and Args.
func (m *machine) addBound(inner *store.ContRecord, full []wasm.ValType) {
	n := int(inner.Bound)
	values := make([]uint64, wasm.SlotCount(full))
	copy(values, unsafe.Slice((*uint64)(store.Pointer(inner.Stack())), n))
	m.gather(behind(full, n), values[n:])
	m.scatter(full, values)
	inner.Bound = 0
}

// behind returns the types of the values behind so many slots.
func behind(types []wasm.ValType, slots int) []wasm.ValType {
	for slots > 0 {
		slots -= wasm.SlotCount(types[:1])
		types = types[1:]
	}
	return types
}

// A placer tells where a call passes its values, one after the other, as
// [codegen.Convention.Places] does.
type placer struct{ ints, floats, slot int }

// next returns the register of a value of a type, NoReg if it has none, and its slot.
func (p *placer) next(t ssa.Type) (codegen.Reg, int) {
	list, i := convention.Int, &p.ints
	if t.IsFloat() {
		list, i = convention.Float, &p.floats
	}
	slot := p.slot
	p.slot += t.Slots()
	if *i == len(list) {
		return codegen.NoReg, slot
	}
	*i++
	return list[*i-1], slot
}

// passed returns where a value is that is passed in a register: in what the stubs have
// saved, or in Args at a slot. A vector has a second word behind the first.
func (m *machine) passed(r codegen.Reg, slot int) *[2]uint64 {
	p := unsafe.Pointer(&m.context.Args[slot])
	switch {
	case r == codegen.NoReg:
	case r >= firstFloat:
		return &m.context.SavedX[r-firstFloat]
	default:
		p = unsafe.Pointer(&m.context.Saved[r])
	}
	return (*[2]uint64)(p)
}

// gather copies values of the types from where calls pass them.
func (m *machine) gather(list []wasm.ValType, to []uint64) {
	var p placer
	for _, t := range list {
		t := ssa.TypeOf(t)
		r, slot := p.next(t)
		value := m.passed(r, slot)
		copy(to[slot:], value[:t.Slots()])
		if t == ssa.I32 || t == ssa.F32 {
			to[slot] &= 1<<32 - 1
		}
	}
}

// scatter copies values to where calls pass them.
func (m *machine) scatter(list []wasm.ValType, values []uint64) {
	var p placer
	for _, t := range list {
		t := ssa.TypeOf(t)
		r, slot := p.next(t)
		copy(m.passed(r, slot)[:], values[slot:slot+t.Slots()])
	}
}

// putLast puts a reference where it is passed behind values of the types.
func (m *machine) putLast(before []wasm.ValType, ref uint64) {
	var p placer
	for _, t := range before {
		p.next(ssa.TypeOf(t))
	}
	m.passed(p.next(ssa.I64))[0] = ref
}

// bind puts values before those that a continuation will be resumed with, and returns the
// reference to what is left, which is of type t.
func (m *machine) bind(ref uint64, values func(n int) []uint64, t wasm.TypeID) (uint64, wasm.TrapCode) {
	conts := &m.store.Conts
	r, trap := m.take(ref)
	if trap != 0 {
		return 0, trap
	}
	inner := r.Inner()
	bound := int(inner.Bound)
	left := m.store.Types.Comp(wasm.TypeID(m.store.Types.Comp(t).Cont)).Func.Params
	n := wasm.SlotCount(m.awaited(r)) - bound - wasm.SlotCount(left)
	if n > 0 {
		if trap := m.reserveBound(inner, uintptr(bound+n)*8); trap != 0 {
			return 0, trap
		}
		copy(unsafe.Slice((*uint64)(store.Pointer(inner.Stack())), bound+n)[bound:], values(n))
		inner.Bound = uint16(bound + n)
	}
	r.SetType(t)
	r.Hold() // without values, too: its next resume must note that the type is from before
	return conts.Ref(r), wasm.TrapNone
}

// returnBound takes back what machine code has done to bind values: they lie where a frame would be, behind their
// number.
func returnBound(r *store.ContRecord) {
	n := *(*uint64)(store.Pointer(r.Frame))
	copy(unsafe.Slice((*uint64)(store.Pointer(r.Stack())), n), unsafe.Slice((*uint64)(store.Pointer(r.Frame+8)), n))
	r.Frame += (uintptr(8*(1+n)) + stackAlign - 1) &^ (stackAlign - 1)
	r.PC, r.Bound = process.stubs.fresh, uint16(n)
	r.Hold()
}

// reserveBound makes room for bytes of values below the frames of a continuation that
// does not run.
func (m *machine) reserveBound(inner *store.ContRecord, bytes uintptr) wasm.TrapCode {
	if bytes <= inner.Frame-inner.Stack() {
		return wasm.TrapNone
	}
	used := inner.StackEnd() - inner.Frame
	bound := slices.Clone(unsafe.Slice((*uint64)(store.Pointer(inner.Stack())), inner.Bound))
	if !m.store.Conts.ResizeStackDown(inner, used, used+bytes) {
		return wasm.TrapOutOfMemory
	}
	copy(unsafe.Slice((*uint64)(store.Pointer(inner.Stack())), len(bound)), bound)
	inner.Frame = inner.StackEnd() - used
	return wasm.TrapNone
}

// A prompt is the place of a resume in the chain of running continuations.
type prompt struct {
	child, parent *store.ContRecord // the resumed and the resuming one
	pad           uintptr           // landing pad of the clause, if it is no switch
}

// handler finds the innermost prompt with a clause of a kind for a tag. If a suspension cannot get to
// one, the call has ended.
func (m *machine) handler(kind wasm.HandlerKind, tag *store.TagRecord) (prompt, bool) {
	p, ok := m.findHandler(kind, tag)
	return p, m.reaches(p, ok, tag)
}

// reaches reports whether a suspension gets to a prompt, if it has found one. If not, the call has ended.
func (m *machine) reaches(p prompt, found bool, tag *store.TagRecord) bool {
	if m.store.Barriers {
		if trap := m.meetsBarrier(p, found); trap != wasm.TrapNone {
			m.trap(trap, "")
			return false
		}
	}
	if !found {
		m.unhandled(tag)
	}
	return found
}

func (m *machine) findHandler(kind wasm.HandlerKind, tag *store.TagRecord) (prompt, bool) {
	for child := m.cur; child.Link != nil; child = child.Link {
		if m.isHost(child.Link) {
			return prompt{child: child, parent: child.Link}, m.handles(kind, tag)
		}
		if p, ok := m.promptOf(child, kind, tag, false); ok {
			return p, true
		}
	}
	return prompt{}, false
}

// promptOf returns the prompt at the resume that runs child, if that has a clause for a tag: one with a name, or one
// without.
func (m *machine) promptOf(
	child *store.ContRecord, kind wasm.HandlerKind, tag *store.TagRecord, named bool,
) (prompt, bool) {
	parent := child.Link
	at := m.callAt(parent.PC)
	instance := *(**store.InstanceRecord)(store.Pointer(parent.Frame))
	labels := 0
	detail := at.site.Detail(at.place.fn.details)
	resume := &at.place.fn.resumes[detail.Number]
	if resume.Named != named || resume.Tagged {
		return prompt{}, false
	}
	for _, h := range resume.Clauses {
		if h.Kind == kind && instance.Tag(h.Tag) == tag {
			p := prompt{child: child, parent: parent}
			if kind == wasm.OnLabel {
				p.pad = at.place.fn.start + uintptr(detail.Pads[labels])
			}
			return p, true
		}
		if h.Kind == wasm.OnLabel {
			labels++
		}
	}
	return prompt{}, false
}

// named finds the prompt with a name, the reference that there will be to what it has resumed, and its clause for a
// tag. It notes the base of what runs, with which code finds a handler in less time.
func (m *machine) named(name uint64, tag *store.TagRecord) (p prompt, ok bool) {
	base := m.cur
	for ; base.Link != nil; base = base.Link {
		if m.store.Conts.Ref(base) == name && !m.isHost(base.Link) {
			p, ok = m.promptOf(base, wasm.OnLabel, tag, true)
		}
	}
	m.context.Base = uintptr(unsafe.Pointer(base))
	return p, ok
}

// withTag finds the innermost prompt with a clause for a tag that is a value.
func (m *machine) withTag(tag uint64) (prompt, bool) {
	for child := m.cur; child.Link != nil && !m.isHost(child.Link); child = child.Link {
		if n := m.store.Conts.TagClause(child, tag); n >= 0 {
			at := m.callAt(child.Link.PC)
			pad := at.site.Detail(at.place.fn.details).Pads[n]
			return prompt{child: child, parent: child.Link, pad: at.place.fn.start + uintptr(pad)}, true
		}
	}
	return prompt{}, false
}

// suspendTag suspends with a tag that is a value, of a function type.
func (m *machine) suspendTag(tag uint64, t wasm.TypeID) bool {
	p, ok := m.withTag(tag)
	var unhandled *store.TagRecord
	if !ok {
		unhandled = m.store.UnhandledTag(t)
	}
	if !m.reaches(p, ok, unhandled) {
		return false
	}
	m.stopHere()
	ref := m.capture(p, t)
	m.putLast(m.store.Types.Comp(t).Func.Params, ref)
	m.goOnAt(p.parent, p.pad, p.parent.Frame)
	return true
}

// suspendByName suspends to the handler with a name, which is stale from then on.
func (m *machine) suspendByName(name uint64, tag *store.TagRecord) bool {
	p, ok := m.named(name, tag)
	if !m.reaches(p, ok, tag) {
		return false
	}
	m.stopHere()
	m.capture(p, tag.Type)
	r, trap := m.consume(p.child)
	if trap != 0 {
		return m.trap(trap, "")
	}
	m.putLast(m.store.Tag(tag).Type.Params, m.store.Conts.Ref(r))
	m.goOnAt(p.parent, p.pad, p.parent.Frame)
	return true
}

// unhandled ends the call because nothing handles a suspension.
func (m *machine) unhandled(tag *store.TagRecord) {
	m.end(&store.UnhandledSuspension{Tag: m.store.Tag(tag), Stack: m.stackTrace(m.atCall())})
}

// capture suspends what runs above a prompt and returns a reference to it. It awaits
// values as [store.ContRecord] says.
func (m *machine) capture(p prompt, awaits wasm.TypeID) uint64 {
	r := p.child
	r.Capture(m.cur)
	r.Suspended(awaits)
	if isParked(m.cur) {
		r.Hold()
	}
	return m.store.Conts.Ref(r)
}

func (m *machine) suspend(tag *store.TagRecord) bool {
	p, ok := m.handler(wasm.OnLabel, tag)
	if !ok {
		return false
	}
	m.stopHere()
	return m.handOver(p, tag)
}

// handOver captures what has stopped above a prompt, and goes on at its clause. The payload is where values are passed.
func (m *machine) handOver(p prompt, tag *store.TagRecord) bool {
	ref := m.capture(p, tag.Type)
	if m.isHost(p.parent) {
		return m.suspendToHost(p, tag, ref)
	}
	m.putLast(m.store.Tag(tag).Type.Params, ref)
	m.goOnAt(p.parent, p.pad, p.parent.Frame)
	return true
}

// hostSuspends executes the suspension that a host function asks for: its results are
// what the continuation is resumed with.
func (m *machine) hostSuspends(f *store.FuncRecord, s *store.SuspendRequest) bool {
	if err := m.store.CanSuspend(f, s.Tag); err != nil {
		return m.end(m.store.CallFailed(f, err, m.stackTrace(m.atCall())))
	}
	m.shrinkStack()
	m.scatter(s.Tag.Type.Params, s.Payload)
	return m.suspend(s.Tag.Record)
}

// hostSwitches executes the switch that a host function asks for: its results are what the continuation is resumed
// with.
func (m *machine) hostSwitches(f *store.FuncRecord, r *store.SwitchRequest) bool {
	if err := m.store.CanSuspend(f, r.Tag); err != nil {
		return m.end(m.store.CallFailed(f, err, m.stackTrace(m.atCall())))
	}
	p, ok := m.handler(wasm.OnLabel, r.Tag.Record)
	if !ok {
		return false
	}
	m.shrinkStack()
	m.stopHere()
	return m.switchFromHost(p, r)
}

// switchTo suspends up to a prompt and resumes another continuation there, which gets the
// reference to what was suspended as its last value; back is that reference's type.
func (m *machine) switchTo(ref uint64, tag *store.TagRecord, back wasm.TypeID) bool {
	if _, trap := m.lookup(ref); trap != 0 {
		return m.done(trap)
	}
	p, ok := m.handler(wasm.OnSwitch, tag)
	if !ok {
		return false
	}
	r, trap := m.take(ref)
	if trap != 0 {
		return m.done(trap)
	}
	m.stopHere()
	self := m.capture(p, back)
	full := m.awaited(r)
	bound := int(r.Inner().Bound)
	m.putLast(behind(full[:len(full)-1], bound), self)
	m.start(r, p.parent)
	return true
}

// resumeThrow throws an exception where a continuation is suspended.
func (m *machine) resumeThrow(ref uint64, tag *store.TagRecord, payload []uint64, exception uint64) bool {
	r, trap := m.lookup(ref)
	if trap == 0 && isParked(r.Inner()) {
		return m.trap(wasm.TrapBarrier, store.ThrownIntoParked)
	}
	if trap == 0 {
		r, trap = m.consume(r)
	}
	if trap != 0 {
		return m.done(trap)
	}
	if r.State == store.ContFresh {
		m.store.Conts.Free(r) // its function is never entered
		return m.throw(atCall, tag, payload, exception)
	}
	m.stopHere()
	m.startThrowing(r, m.cur)
	return m.throw(atSuspension, tag, payload, exception)
}

// startThrowing makes a suspended continuation, which is consumed, the running one: an exception comes instead of the
// values that it awaits.
func (m *machine) startThrowing(r, parent *store.ContRecord) {
	inner := r.Inner()
	inner.Bound = 0
	r.SetReady()
	r.Resumed(parent)
	r.ResumedAgain()
	m.setCurrent(inner)
	m.sp = inner.Frame
}

// endContinuation ends the running continuation: its parent is the running one. As at the end of its function, it goes
// into the pool if it can: then the next one is made without Go.
func (m *machine) endContinuation() {
	r := m.cur
	parent := r.Link
	m.setCurrent(parent)
	if r.Class == 0 || uintptr(r.Class) != m.context.PoolClass {
		m.store.Conts.Free(r)
		return
	}
	r.PC, r.Frame = process.stubs.fresh, r.StackEnd()-stackTop // where the return address still is
	m.store.Conts.PutInPool(r)
}
