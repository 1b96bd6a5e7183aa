package wasi

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// Green threads: those of a guest are continuations in the store of the first, on its goroutine.
//
// Each has what a thread of its own instance would have. In most programs that are the mutable globals alone; then all
// share one instance, and have globals of their own in it (threads.Spec.Globals). A module in which threads could tell
// the difference gets an instance for each.

// WithGreenThreads lets the threads of the guest run on the goroutine that calls it, as the configuration says, instead
// of on one each. The guest runs by [System.Start] or [System.Call] once, in a store in which nothing ran before
// [Config.Define].
func (c Config) WithGreenThreads(config threads.Config) Config {
	c.green = &config
	return c
}

// green is what a System with green threads has.
type green struct {
	scheduler *threads.Scheduler
	instance  *weft.Instance // the one that runs
	prepared  *weft.Instance // of which the following is known
	globals   *weft.InstanceGlobals
	initial   []uint64
	start     *weft.Func // runs first in each thread
	shares    bool       // threads share the instance
	pinned    bool       // a start function runs, in which nothing can be parked

	ctx       context.Context // of the run
	opening   sync.WaitGroup  // named pipes
	repeating thread          // makes calls again
	poller    socketPoller    // nil until a connection is accepted
}

// Scheduler returns that of a guest with green threads; nil without.
func (s *System) Scheduler() *threads.Scheduler {
	if s.green == nil {
		return nil
	}
	return s.green.scheduler
}

// runGreen runs a function of the guest as its first thread.
func (s *System) runGreen(
	ctx context.Context, in *weft.Instance, f *weft.Func, args []weft.Value,
) ([]weft.Value, error) {
	g := s.green
	if g.instance != nil {
		return nil, errors.New("wasi: a guest with green threads runs once")
	}
	g.instance = in
	g.prepare(in)
	var cancel context.CancelFunc
	g.ctx, cancel = context.WithCancel(ctx)
	defer cancel()
	first, err := g.scheduler.Spawn(threads.Spec{Func: f, Args: args, Globals: g.globals})
	if err != nil {
		return nil, err
	}
	if err := g.scheduler.Run(ctx, first); err != nil {
		return nil, err
	}
	return weft.Numbers(first.Results(), f.Type().Results)
}

// prepare finds out what the threads of an instance need, unless a run before has.
func (g *green) prepare(in *weft.Instance) {
	if g.prepared == in {
		return
	}
	g.prepared, g.globals, g.initial, g.start = in, nil, nil, nil
	if g.shares = sharesInstance(in.Module().Wasm()); !g.shares {
		return
	}
	globals, err := in.MutableGlobals()
	if g.shares = err == nil; g.shares {
		g.globals, g.initial, g.start = globals, globals.Initial(), in.StartFunc()
	}
}

// spawnGreen makes a thread. It returns its identity, or a negative number.
func (t *thread) spawnGreen(argument int32) int32 {
	s := t.system
	g := s.green
	id := s.threads.number()
	if g.instance == nil || len(g.scheduler.Threads()) > s.config.threads || id < 0 {
		return -int32(eAgain)
	}
	in := g.instance
	if !g.shares {
		var err error
		g.pinned = true
		in, err = t.instantiate(t.ctx, in.Module())
		if g.pinned = false; err != nil {
			return -int32(eAgain)
		}
	}
	start := in.Func("wasi_thread_start")
	if start == nil || !isThreadStart(start.Type()) {
		return -int32(eNoSys)
	}
	_, err := g.scheduler.Spawn(threads.Spec{Func: start, Args: []weft.Value{weft.I32(id), weft.I32(argument)},
		First: g.start, Globals: g.globals, Initial: g.initial})
	if err != nil {
		return -int32(eAgain)
	}
	return id
}

// isThreadStart reports whether a function can be called as the start of a thread.
func isThreadStart(t wasm.FuncType) bool {
	return slices.Equal(t.Params, []wasm.ValType{wasm.I32, wasm.I32}) && len(t.Results) == 0
}

// sharesInstance reports whether the threads of a module can share an instance: what else than mutable globals each
// instance has of its own does not change after the start function, and memory is imported.
func sharesInstance(m *wasm.Module) bool {
	active := func(d wasm.Data) bool { return d.Mode == wasm.Active }
	if len(m.Memories) > 0 || slices.ContainsFunc(m.Datas, active) {
		return false
	}
	imported := m.AddressSpace().ImportedFuncs
	used, dropped := map[uint32]bool{}, map[uint32]bool{}
	for i := range m.Funcs {
		isStart := m.Start != nil && int(m.Start.Func) == imported+i
		if !segments(m, i, isStart, used, dropped) {
			return false
		}
	}
	for i := range dropped {
		if used[i] {
			return false
		}
	}
	return true
}

// segments notes which data segments a function uses, and drops. The start function may do so, once for all threads. It
// reports false for a function that changes tables, and for another one that drops.
func segments(m *wasm.Module, own int, isStart bool, used, dropped map[uint32]bool) bool {
	var reader wasm.CodeReader
	var in wasm.Instr
	f := &m.Funcs[own]
	reader.Reset(f.Body, f.BodyOffset, wasm.AllFeatures, m.Dialect)
	for reader.Len() > 0 {
		if reader.Next(&in) != nil {
			return false
		}
		switch in.Op {
		case wasm.OpTableSet, wasm.OpTableGrow, wasm.OpTableFill, wasm.OpTableCopy, wasm.OpTableInit, wasm.OpElemDrop:
			return false
		case wasm.OpMemoryInit:
			used[in.Index] = used[in.Index] || !isStart
		case wasm.OpDataDrop:
			if !isStart {
				return false
			}
			dropped[in.Index] = true
		}
	}
	return true
}

// sleepGreen stops the thread for some time. The events are written before, since it cannot see them earlier.
func (t *thread) sleepGreen(out []byte, d time.Duration, count uint64) Errno {
	n := t.report(out, d, true)
	errno := t.put32(count, uint32(n))
	if errno == success {
		t.stops = t.system.green.scheduler.Sleep(d, uint32(success))
	}
	return errno
}

// awaitGreen writes the events that have happened, or lets the poll wait for one.
func (t *thread) awaitGreen(out []byte, shortest time.Duration) (int, Errno) {
	c := t.call
	if count := t.report(out, shortest, c.late || shortest <= 0); count > 0 {
		return count, success
	}
	if c.waits == nil {
		c.waits, c.left = slices.Clone(t.waits), shortest
	}
	return 0, eParks
}

// close ends what goroutines do for threads that have been parked, as far as it can be ended.
func (g *green) close() error {
	g.opening.Wait() // they use directories, which are the embedder's to close from now on
	if g.poller == nil {
		return nil
	}
	return g.poller.close()
}

// socketPoller returns what waits for connections; nil if each has to wait for itself.
func (s *System) socketPoller() socketPoller {
	g := s.green
	if g == nil {
		return nil
	}
	if g.poller == nil {
		g.poller = newSocketPoller()
	}
	return g.poller
}

// A virtualClock shows the time of a scheduler whose time is virtual.
type virtualClock struct{ scheduler *threads.Scheduler }

// virtualEpoch is when virtual time begins, virtualStep how long a look at the clock takes.
var virtualEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const virtualStep = time.Microsecond

// Wall implements [Clock].
func (c virtualClock) Wall() time.Time { return virtualEpoch.Add(c.Monotonic()) }

// Monotonic implements [Clock].
func (c virtualClock) Monotonic() time.Duration {
	c.scheduler.Advance(virtualStep)
	return c.scheduler.Now()
}

// After implements [Clock]. The wait is over when it begins.
func (c virtualClock) After(d time.Duration) (<-chan time.Time, func()) {
	c.scheduler.Advance(d)
	done := make(chan time.Time, 1)
	done <- virtualEpoch.Add(c.scheduler.Now())
	return done, func() {}
}
