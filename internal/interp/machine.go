package interp

import (
	"context"
	"sync/atomic"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// A machine executes one call from the host, and what it leads to except for
// calls that a host function makes: those get a machine of their own, with an
// empty chain of handlers.
type machine struct {
	engine *Engine
	store  *store.Store
	conts  *store.Continuations
	ctx    context.Context
	caller *store.InstanceRecord // the store's Caller before the call
	use    store.Use             // that the call is

	// The state of run, while run does not have it.
	// Like all that run has, they are addresses outside the Go heap.
	ip, fp, fn uintptr
	limit      uintptr // end of the stack of cur

	// cur is the running continuation; its chain of parents ends at the stack on
	// which the host called.
	cur *store.ContRecord

	// interrupt is not 0 if polls must look closer.
	interrupt  atomicFlags
	watched    *store.Watch // nil until there is a context to watch
	flight     flight
	prompt     hostPrompt      // of a call that resumes a continuation
	waits      store.Wait      // for the scheduler
	watchpoint store.Watched   // likewise
	dropped    []uint64        // what a paused computation is resumed with
	around     *store.Pausable // the call around this one, in a store with a scheduler
	detail     string          // for the message of the next trap

	// hostSlots are arguments and results of the host function that runs. They lie in Go's heap, because it may
	// keep them.
	hostSlots []uint64
	hostCount int // of them are in use

	// stretch, unless it is nil, says that a stretch is executed (see stretch.go), and how it has ended.
	stretch *store.Stretch
	turns   int      // of loops in the stretch
	stays   bool     // no turn is the second tier's
	resumed bool     // the stretch has just begun, behind another one
	handed  []uint64 // locals of the loop whose turn is the second tier's
}

// atomicFlags are bits that other goroutines may set.
type atomicFlags = uint32

const (
	flagCancelled atomicFlags = 1 << iota // a context has ended that is or was watched
	flagSampled                           // the store's profile asks where the call is
	flagFuel                              // the store counts fuel
	flagTier                              // calls and turns are counted, see tier.go
	flagPause                             // the scheduler is to be asked
)

// A link lies in each frame, behind the parameters. Its addresses are plain
// numbers: they point to code and records outside the Go heap.
type link struct {
	ret    uintptr // where the caller goes on
	delta  uintptr // distance to the caller's frame
	caller uintptr // the caller's *store.FuncRecord
}

func (m *machine) save(ip, fp unsafe.Pointer, fn *store.FuncRecord) {
	m.ip, m.fp, m.fn = uintptr(ip), uintptr(fp), uintptr(unsafe.Pointer(fn))
}

// function returns the running function; nil before there is one.
func (m *machine) function() *store.FuncRecord { return (*store.FuncRecord)(store.Pointer(m.fn)) }

// frame returns the running function's frame, slot a place in it.
func (m *machine) frame() unsafe.Pointer { return store.Pointer(m.fp) }

func (m *machine) slot(off uint32) unsafe.Pointer { return store.Pointer(m.fp + uintptr(off)) }

// initialStack is the size of the stack for a call from the host.
const initialStack = 4 << 10

// invoke runs a function that is not the host's.
func (m *machine) invoke(f *store.FuncRecord, args []uint64) error {
	root := m.conts.NewSide(f)
	if root == nil {
		return m.trap(wasm.TrapOutOfMemory)
	}
	m.cur = root
	if err := m.prepare(f); err != nil {
		return err
	}
	h := (*header)(store.Pointer(f.Code))
	if trap := m.giveStack(root, max(uintptr(h.frame), initialStack)); trap != 0 {
		return m.trap(trap)
	}
	m.store.StackInUse += root.StackSize()
	fp := store.Pointer(root.Stack())
	copy(slots(fp, 8*f.Params), args)
	m.enter(f, fp, m.engine.exit)
	if err := m.run(); err != nil {
		return err
	}
	copy(args, slots(store.Pointer(root.Stack()), 8*f.Results))
	return nil
}

// enter makes f run in a frame at the bottom of the stack of cur; it returns to
// a stub. The parameters are in place.
func (m *machine) enter(f *store.FuncRecord, fp unsafe.Pointer, stub uintptr) {
	h := (*header)(store.Pointer(f.Code))
	*(*link)(unsafe.Add(fp, h.link)) = link{ret: stub, caller: uintptr(unsafe.Pointer(f))}
	m.save(store.Pointer(f.Code+instrSize), fp, f)
	m.setLimit()
}

func (m *machine) setLimit() { m.limit = m.cur.StackEnd() }

// leave gives back what the call used, however it ended, and the machine itself.
func (m *machine) leave() {
	m.use.Regain(m.store)
	for m.cur != nil {
		c := m.cur
		m.cur = c.Link
		m.store.StackInUse -= c.StackSize()
		m.conts.Free(c)
	}
	m.store.SetCaller(m.caller)
	m.store.HostDepth--
	m.store.Active = m.store.Active[:m.store.HostDepth]
	if m.store.Profile != nil {
		m.store.Profile.End(m.store)
	}
	if m.store.Scheduler != nil {
		m.store.EndPausable(m.around, m.forgetPause)
		m.around = nil
	}
	m.ctx, m.fn, m.flight.tag, m.flight.ref, m.prompt = nil, 0, nil, 0, hostPrompt{}
	m.hostCount = 0
	atomic.AndUint32(&m.interrupt, ^uint32(flagFuel))
	m.store.Idle = append(m.store.Idle, m)
	m.store.Leave()
}

// Release implements [store.EngineState].
func (m *machine) Release() { m.watched.Stop() }

// isOutside reports whether a function is not the interpreter's: the host's, or
// another engine's.
func (m *machine) isOutside(f *store.FuncRecord) bool {
	if f.Code != 0 {
		return false
	}
	if f.IsHost() {
		return true
	}
	_, ours := m.store.Instance(f.Instance).Module.Code.(*moduleCode)
	return !ours
}

// prepare makes a function's code, unless it is there.
func (m *machine) prepare(f *store.FuncRecord) error {
	if err := prepare(m.store, f); err != nil {
		return m.trap(m.noCode(err))
	}
	return nil
}

// noCode returns the trap for a function without code, by an error of prepare.
func (m *machine) noCode(err error) wasm.TrapCode {
	if err == errEnded {
		return store.Interrupted
	}
	m.detail = err.Error()
	if detail, ok := store.IsCodeError(err); ok {
		m.detail = detail
	}
	return wasm.TrapOutOfMemory
}

func prepare(s *store.Store, f *store.FuncRecord) error {
	if f.Code != 0 {
		return nil
	}
	in := s.Instance(f.Instance)
	c, err := in.Module.Code.(*moduleCode).function(s, in.Module, int(f.Index)-in.Module.Space.ImportedFuncs)
	if err != nil {
		return err
	}
	f.Code = c.start
	if len(c.barriers) > 0 {
		s.Barriers = true
	}
	return nil
}

// giveStack gives a continuation that has none a stack.
func (m *machine) giveStack(c *store.ContRecord, size uintptr) wasm.TrapCode {
	if uint64(size) > uint64(m.store.Limits.StackBytes) {
		return wasm.TrapStackExhausted
	}
	if m.conts.AllocStack(c, size) {
		return wasm.TrapNone
	}
	if trap := m.store.Collect(); trap != 0 {
		return trap
	}
	if m.conts.AllocStack(c, size) {
		return wasm.TrapNone
	}
	return wasm.TrapOutOfMemory
}

// growStack makes room for the frame of callee, offset bytes above the frame of
// the running function.
func (m *machine) growStack(callee *store.FuncRecord, offset uint32) wasm.TrapCode {
	c, s := m.cur, m.store
	at := m.fp - c.Stack()
	need := at + uintptr(offset) + uintptr((*header)(store.Pointer(callee.Code)).frame)
	old := c.StackSize()
	size := max(need, 2*uintptr(old))
	if s.StackInUse-old+uint64(size) > uint64(s.Limits.StackBytes) {
		return wasm.TrapStackExhausted
	}
	used := at + uintptr((*header)(store.Pointer(m.function().Code)).frame)
	if !m.conts.GrowStack(c, used, size) {
		return s.NoRoom()
	}
	s.StackInUse += c.StackSize() - old
	m.fp = c.Stack() + at
	m.setLimit()
	return wasm.TrapNone
}

// call makes callee run in a new frame, with the arguments at in.a, when that
// takes more than run does itself: it calls a host function, makes code, grows
// the stack.
func (m *machine) call(callee *store.FuncRecord, in *instr) wasm.TrapCode {
	if m.stretch != nil {
		m.endStretch(store.Stretch{End: store.StretchCalls, Callee: callee, Slots: uintptr(in.a)})
		return wasm.TrapNone
	}
	if callee.IsHost() || m.isOutside(callee) {
		m.callHostFor(callee, m.callingInstance(), m.slot(in.a))
		return wasm.TrapNone
	}
	if err := m.prepare(callee); err != nil {
		m.flight = flight{err: err}
		return wasm.TrapNone
	}
	h := (*header)(store.Pointer(callee.Code))
	if m.fp+uintptr(in.a)+uintptr(h.frame) > m.limit {
		if trap := m.growStack(callee, in.a); trap != 0 {
			return trap
		}
	}
	caller := link{ret: m.ip, delta: uintptr(in.a), caller: m.fn}
	m.ip, m.fp, m.fn = callee.Code+instrSize, m.fp+uintptr(in.a), uintptr(unsafe.Pointer(callee))
	*(*link)(m.slot(h.link)) = caller
	return wasm.TrapNone
}

// checkedCall executes a call_indirect of a function whose type is not the
// expected one, but may be a subtype.
func (m *machine) checkedCall(callee *store.FuncRecord, in *instr) wasm.TrapCode {
	if !m.store.Types.IsSubtype(callee.Type, m.function().Instance.Type(in.b)) {
		return wasm.TrapIndirectCallType
	}
	if in.op == opTailCallIndirect {
		return m.tailCall(callee, in)
	}
	return m.call(callee, in)
}

// tailCall replaces the running frame by one of callee, with the arguments at
// in.a.
func (m *machine) tailCall(callee *store.FuncRecord, in *instr) wasm.TrapCode {
	if m.isOutside(callee) {
		// An ordinary call: behind it the lowering has put a return.
		m.callHostFor(callee, m.callingInstance(), m.slot(in.a))
		return wasm.TrapNone
	}
	h := (*header)(store.Pointer(m.function().Code))
	back := *(*link)(unsafe.Add(m.frame(), h.link))
	args := m.slot(in.a)
	if err := m.prepare(callee); err != nil {
		m.flight = flight{err: err}
		return wasm.TrapNone
	}
	copySlots(m.frame(), args, 8*callee.Params)
	to := (*header)(store.Pointer(callee.Code))
	if m.fp+uintptr(to.frame) > m.limit {
		// The arguments are all that matters of the frame now, and they lie in the
		// part of it that growing keeps.
		if trap := m.growStack(callee, 0); trap != 0 {
			return trap
		}
	}
	*(*link)(m.slot(to.link)) = back
	m.ip, m.fn = callee.Code+instrSize, uintptr(unsafe.Pointer(callee))
	m.pollTail()
	return wasm.TrapNone
}

// pollTail looks whether a loop of tail calls is to be interrupted.
func (m *machine) pollTail() {
	if atomic.LoadUint32(&m.interrupt) != 0 {
		if err := m.poll(); err != nil {
			m.flight = flight{err: err}
		}
	}
}

// callingInstance returns the instance whose code calls a host function; nil for the host.
func (m *machine) callingInstance() *store.InstanceRecord {
	if m.isHost(m.cur) {
		return nil
	}
	return m.function().Instance
}

// callHostFor calls a host function for the code of an instance, with its arguments at p. A failure is left in flight.
func (m *machine) callHostFor(f *store.FuncRecord, caller *store.InstanceRecord, p unsafe.Pointer) {
	args := slots(p, 8*max(f.Params, f.Results))
	if !f.IsHost() {
		if err := m.store.CallHost(m.ctx, m.use, f, caller, args); err != nil {
			m.hostFailed(f, err)
		}
		return
	}
	if len(args) > len(m.hostSlots) {
		m.hostSlots = make([]uint64, 2*len(args))
	}
	m.hostCount = len(args)
	given := m.hostSlots[:len(args)]
	copyFew(given, args)
	s := m.store
	host := s.Host(f) // before others may use the store, and add to it
	s.Lend(m.use, caller)
	err := host.Call(m.ctx, given)
	if !s.TakeBack() && !s.Await(m.use) && err == nil {
		err = store.ErrClosed
	}
	copyFew(args[:f.Results], given)
	m.hostCount = 0
	if err != nil {
		m.hostFailed(f, err)
	}
}

// copyFew copies slots of which there are few: then this is faster than memmove.
func copyFew(to, from []uint64) {
	from = from[:len(to)]
	//lint:ignore S1001 that would be memmove
	for i, v := range from {
		to[i] = v
	}
}
