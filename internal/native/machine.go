package native

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
	"weft/wasm"
)

// A machine executes one call from the host, and what it leads to except for calls
// that a host function makes: those get a machine of their own.
type machine struct {
	engine  *Engine
	store   *store.Store
	state   *storeState
	context *codegen.Context
	ctx     context.Context
	caller  store.CallerMark // the store's Caller before the call
	use     store.Use        // that the call is
	outer   outerCall        // of the call around this one

	// root is the descriptor on whose stack Wasm is called, between calls parked; nil if there is none.
	// Its stack is of rootClass when a call begins, has rootSize bytes, and ends at rootEnd.
	root      *store.ContRecord
	rootClass uint8
	rootSize  uint64
	rootEnd   uintptr
	// lastEntry is the adapter that was used last, which is for entryType.
	lastEntry uintptr
	entryType wasm.TypeID

	// cur and sp are, while Go code runs, the continuation that runs and the lowest
	// address of its stack that matters.
	cur *store.ContRecord
	sp  uintptr
	// kept is how many bytes below sp matter besides.
	kept uintptr

	err error // with which the call ends
	// The first slotCount slots are arguments and results of the host function that was called last; if it
	// has many, they are in manySlots.
	slots     [hostSlots]uint64
	slotCount uint32
	manySlots []uint64
	// payload is that of the exception on its way to a handler.
	payload    []uint64
	prompt     hostPrompt // of a call that resumes a continuation
	waits      store.Wait // for the scheduler
	lastMemory memoryPlace
	watchpoint store.Watched
	// pausing says that the call has been asked to pause, and has not come to where it can.
	pausing bool
	around  *store.Pausable // the call around this one, in a store with a scheduler

	ended store.Stretch    // of an interpreted function
	inner store.StackTrace // of the interpreter's calls, through which an exception has come

	calls   uint32        // that began
	active  uint32        // not 0: a call is under way; others read it (see WriteSoon)
	asked   atomic.Uint32 // what other goroutines ask for: askEnd, askSample
	again   atomic.Bool   // another signal is on its way
	watched *store.Watch  // nil until there is a context to watch
}

// An outerCall is what a call inside of another must leave as it was. Outside of all calls it means nothing.
type outerCall struct {
	current, nativeSP, nativePC, hostSlots, turns uintptr
	served                                        *store.Turns // those of turns
}

// storeState is what all calls in a store share.
type storeState struct {
	engine  *Engine
	store   *store.Store
	conts   *store.Continuations
	context *codegen.Context
	ended   runtime.Cleanup // gives back the context of a store that nobody closes
	// machines are those of calls within each other, from the outermost in, of which the first depth are under way.
	machines []*machine
	depth    int
	// readyFor is the type of the functions for which the outermost machine is ready (see Call); 0 while it is for
	// none.
	readyFor wasm.TypeID

	entries map[wasm.TypeID]uintptr // adapters, by type
	calls   *callPlaces
	barred  bool // see expectBarriers
	// widest is the number of slots of the widest signature of the instances that have been surveyed.
	widest, surveyed int
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
	c := process.contexts.take()
	c.Current, c.Turns = 0, 0
	c.PoolHead = 0
	c.Fuel = uintptr(unsafe.Pointer(&s.Fuel))
	s.Conts.UsePool(&c.PoolHead, &c.Conts)
	atomic.StoreUint32(&c.Interrupt, 0)
	shareHeap(s, c)
	state := &storeState{engine: e, store: s, conts: &s.Conts, context: c, entries: map[wasm.TypeID]uintptr{}}
	state.ended = runtime.AddCleanup(state, process.contexts.put, c)
	return state
}

// Release implements [store.EngineState].
func (s *storeState) Release() {
	for _, m := range s.machines {
		m.watched.Stop()
	}
	s.conts.UsePool(nil, nil)
	s.ended.Stop()
	process.contexts.put(s.context)
}

// begin returns a machine for a call from the host, who calls leave at its end. On
// failure the use of the store ends.
func (e *Engine) begin(ctx context.Context, s *store.Store, use store.Use) (*machine, error) {
	if err := s.MayBegin(ctx); err != nil {
		s.Leave()
		return nil, err
	}
	m := e.stateOf(s).machine()
	c := m.context
	if m.state.depth > 1 {
		s.RunningCont() // so that what machine code has done until now is noticed
		m.outer = outerCall{c.Current, c.NativeSP, c.NativePC, c.HostSlots, c.Turns, s.Turns}
		c.Turns = 0
	}
	c.HostSlots = uintptr(unsafe.Pointer(&m.slots))
	c.Current, c.TailCaller = 0, 0
	m.cur, m.sp = nil, 0
	c.PoolClass = uintptr(store.StackClass(e.stackSize(freshStack)))
	if s.CollectAlways {
		c.PoolClass = 0
		s.Conts.EmptyPool()
	}
	if !s.FuelEnabled {
		s.Fuel = math.MaxUint64
	}
	store.WriteSoon(&m.active, 1)
	s.HostDepth++
	s.Active = append(s.Active, m)
	if s.Profile != nil {
		s.Profile.Begin(s, m)
	}
	if s.Scheduler != nil {
		m.around = s.BeginPausable(m)
	}
	if m.calls++; m.watch(ctx) || m.calls%lookEvery == 0 {
		e.lookForUrgent(m.calls)
	}
	m.ctx, m.caller, m.use = ctx, s.CallerMark(), use
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

// machine returns the machine for one more call within those that are under way, until giveBack.
func (s *storeState) machine() *machine {
	if s.depth == len(s.machines) {
		s.machines = append(s.machines, &machine{engine: s.engine, store: s.store, state: s, context: s.context})
	}
	s.depth++
	s.readyFor = 0
	return s.machines[s.depth-1]
}

// giveBack ends the innermost call.
func (m *machine) giveBack() { m.state.depth-- }

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
	s, c, state := m.store, m.context, m.state
	m.use.Regain(s)
	store.WriteSoon(&m.active, 0)
	if r := m.current(); r != nil && r == m.root && r.Class == m.rootClass {
		s.Conts.Park(m.rootSize)
	} else {
		m.dropAll(r)
	}
	s.SetCallerMark(m.caller)
	s.HostDepth--
	s.Active = s.Active[:s.HostDepth]
	if s.Profile != nil {
		s.Profile.End(s)
	}
	if s.Scheduler != nil {
		s.EndPausable(m.around, m.forgetPause)
		m.around = nil
	}
	m.ctx, m.slotCount, m.kept = nil, 0, 0
	if m.lastMemory.instance != 0 { // there may be another one there when the next call begins
		m.lastMemory = memoryPlace{}
	}
	if m.err != nil || m.prompt.side != nil || len(m.manySlots)+len(m.payload) > 0 {
		m.err, m.prompt, m.manySlots, m.payload = nil, hostPrompt{}, m.manySlots[:0], m.payload[:0]
		c.Turns = 0
	}
	if state.depth--; state.depth > 0 {
		o := &m.outer
		c.Current, c.NativeSP, c.NativePC, c.HostSlots = o.current, o.nativeSP, o.nativePC, o.hostSlots
		if s.Turns = o.served; !s.Barriers {
			c.Turns = o.turns
		}
	} else if m.root != nil && !s.CollectAlways {
		state.readyFor = m.entryType
	}
	s.Leave()
}

// dropAll gives back a continuation and its parents.
func (m *machine) dropAll(r *store.ContRecord) {
	for r != nil {
		parent := r.Link
		m.drop(r)
		r = parent
	}
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
	used, old := r.StackEnd()-c.NativeSP+m.kept, uintptr(r.StackSize())
	size := max(used+bytes+codegen.StackMargin, 2*old)
	if !m.mayUse(uint64(size - old)) {
		return wasm.TrapStackExhausted
	}
	if !s.Conts.ResizeStackDown(r, used, size) {
		return s.NoRoom()
	}
	c.NativeSP = r.StackEnd() - used + m.kept
	return wasm.TrapNone
}

// shrinkStack gives the computation that a host function stops a smaller stack, if it uses an eighth or less of the one
// that it has. It may wait for long, and be one of thousands that were deeper before.
func (m *machine) shrinkStack() {
	r, c := m.cur, m.context
	used, size := r.StackEnd()-c.NativeSP, m.engine.stackSize(freshStack)
	if 8*used > uintptr(r.StackSize()) {
		return
	}
	for size < 2*used+codegen.StackMargin {
		size *= 2
	}
	if 2*size <= uintptr(r.StackSize()) && m.store.Conts.ResizeStackDown(r, used, size) {
		c.NativeSP = r.StackEnd() - used
		m.sp = c.NativeSP
	}
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
	scan(m.sp-m.kept, m.cur.StackEnd()-m.sp+m.kept)
	for c := m.cur.Link; c != nil; c = c.Link {
		scan(m.engine.Frames(c))
	}
}
