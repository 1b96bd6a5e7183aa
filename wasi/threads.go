package wasi

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"weft"
	"weft/wasm"
)

// ThreadModuleName is what guests import thread-spawn from (wasi-threads).
const ThreadModuleName = "wasi"

// maxThread is the largest identity that a thread may have.
const maxThread = 1<<29 - 1

// parallel are the threads of a guest while it runs, unless they are green. Each has a store and an
// instance of its own; what they have in common is the shared memories that the
// module imports, and the System.
type parallel struct {
	mu      sync.Mutex // guards what follows
	ctx     context.Context
	cancel  context.CancelCauseFunc
	module  *weft.Module
	shared  map[[2]string]*weft.SharedMemory // by module and name
	last    int32
	running int
	failed  error // the first exit or failure of a thread

	group sync.WaitGroup
}

func (ts *parallel) init() { ts.shared = map[[2]string]*weft.SharedMemory{} }

// begin returns the context in which the guest runs. The function end ends the
// threads, waits for them, and returns the error with which the guest ended: err,
// unless a thread ended it.
func (ts *parallel) begin(ctx context.Context, in *weft.Instance) (_ context.Context, end func(error) error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.ctx != nil { // a host function calls the guest again: that is part of the same run
		return ctx, func(err error) error { return err }
	}
	ts.module, ts.failed = in.Module(), nil
	ts.ctx, ts.cancel = context.WithCancelCause(ctx)
	return ts.ctx, ts.end
}

func (ts *parallel) end(err error) error {
	ts.mu.Lock()
	ts.cancel(nil) // nothing is spawned any more
	ts.mu.Unlock()
	ts.group.Wait()
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.ctx = nil
	if ts.failed != nil {
		return ts.failed
	}
	return err
}

// exit ends all threads because of an error, if it is the first.
func (ts *parallel) exit(err error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.failed == nil {
		ts.failed = err
		if ts.ctx != nil {
			ts.cancel(err)
		}
	}
}

// DefineMemories makes the shared memories that a module imports, so that its
// threads have them in common, and gives them to a linker.
func (s *System) DefineMemories(l *weft.Linker, m *weft.Module) error {
	if err := l.Err(); err != nil {
		return fmt.Errorf("wasi: %w", err)
	}
	if m == nil {
		return errNoModule
	}
	for _, im := range m.Wasm().Imports {
		if im.Kind != wasm.ExternMemory || !im.Memory.Limits.Shared {
			continue
		}
		name := [2]string{im.Module, im.Name}
		if s.threads.has(name) {
			continue
		}
		shared, err := l.Store().Engine().NewSharedMemory(im.Memory)
		if err != nil {
			return fmt.Errorf("wasi: memory %q %q: %w", im.Module, im.Name, err)
		}
		memory, err := shared.In(l.Store())
		if err != nil {
			return fmt.Errorf("wasi: memory %q %q: %w", im.Module, im.Name, err)
		}
		s.threads.share(name, shared)
		l.Define(im.Module, im.Name, memory)
	}
	return nil
}

func (ts *parallel) has(name [2]string) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.shared[name] != nil
}

// share adds a memory for the threads that are made from now on.
func (ts *parallel) share(name [2]string, m *weft.SharedMemory) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.shared[name] = m
}

// memories returns a copy of what the threads share.
func (ts *parallel) memories() map[[2]string]*weft.SharedMemory {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return maps.Clone(ts.shared)
}

// closeMemories leaves the shared memories to the stores that have them.
func (ts *parallel) closeMemories() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, m := range ts.shared {
		m.Close()
	}
}

// number takes the identity of a new thread; negative if there is none left.
func (ts *parallel) number() int32 {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.last == maxThread {
		return -1
	}
	ts.last++
	return ts.last
}

// spawn makes a thread. It returns its identity, or a negative number.
func (t *thread) spawn(argument int32) int32 {
	s, ts := t.system, &t.system.threads
	if s.green != nil {
		return t.spawnGreen(argument)
	}
	ctx, id := ts.reserve(s.config.threads)
	if ctx == nil {
		return -int32(eAgain)
	}
	// This runs the start function of the module, which may spawn and exit: no lock is held.
	started, in, err := s.prepareThread(t.store.Engine(), ctx, ts.module)
	if err != nil {
		ts.leave()
		return -int32(eAgain)
	}
	start := in.Func("wasi_thread_start")
	if start == nil {
		started.store.Close()
		ts.leave()
		return -int32(eNoSys)
	}
	go func() {
		defer ts.leave()
		defer started.store.Close()
		_, err := start.Call(ctx, weft.I32(id), weft.I32(argument))
		if err != nil && ctx.Err() == nil {
			ts.exit(err)
		}
	}()
	return id
}

// reserve counts a thread that is about to be made, of at most limit, and returns its context and its
// identity. The context is nil if there can be no more. Who has reserved must leave.
func (ts *parallel) reserve(limit int) (context.Context, int32) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.ctx == nil || ts.ctx.Err() != nil || ts.running >= limit || ts.last == maxThread {
		return nil, 0
	}
	ts.last++
	ts.running++
	ts.group.Add(1)
	return ts.ctx, ts.last
}

func (ts *parallel) leave() {
	ts.mu.Lock()
	ts.running--
	ts.mu.Unlock()
	ts.group.Done()
}

// prepareThread makes the store and the instance of a thread.
func (s *System) prepareThread(engine *weft.Engine, ctx context.Context, m *weft.Module) (*thread, *weft.Instance, error) {
	store, err := engine.NewStore(s.config.limits)
	if err != nil {
		return nil, nil, err
	}
	t := newThread(s, store)
	in, err := t.instantiate(ctx, m)
	if err != nil {
		store.Close()
		return nil, nil, err
	}
	return &t, in, nil
}

// instantiate makes the instance of a thread.
func (t *thread) instantiate(ctx context.Context, m *weft.Module) (*weft.Instance, error) {
	s, store := t.system, t.store
	l := weft.NewLinker(store)
	err := t.define(l)
	for name, shared := range s.threads.memories() {
		if err != nil {
			break
		}
		var memory *weft.Memory
		if memory, err = shared.In(store); err == nil {
			l.Define(name[0], name[1], memory)
		}
	}
	if err != nil {
		return nil, err
	}
	return l.Instantiate(ctx, m)
}
