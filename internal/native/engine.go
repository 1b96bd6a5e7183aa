package native

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// Engine executes machine code. What the compiler does not support, it leaves to an
// interpreter. It can serve any number of stores at the same time.
type Engine struct {
	interpreter store.Engine
	first       store.FirstTier // the interpreter, if functions begin there; else nil
	config      Config
	codeLimit   uint64 // of each module, in bytes
	target      codegen.Target
	// compile, unless it is nil, returns the code of a module's own functions ahead of their
	// calls. Tests replace it.
	compile   func(e *Engine, m *store.Module, checks bool) ([]*codegen.Code, error)
	compilers sync.Pool // of *compiler
	backlog   backlog

	chunks atomic.Pointer[[]*chunk] // sorted by address

	mu       sync.Mutex // held to change chunks, and for what follows
	adapters map[wasm.TypeID]*adapter
}

// New returns an engine. The first one with signals installs handlers in the process
// (see docs/native.md); where Go does not interrupt goroutines by signals, or there are no handlers, code polls. The
// interpreter gets the modules that are not compiled.
func New(interpreter store.Engine, config Config) (store.Engine, error) {
	if !supported { // and nothing of the engine is linked
		return nil, errPlatform()
	}
	return newEngine(interpreter, config)
}

func errPlatform() error {
	return fmt.Errorf("weft: there is no native engine for %s/%s", runtime.GOOS, runtime.GOARCH)
}

func newEngine(interpreter store.Engine, config Config) (*Engine, error) {
	target, err := newTarget(config.Baseline)
	if err != nil {
		return nil, err
	}
	if err := startProcess(); err != nil {
		return nil, err
	}
	if config.NoSignals = config.NoSignals || !handlesSignals; config.NoSignals {
		config.BoundsChecks, config.Polls = true, true
	} else if err := startSignals(); err != nil {
		return nil, err
	}
	config.Polls = config.Polls || !canPreempt()
	e := &Engine{interpreter: interpreter, config: config, target: target, codeLimit: store.DefaultCodeBytes,
		compilers: sync.Pool{New: func() any { return newCompiler(target) }},
		adapters:  map[wasm.TypeID]*adapter{}}
	if config.Eager {
		e.compile = compile
	} else if config.InterpretFirst && !config.Fuel {
		if e.first, _ = interpreter.(store.FirstTier); e.first != nil {
			e.first.HotAfter(config.HotAfter)
		}
	}
	e.chunks.Store(&[]*chunk{})
	runtime.AddCleanup(e, func(left map[wasm.TypeID]*adapter) {
		for _, a := range left {
			process.adapters.unuse(a)
		}
	}, e.adapters)
	return e, nil
}

// LimitCode implements [store.Engine].
func (e *Engine) LimitCode(bytes uint64) {
	e.codeLimit = bytes
	e.interpreter.LimitCode(bytes)
}

// isOwn reports whether a function has machine code of its own, or gets it when it is called.
func isOwn(f *store.FuncRecord) bool {
	return f.Native-(compiledStart-trampolineSize) < compiledSize+trampolineSize
}

// Prepare implements [store.Engine].
func (e *Engine) Prepare(m *store.Module) {
	if err := e.prepare(m); err != nil {
		m.Interpreted = err
		e.interpreter.Prepare(m)
	}
}

func (e *Engine) prepare(m *store.Module) error {
	code, err := e.newLazyCode(m, e.config.BoundsChecks)
	if err != nil {
		return err
	}
	m.Native = code
	if code.tiered = e.interpretsFirst(m); code.tiered {
		e.interpreter.Prepare(m)
	}
	return nil
}

// newLazyCode returns what the engine keeps for a module whose code compares addresses with the length of memory, or
// does not.
func (e *Engine) newLazyCode(m *store.Module, checks bool) (*lazyCode, error) {
	survey := surveyModule(m)
	code := e.newModuleCode(m, survey.barriers)
	extra := int64(0)
	if survey.clauses != nil {
		extra = survey.clauses[len(survey.clauses)-1]
		l := store.LayoutInstance(m)
		if l.Extra()+extra > math.MaxInt32 {
			return nil, errors.New("its resumes have too many clauses")
		}
		for i := range survey.clauses {
			survey.clauses[i] += l.Extra()
		}
		code.clauses = survey.clauses
	}
	if err := process.trampolines.need(len(m.Wasm.Funcs)); err != nil {
		return nil, err
	}
	var saved savedCode
	if e.compile == nil {
		saved = e.saved(m, checks)
	} else if err := code.compileAll(m, checks); err != nil && !isLimit(err) { // what has reached a limit, calls will
		e.remove(code)
		return nil, err
	}
	if m.Extra != extra { // of a twin it is the same, while others make instances
		m.Extra = extra
	}
	env := e.environment(m, checks)
	runtime.AddCleanup(m, e.remove, code)
	return &lazyCode{moduleCode: code, checks: checks, env: env, runtime: runtimeOf(m, env),
		begins: survey.begins, saved: saved}, nil
}

// isLimit reports whether a function has no code because of a limit, rather than a fault of the compiler.
func isLimit(err error) bool {
	_, noRoom := store.IsCodeError(err)
	return noRoom || errors.As(err, new(*ssa.TooLarge))
}

// compileAll gives all functions code, up to the limit. Calls of the others find that it is reached.
func (code *moduleCode) compileAll(m *store.Module, checks bool) error {
	codes, err := code.engine.compile(code.engine, m, checks)
	if err != nil {
		return err
	}
	var list []placedCode
	bytes := uint64(0)
	for i, c := range codes {
		if bytes += codeBytes(c); bytes > code.use.Limit {
			break
		}
		list = append(list, placedCode{own: i, Code: c})
	}
	if len(list) == 0 {
		return nil
	}
	_, err = code.place(list)
	return err
}

// Link implements [store.Engine].
func (e *Engine) Link(in *store.Instance) error {
	e.holdUrgent()
	m := in.Module
	if code, compiled := m.Native.(*lazyCode); compiled {
		if !code.checks && !isGuarded(in) {
			var err error
			if code, err = code.withChecks(m); err != nil {
				return err
			}
			in.Unguarded = true
		}
		in.Native = code
		if code.barriers != nil {
			e.expectBarriers(in.Store)
		}
		code.linkInstance(e.stateOf(in.Store), in.Record)
		e.counts(in.Store) // the call under way, whose host function makes the instance, may be the interpreter's
		return nil
	}
	for i := range m.Wasm.Funcs {
		if err := in.Store.Look(i); err != nil {
			return err
		}
		f := in.Record.OwnFunc(uint32(i))
		if err := e.LinkHost(in.Store, f); err != nil {
			return err
		}
	}
	return nil
}

// isGuarded reports whether accesses to an instance's memories fault where they are out of bounds. They do not where
// there was no address space for that.
func isGuarded(in *store.Instance) bool {
	for i, t := range in.Module.Space.Memories {
		if guardable(t) && !in.Store.Memory(in.Record.Memory(uint32(i))).Guarded() {
			return false
		}
	}
	return true
}

// guardable reports whether code for a memory of the type relies on a guard.
func guardable(t wasm.MemoryType) bool { return !t.Limits.Is64 && t.PageLog2 == 16 }

// LinkHost implements [store.Engine].
func (e *Engine) LinkHost(s *store.Store, f *store.FuncRecord) error {
	host, err := e.adapter(f.Type, s.Types.Comp(f.Type).Func, hostPart)
	f.Native = host
	return err
}

// counts reports whether calls and branches of a store are to be counted which this engine's code does
// not count: then the interpreter, which does, executes everything in the store, and is made able to.
func (e *Engine) counts(s *store.Store) bool {
	if !s.FuelEnabled || e.config.Fuel {
		return false
	}
	state, instances := e.stateOf(s), s.Instances()
	for _, in := range instances[state.interpreted:] {
		if code, ok := codeOf(in); ok {
			code.interpret(in.Module)
		}
	}
	state.interpreted = len(instances)
	return true
}

// isOurs reports whether this engine goes on with a continuation, rather than the
// interpreter. A stale reference is nobody's.
func (e *Engine) isOurs(s *store.Store, ref uint64) bool {
	c := s.Conts.Lookup(ref)
	return c != nil && (c.IsNative() || c.IsUnprepared()) && !e.counts(s)
}

// Resume implements [store.Engine].
func (e *Engine) Resume(ctx context.Context, s *store.Store, r store.HostResume) (store.Suspension, error) {
	use, err := s.Enter()
	if err != nil {
		return store.Suspension{}, err
	}
	if !e.isOurs(s, r.Cont.Ref) {
		s.Leave()
		return e.interpreter.Resume(ctx, s, r)
	}
	m, err := e.begin(ctx, s, use)
	if err != nil {
		return store.Suspension{}, err
	}
	defer m.leave()
	err = m.resumeFromHost(&r)
	return m.prompt.suspended, err
}

// Bind implements [store.Engine].
func (e *Engine) Bind(s *store.Store, ref uint64, args []uint64, t wasm.TypeID) (uint64, error) {
	if _, err := s.Enter(); err != nil {
		return 0, err
	}
	if !e.isOurs(s, ref) {
		s.Leave()
		return e.interpreter.Bind(s, ref, args, t)
	}
	defer s.Leave()
	m := e.stateOf(s).machine()
	defer m.giveBack()
	bound, trap := m.bind(ref, func(int) []uint64 { return args }, t)
	if trap != 0 {
		return 0, s.TrapError(trap, "", store.StackTrace{})
	}
	return bound, nil
}

// Awaits implements [store.Engine].
func (e *Engine) Awaits(c *store.ContRecord) (awaits, name wasm.TypeID) {
	if c.IsNative() {
		inner := c.Inner()
		if p, ok := e.find(inner.PC); ok {
			instance := *(**store.InstanceRecord)(store.Pointer(inner.Frame))
			site := p.callSite()
			number := site.Detail(p.fn.details).Number
			switch site.Switch {
			case codegen.Suspend:
				return instance.Tag(uint32(number)).Type, 0
			case codegen.SuspendTag:
				return instance.Type(uint32(number)), 0
			case codegen.SuspendTo:
				return instance.Tag(uint32(number)).Type, instance.Type(uint32(number >> 32))
			case codegen.SwitchTo:
				return instance.Type(uint32(number >> 32)), 0
			}
		}
	}
	return e.interpreter.Awaits(c) // a host function has suspended it, or the interpreter
}

// Frames implements [store.Engine].
func (e *Engine) Frames(c *store.ContRecord) (base, bytes uintptr) {
	if !c.IsNative() {
		return e.interpreter.Frames(c)
	}
	if c.Class == 0 {
		return 0, 0 // where the host has resumed
	}
	if c.Bound > 0 { // the values are at the beginning of the stack
		return c.Stack(), c.StackEnd() - c.Stack()
	}
	return c.Frame, c.StackEnd() - c.Frame
}
