package interp

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// Engine is the interpreter. It holds nothing but the stubs at which stacks end,
// and can serve any number of stores at the same time.
type Engine struct {
	arena                store.Arena
	exit, contReturnStub uintptr
	hostCall             uintptr // behind the call of a host function with which a continuation begins
	hostFunc             *store.FuncRecord
	// fence is what atomic.fence of all threads accesses.
	fence     atomic.Uint32
	codeLimit uint64 // of each module
	// steps lets code count them, see CountSteps.
	steps bool
	// listens lets code tell a listener of calls, see Listen.
	listens bool
	// hotAfter is not 0 if functions are hot after so many calls and turns (see tier.go).
	hotAfter int
}

// stubs lie outside the Go heap: code for the ends of stacks, and a function
// that stands for the host where it has resumed a continuation (host.go). It has
// an empty frame, and its resume has no clauses.
type stubs struct {
	header
	clauses, exit, contReturn instr
	// hostCall stands for the call of a host function with which a continuation begins: its results go to the bottom of
	// the stack. What stands behind it is never executed.
	hostCall, behind instr
	hostFunc         store.FuncRecord
	hostInstance     store.InstanceRecord
}

// New returns an engine.
func New() (*Engine, error) {
	e := &Engine{codeLimit: store.DefaultCodeBytes}
	p, err := e.arena.Alloc(unsafe.Sizeof(stubs{}))
	if err != nil {
		return nil, fmt.Errorf("weft: new interpreter: %w", err)
	}
	c := (*stubs)(p)
	c.clauses.op, c.exit.op, c.contReturn.op = opClauses, opExit, opContReturn
	c.hostFunc = store.FuncRecord{Code: uintptr(p), Instance: &c.hostInstance}
	e.exit, e.contReturnStub = uintptr(unsafe.Pointer(&c.exit)), uintptr(unsafe.Pointer(&c.contReturn))
	c.hostCall.op, c.behind.op, e.hostCall = opClauses, opExit, uintptr(unsafe.Pointer(&c.behind))
	e.hostFunc = &c.hostFunc
	runtime.AddCleanup(e, func(a store.Arena) { a.Release() }, e.arena)
	return e, nil
}

// CountSteps lets the code of modules that are prepared from now on take a unit of fuel at the beginning of each
// function, at each arrival at a loop, and before each atomic access, as machine code can. Otherwise calls and branches
// backwards do.
func (e *Engine) CountSteps() { e.steps = true }

// LimitCode implements [store.Engine].
func (e *Engine) LimitCode(bytes uint64) { e.codeLimit = bytes }

// moduleCode is what the engine keeps for a module: the code of the functions
// that have been called.
type moduleCode struct {
	mu    sync.Mutex
	use   store.CodeUse
	arena *store.Arena
	funcs []*funcCode // nil before the first call
	lower lowerer
}

// Prepare implements [store.Engine]. Functions are lowered when they are called.
func (e *Engine) Prepare(m *store.Module) {
	c := &moduleCode{arena: &store.Arena{}, funcs: make([]*funcCode, len(m.Wasm.Funcs))}
	c.use.Limit, c.use.Total = e.codeLimit, m.CodeBytes
	c.lower.hotAfter, c.lower.steps, c.lower.listens = e.hotAfter, e.steps, e.listens
	m.Code = c
	runtime.AddCleanup(m, func(a *store.Arena) { a.Release() }, c.arena)
}

// Link implements [store.Engine]: functions need nothing before they are called.
func (e *Engine) Link(*store.Instance) error { return nil }

// Forget implements [store.Engine]: nothing is kept for types.
func (e *Engine) Forget(wasm.TypeID) {}

// LinkHost implements [store.Engine].
func (e *Engine) LinkHost(*store.Store, *store.FuncRecord) error { return nil }

// function returns the code of a function that the module defines.
func (c *moduleCode) function(s *store.Store, m *store.Module, own int) (*funcCode, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if code := c.funcs[own]; code != nil {
		return code, nil
	}
	if err := c.use.Full(); err != nil {
		return nil, err
	}
	h, err := c.lower.lower(s, m, own)
	if err != nil {
		return nil, err
	}
	if err := c.use.Take(c.lower.bytes()); err != nil {
		return nil, err
	}
	code, err := c.lower.encode(c.arena, h)
	if err != nil {
		return nil, err
	}
	c.funcs[own] = code
	return code, nil
}

// code returns the Go half of a function's code, which has been called.
func code(s *store.Store, f *store.FuncRecord) *funcCode {
	m := s.Instance(f.Instance).Module
	c := m.Code.(*moduleCode)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.funcs[int(f.Index)-m.Space.ImportedFuncs]
}

// Call implements [store.Engine].
func (e *Engine) Call(ctx context.Context, s *store.Store, f *store.FuncRecord, args []uint64) error {
	if f.IsHost() {
		return s.CallHostFor(ctx, f, nil, args)
	}
	use, err := s.Enter()
	if err != nil {
		return err
	}
	m, err := e.begin(ctx, s, use)
	if err != nil {
		return err
	}
	defer m.leave()
	return m.invoke(f, args)
}

// begin returns a machine for a call from the host, who calls leave at its end. On
// failure the use of the store ends.
func (e *Engine) begin(ctx context.Context, s *store.Store, use store.Use) (*machine, error) {
	if err := s.MayBegin(ctx); err != nil {
		s.Leave()
		return nil, err
	}
	m := e.machine(s)
	s.HostDepth++
	s.Active = append(s.Active, m)
	if s.Profile != nil {
		s.Profile.Begin(s, m)
	}
	if s.Scheduler != nil {
		m.around = s.BeginPausable(m)
	}
	if atomic.LoadUint32(&m.interrupt)&flagTier != 0 {
		atomic.AndUint32(&m.interrupt, ^uint32(flagTier))
	}
	if s.FuelEnabled && !e.steps {
		atomic.OrUint32(&m.interrupt, flagFuel)
	}
	m.watch(ctx)
	m.ctx, m.caller, m.use = ctx, s.Caller(), use
	return m, nil
}

// machine takes an idle machine of the store or makes one.
func (e *Engine) machine(s *store.Store) *machine {
	if n := len(s.Idle); n > 0 {
		m := s.Idle[n-1].(*machine)
		s.Idle = s.Idle[:n-1]
		return m
	}
	return &machine{engine: e, store: s, conts: &s.Conts}
}
