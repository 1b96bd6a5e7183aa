package native

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"unsafe"
	"weak"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// Functions are compiled when they are first called. Until then their records lead to
// trampolines, which come here. Each function is compiled once for all instances of its module; every
// instance comes here once for each function that was compiled after it was made.

// lazyCode is what the engine keeps for a module: its code, and how to make more of it.
type lazyCode struct {
	*moduleCode
	env     *ssa.Env
	runtime *codegen.Runtime
	begins  []bool // see survey
	saved   savedCode
	tiered  bool // see tier.go
	// checks says that the code compares addresses with the length of memory. Code that does not may have a twin that
	// does, for instances whose memories are not guarded.
	checks bool
	twin   struct {
		once sync.Once
		code *lazyCode
		err  error
	}

	generalMu   sync.Mutex   // held to change general
	generalized map[int]bool // functions that are in the other form (reenter.go)

	loopsMu sync.Mutex // held to change loops
	loops   map[loopKey]*loopCode
}

// withChecks returns the twin of code without checks.
func (code *lazyCode) withChecks(m *store.Module) (*lazyCode, error) {
	t := &code.twin
	t.once.Do(func() {
		code.interpret(m) // else each of the two might do that, at the same time
		if t.code, t.err = code.engine.newLazyCode(m, true); t.err == nil {
			t.code.tiered = code.tiered
		}
	})
	return t.code, t.err
}

// codeOf returns the code of an instance; false if its module is interpreted.
func codeOf(in *store.Instance) (*lazyCode, bool) {
	code, ok := in.Native.(*lazyCode)
	return code, ok
}

// codeFor returns the code that a function is in, or will be, and its number among the module's own functions.
func codeFor(s *store.Store, f *store.FuncRecord) (code *lazyCode, own int) {
	in := s.Instance(f.Instance)
	code, _ = codeOf(in)
	return code, int(f.Index) - in.Module.Space.ImportedFuncs
}

// A job is a compilation of a function.
type job struct {
	done chan struct{}
	err  error // once it is done
}

var errStopped = errors.New("weft: a compilation has not ended")

// entry returns the address of a function's code, which it compiles if need be. The error is an Interrupt if the
// context ends before.
func (code *lazyCode) entry(ctx context.Context, own int) (uintptr, error) {
	if entry := code.entries[own].Load(); entry != 0 {
		return entry, nil
	}
	j, mine := code.claim(own)
	if mine && code.isLarge(own) {
		code.inBackground(func() { code.tryCompile(own, j) })
	} else if mine {
		code.compile(own, j)
	}
	if j != nil {
		if err := await(ctx, j.done); err != nil {
			return 0, err
		}
		if j.err == errStopped {
			j, mine = code.claim(own)
			if mine { // the compiler has panicked in the background: here the caller can recover
				code.compile(own, j)
			}
		}
		if j != nil && j.err != nil {
			return 0, j.err
		}
	}
	return code.entries[own].Load(), nil
}

// largeBody is from how many bytes on a function takes several milliseconds to compile. Whoever calls it then waits
// for another goroutine, and no longer than its context allows. The compilation goes on: the next call
// finds the code.
const largeBody = 16 << 10

func (code *lazyCode) isLarge(own int) bool { return len(code.env.Module.Funcs[own].Body) >= largeBody }

// inBackground does something for the module, which stays meanwhile, on another goroutine.
func (code *moduleCode) inBackground(do func()) {
	m := code.module.Value()
	go func() {
		do()
		runtime.KeepAlive(m)
	}()
}

// await waits until something is done, or returns an Interrupt.
func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return &store.Interrupt{Cause: context.Cause(ctx)}
	}
}

// claim returns the job of compiling a function, and whether it is the caller's to do; nil if the
// function is there.
func (code *lazyCode) claim(own int) (j *job, mine bool) {
	code.mu.Lock()
	defer code.mu.Unlock()
	j = code.jobs[own]
	if j != nil || code.entries[own].Load() != 0 {
		return j, false
	}
	j = &job{done: make(chan struct{})}
	if j.err = code.use.Full(); j.err != nil {
		close(j.done)
		return j, false
	}
	code.jobs[own] = j
	return j, true
}

// compile does a job. If it fails, the job stays, so that it is not done again; but room for code may come.
func (code *lazyCode) compile(own int, j *job) {
	j.err = errStopped // for those who wait, should the compiler panic: they try again, and can recover
	defer func() {
		if _, noRoom := store.IsCodeError(j.err); j.err == nil || j.err == errStopped || noRoom {
			code.mu.Lock()
			delete(code.jobs, own)
			code.mu.Unlock()
		}
		close(j.done)
	}()
	e := code.engine
	c := e.compilers.Get().(*compiler)
	c.begin(code.env, code.runtime, code.begins, e.config.Plain)
	compiled, found, err := code.saved.function(c, own)
	e.compilers.Put(c)
	if err == nil {
		code.note(own, compiled.Calls, found)
		_, err = code.place([]placedCode{{own: own, Code: compiled}})
	}
	j.err = err
}

// tryCompile is compile for nobody in particular: if the compiler panics, that is left to whoever calls the function and
// compiles it again, who can recover. Here it would end the process.
func (code *lazyCode) tryCompile(own int, j *job) {
	defer func() { _ = recover() }()
	code.compile(own, j)
}

// note notes what a function calls. If its code was saved, that is what was saved, too: an earlier run has asked for
// the others, and ended without them.
func (code *lazyCode) note(own int, calls []codegen.Relocation, saved bool) {
	var callees []int
	for _, call := range calls {
		if callee := int(call.Func); !saved || code.saved.has(callee) {
			callees = append(callees, callee)
		}
	}
	code.mu.Lock()
	code.callees[own] = callees
	code.mu.Unlock()
}

// enterFunction goes on at a function that was not compiled when its record was made.
func (m *machine) enterFunction() bool {
	c := m.context
	r := (*store.InstanceRecord)(store.Pointer(c.Saved[instanceRegister]))
	own := int(c.Saved[recordRegister])
	f := r.OwnFunc(uint32(own))
	c.Saved[recordRegister] = uintptr(unsafe.Pointer(f))
	if bytes, ok := m.begins(f, callTurns); ok {
		return m.interpret(f, bytes)
	}
	compiled, err := m.engine.compiled(m.ctx, m.store, f)
	if err != nil {
		return m.noCode(err)
	}
	if compiled {
		m.goOnIn(f.Native)
	} else {
		host, err := m.engine.adapter(f.Type, m.store.Types.Comp(f.Type).Func, hostPart)
		if err != nil {
			return m.end(err)
		}
		m.goOnIn(host)
	}
	return m.goesOn()
}

// goOnIn goes on at the beginning of a function in place of the stub that was called as if it was one.
func (m *machine) goOnIn(function uintptr) {
	c := m.context
	if !pushesReturn {
		c.Saved[linkRegister] = m.returnAddress()
		c.NativeSP += unsafe.Sizeof(m.sp)
	}
	c.ResumePC, c.NativePC = function, process.stubs.goOn
}

// noCode ends the call where a function is called that has no code, with an error of compiled.
func (m *machine) noCode(err error) bool {
	if detail, ok := store.IsCodeError(err); ok {
		return m.trap(wasm.TrapOutOfMemory, detail)
	}
	return m.trap(store.Interrupted, "")
}

// compiled reports whether a function can be executed as machine code, and compiles it if
// need be. The error is a [store.CodeError] or a [store.Interrupt].
func (e *Engine) compiled(ctx context.Context, s *store.Store, f *store.FuncRecord) (bool, error) {
	if f.Native-compiledStart < compiledSize {
		return true, nil
	}
	if !isOwn(f) {
		return false, nil
	}
	in := s.Instance(f.Instance)
	code, _ := codeOf(in)
	own := int(f.Index) - in.Module.Space.ImportedFuncs
	_, err := code.entry(ctx, own)
	switch {
	case errors.As(err, new(*ssa.TooLarge)):
		return false, &store.CodeError{Msg: err.Error()}
	case isLimit(err), errors.As(err, new(*store.Interrupt)):
		return false, err
	case err != nil: // a fault of the compiler
		code.interpret(in.Module)
		return false, nil
	}
	code.linkFunction(e.stateOf(s), f.Instance, own)
	if !code.tiered { // what a hot function calls may be cold
		code.ahead(own)
	}
	return true, nil
}

// interpret prepares a module for the interpreter, which executes those functions that
// cannot be compiled.
func (code *moduleCode) interpret(m *store.Module) {
	code.mu.Lock()
	defer code.mu.Unlock()
	if m.Code == nil {
		code.engine.interpreter.Prepare(m)
	}
}

// A backlog has the functions that will probably be called soon: those which functions call
// that were called. Goroutines compile them while there are any, and processors for it.
type backlog struct {
	mu      sync.Mutex
	list    []wanted // the last one is the next
	workers int
}

type wanted struct {
	module weak.Pointer[store.Module]
	code   weak.Pointer[lazyCode] // of the module
	own    int
}

// ahead asks for the functions that a function calls, which is called itself for the first time: the largest
// before the others, since whoever calls it meanwhile would wait longest for that.
func (code *lazyCode) ahead(own int) {
	b := &code.engine.backlog
	limit := runtime.GOMAXPROCS(0) - 1
	if limit == 0 {
		return
	}
	code.mu.Lock()
	defer code.mu.Unlock()
	callees := code.callees[own]
	funcs := code.env.Module.Funcs
	slices.SortStableFunc(callees, func(a, b int) int { return len(funcs[b].Body) - len(funcs[a].Body) })
	var list []wanted
	for _, callee := range callees {
		if !code.wanted[callee] && code.entries[callee].Load() == 0 {
			code.wanted[callee] = true
			list = append(list, wanted{code.module, weak.Make(code), callee})
		}
	}
	delete(code.callees, own)
	if len(list) == 0 {
		return
	}
	slices.Reverse(list)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, list...)
	if b.workers < limit {
		b.workers++
		go b.work()
	}
}

func (b *backlog) work() {
	for {
		b.mu.Lock()
		n := len(b.list)
		if n == 0 {
			b.list = nil
			b.workers--
			b.mu.Unlock()
			return
		}
		next := b.list[n-1]
		b.list = b.list[:n-1]
		b.mu.Unlock()
		if m := next.module.Value(); m != nil {
			// Who compiles the function meanwhile is not waited for, and an error is that of who calls it.
			code := next.code.Value()
			if j, mine := code.claim(next.own); mine {
				code.tryCompile(next.own, j)
			}
			runtime.KeepAlive(m)
		}
	}
}
