//go:build linux && amd64

package native

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/store"
	"weft/wasm"
)

// enter runs native code from NativePC on with the stack NativeSP, and returns when that
// is at its end or dispatch has said so.
//
//go:noescape
func enter(c *codegen.Context, m *machine)

// hostEntry is where stubs leave to. Nobody calls it: its declaration tells Go's collector
// what its arguments are.
//
//lint:ignore U1000 see above
func hostEntry(c *codegen.Context, m *machine)

// hostCallEntry is the same for calls of host functions.
//
//lint:ignore U1000 see above
func hostCallEntry(c *codegen.Context, m *machine)

func hostEntryPC() uintptr
func hostCallEntryPC() uintptr

// A machine executes one call from the host, and what it leads to except for calls
// that a host function makes: those get a machine of their own.
type machine struct {
	engine  *Engine
	store   *store.Store
	state   *storeState
	context *codegen.Context
	ctx     context.Context
	caller  *store.InstanceRecord // the store's Caller before the call
	use     store.Use             // that the call is
	outer   border                // of the call around this one

	// root is the descriptor on whose stack Wasm is called, between calls parked; nil if there is none.
	// Its stack has rootSize bytes when a call begins.
	root     *store.ContRecord
	rootSize uint64
	// lastEntry is the adapter that was used last, which is for entryType.
	lastEntry uintptr
	entryType wasm.TypeID

	// cur and sp are, while Go code runs, the continuation that runs and the lowest
	// address of its stack that matters.
	cur *store.ContRecord
	sp  uintptr

	err error // with which the call ends
	// The first slotCount slots are arguments and results of the host function that was called last; if it
	// has many, they are in manySlots.
	slots     [hostSlots]uint64
	slotCount uint32
	manySlots []uint64
	// payload is that of the exception on its way to a handler.
	payload []uint64
	prompt  hostPrompt // of a call that resumes a continuation

	inner store.StackTrace // of the interpreter's calls, through which an exception has come

	calls   uint32        // that began
	active  uint32        // not 0: a call is under way; others read it (see WriteSoon)
	asked   atomic.Uint32 // what other goroutines ask for: askEnd, askSample
	watched *store.Watch  // nil until there is a context to watch
}

// A border is what a call inside of another must leave as it was.
type border struct{ current, nativeSP, nativePC, hostSlots uintptr }

// storeState is what all calls in a store share. The context is Go memory: it does
// not move, has no pointers, and lives as long as somebody refers to it. When the store ends
// it serves another. A watch that comes late sets a flag then that means nothing.
type storeState struct {
	engine  *Engine
	conts   *store.Continuations
	context *codegen.Context
	idle    []*machine
	entries map[wasm.TypeID]uintptr // adapters, by type
	calls   callPlaces
	barred  bool // see expectBarriers
	// interpreted is how many of the store's instances the interpreter can execute; see Engine.counts.
	interpreted int
}

// initialStack is the size of the stack for a call from the host, smallStack that with
// Config.SmallStacks.
const (
	initialStack = 4 << 10
	smallStack   = 512
)

// stackSize returns the size of a stack which usually has so many bytes at the beginning.
func (e *Engine) stackSize(bytes uintptr) uintptr {
	if e.config.SmallStacks {
		return smallStack
	}
	return bytes
}

func (e *Engine) newState(s *store.Store) *storeState {
	e.holdUrgent()
	c := e.contexts.Get().(*codegen.Context)
	c.Current = 0
	c.PoolHead = 0
	c.Conts = uintptr(unsafe.Pointer(s.Conts.At(0)))
	s.Conts.UsePool(&c.PoolHead)
	atomic.StoreUint32(&c.Interrupt, 0)
	shareHeap(s, c)
	return &storeState{engine: e, conts: &s.Conts, context: c, entries: map[wasm.TypeID]uintptr{}}
}

// Release implements [store.EngineState].
func (s *storeState) Release() {
	for _, m := range s.idle {
		m.watched.Stop()
	}
	s.conts.UsePool(nil)
	s.engine.contexts.Put(s.context)
}

// newContext returns a context of which all is there that does not depend on the store.
func newContext() *codegen.Context {
	p := &process.stubs
	c := &codegen.Context{
		FreshStub: p.fresh, HostStub: p.host, TrapStub: p.trap, GrowStub: p.grow, PollStub: p.poll,
		ContNewStub: p.contNew, ResumeStub: p.resume, SuspendStub: p.suspend, SwitchStub: p.switchTo,
		ResumeThrowStub: p.resumeThrow, ContReturnStub: p.contReturn, AllocStub: p.alloc, ArrayStub: p.array, ReenterStub: p.reenter,
		HostEntry: hostEntryPC(), HostCallEntry: hostCallEntryPC(), EntryStub: p.entry,
	}
	c.HostFrame[0] = uintptr(unsafe.Pointer(&c.HostFrame[1]))
	fillClasses(c)
	return c
}

// begin returns a machine for a call from the host, who calls leave at its end. On
// failure the use of the store ends.
func (e *Engine) begin(ctx context.Context, s *store.Store, use store.Use) (*machine, error) {
	if err := s.MayBegin(ctx); err != nil {
		s.Leave()
		return nil, err
	}
	m := e.machine(s)
	c := m.context
	m.outer = border{c.Current, c.NativeSP, c.NativePC, c.HostSlots}
	c.HostSlots = uintptr(unsafe.Pointer(&m.slots))
	c.Current, c.TailCaller = 0, 0
	c.PoolClass = uintptr(store.StackClass(e.stackSize(freshStack)))
	if s.CollectAlways {
		c.PoolClass = 0
		s.Conts.EmptyPool()
	}
	c.Fuel = uintptr(unsafe.Pointer(&s.Fuel))
	if !s.FuelEnabled {
		s.Fuel = math.MaxUint64
	}
	store.WriteSoon(&m.active, 1)
	s.HostDepth++
	s.Active = append(s.Active, m)
	if s.Profile != nil {
		s.Profile.Begin(s, m)
	}
	if m.calls++; m.watch(ctx) || m.calls%lookEvery == 0 {
		e.lookForUrgent(m.calls)
	}
	m.ctx, m.caller, m.use = ctx, s.Caller(), use
	return m, nil
}

// stateOf returns what the calls in a store share.
func (e *Engine) stateOf(s *store.Store) *storeState {
	state, ok := s.Native.(*storeState)
	if !ok {
		state = e.newState(s)
		s.Native = state
	}
	return state
}

// machine takes an idle machine of the store or makes one.
func (e *Engine) machine(s *store.Store) *machine {
	state := e.stateOf(s)
	if n := len(state.idle); n > 0 {
		m := state.idle[n-1]
		state.idle = state.idle[:n-1]
		return m
	}
	return &machine{engine: e, store: s, state: state, context: state.context}
}

// invoke runs a compiled function.
func (m *machine) invoke(f *store.FuncRecord, slots []uint64) error {
	entry, err := m.entry(f)
	if err != nil {
		return err
	}
	c := m.context
	root, trap := m.takeRoot(f)
	if trap != 0 {
		return m.store.TrapError(trap, "", store.StackTrace{})
	}
	copySlots(c.Args[:], slots[:f.Params])
	c.Saved[amd64.R13] = uintptr(unsafe.Pointer(f))
	c.NativeSP, c.NativePC = root.StackEnd(), entry
	enter(c, m)
	if m.err != nil {
		return m.err
	}
	copySlots(slots, c.Args[:f.Results])
	return nil
}

// takeRoot makes the descriptor for a call of f the current one, with a stack.
func (m *machine) takeRoot(f *store.FuncRecord) (*store.ContRecord, wasm.TrapCode) {
	conts := &m.store.Conts
	if r := m.root; r != nil {
		if !m.mayUse(r.StackSize()) {
			return nil, wasm.TrapStackExhausted
		}
		conts.Unpark(r, f)
		m.setCurrent(r)
		return r, wasm.TrapNone
	}
	r := conts.New(f, f.Type)
	if r == nil {
		return nil, wasm.TrapTooManyContinuations
	}
	r.State = store.ContRunning // no reference to it was ever made
	r.SetNative()
	m.setCurrent(r)
	if trap := m.giveStack(r, m.engine.stackSize(initialStack)); trap != 0 {
		return nil, trap
	}
	m.root, m.rootSize = r, r.StackSize()
	return r, wasm.TrapNone
}

// drop gives back a descriptor. The root waits for the next call, unless its stack has grown.
func (m *machine) drop(r *store.ContRecord) {
	if r == m.root {
		if r.StackSize() == m.rootSize {
			m.store.Conts.Park(r)
			return
		}
		m.root = nil
	}
	m.store.Conts.Free(r)
}

// entry returns the adapter through which a function is called.
func (m *machine) entry(f *store.FuncRecord) (uintptr, error) {
	if m.entryType == f.Type {
		return m.lastEntry, nil
	}
	entry := m.state.entries[f.Type]
	if entry == 0 {
		var err error
		if entry, err = m.engine.adapter(f.Type, m.store.Types.Comp(f.Type).Func, entryPart); err != nil {
			return 0, err
		}
		m.state.entries[f.Type] = entry
	}
	m.entryType, m.lastEntry = f.Type, entry
	return entry, nil
}

func (m *machine) setCurrent(c *store.ContRecord) {
	m.cur = c
	m.context.Current = uintptr(unsafe.Pointer(c))
}

// current returns the continuation that runs.
func (m *machine) current() *store.ContRecord {
	return (*store.ContRecord)(store.Pointer(m.context.Current))
}

// leave gives back what the call used, however it ended, and the machine itself.
func (m *machine) leave() {
	s, c := m.store, m.context
	m.use.Regain(s)
	store.WriteSoon(&m.active, 0)
	for r := m.current(); r != nil; {
		parent := r.Link
		m.drop(r)
		r = parent
	}
	o := &m.outer
	c.Current, c.NativeSP, c.NativePC, c.HostSlots = o.current, o.nativeSP, o.nativePC, o.hostSlots
	s.SetCaller(m.caller)
	s.HostDepth--
	s.Active = s.Active[:s.HostDepth]
	if s.Profile != nil {
		s.Profile.End(s)
	}
	m.ctx, m.err, m.cur, m.sp = nil, nil, nil, 0
	if m.prompt.side != nil {
		m.prompt = hostPrompt{}
	}
	m.slotCount, m.manySlots = 0, m.manySlots[:0]
	m.payload = m.payload[:0]
	m.state.idle = append(m.state.idle, m)
	s.Leave()
}

// giveStack gives a continuation that has none a stack.
func (m *machine) giveStack(c *store.ContRecord, size uintptr) wasm.TrapCode {
	if !m.mayUse(uint64(size)) {
		return wasm.TrapStackExhausted
	}
	if m.store.Conts.AllocStack(c, size) {
		return wasm.TrapNone
	}
	if trap := m.store.Collect(); trap != 0 {
		return trap
	}
	if m.store.Conts.AllocStack(c, size) {
		return wasm.TrapNone
	}
	return wasm.TrapOutOfMemory
}

// mayUse reports whether so many bytes of stack more may be active. Code that switches
// does not count: stacks of more bytes than the limit come only of more allocations, and then
// those are counted that are active.
func (m *machine) mayUse(bytes uint64) bool {
	limit := uint64(m.store.Limits.StackBytes)
	return m.store.Conts.StackBytes()+bytes <= limit || m.activeStack()+bytes <= limit
}

// activeStack returns the bytes of the stacks of all calls that are under way in the store.
func (m *machine) activeStack() uint64 {
	bytes, current := m.store.StackInUse, m.current()
	for _, active := range slices.Backward(m.store.Active) {
		m, ok := active.(*machine)
		if !ok {
			continue // the interpreter's, which counts
		}
		for r := current; r != nil; r = r.Link {
			bytes += r.StackSize()
		}
		current = (*store.ContRecord)(store.Pointer(m.outer.current))
	}
	return bytes
}

// growStack makes the stack of the running continuation larger, by at least bytes.
func (m *machine) growStack(bytes uintptr) wasm.TrapCode {
	c, s, r := m.context, m.store, m.cur
	used, old := r.StackEnd()-c.NativeSP, uintptr(r.StackSize())
	size := max(used+bytes+codegen.StackMargin, 2*old)
	if !m.mayUse(uint64(size - old)) {
		return wasm.TrapStackExhausted
	}
	if !s.Conts.GrowStackDown(r, used, size) {
		return s.NoRoom()
	}
	c.NativeSP = r.StackEnd() - used
	return wasm.TrapNone
}

// Context implements [store.Roots].
func (m *machine) Context() context.Context { return m.ctx }

// Running implements [store.Roots].
func (m *machine) Running() *store.ContRecord { return m.cur }

// ScanStacks implements [store.Roots].
func (m *machine) ScanStacks(scan func(base, bytes uintptr)) {
	if m.sp == 0 {
		return // nothing has run yet
	}
	scan(uintptr(unsafe.Pointer(&m.slots)), 8*uintptr(m.slotCount))
	if n := len(m.manySlots); n > 0 {
		scan(uintptr(unsafe.Pointer(&m.manySlots[0])), uintptr(n)*8)
	}
	m.scanPayload(scan)
	saved := &m.context.Saved // arguments of an operation on continuations
	scan(uintptr(unsafe.Pointer(saved)), unsafe.Sizeof(*saved))
	args := &m.context.Args
	scan(uintptr(unsafe.Pointer(args)), unsafe.Sizeof(*args))
	scan(m.sp, m.cur.StackEnd()-m.sp)
	for c := m.cur.Link; c != nil; c = c.Link {
		scan(m.engine.Frames(c))
	}
}
