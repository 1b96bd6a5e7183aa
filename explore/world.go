package explore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"weft"
	"weft/threads"
	"weft/wasi"
)

// A program is a module compiled with points at some of its sites.
type program struct {
	*analysis
	compiled *weft.Module
	watched  []site // in the order of their offsets
}

// compile makes a program with points at the sites that are wanted, and silent ones at others that are to be watched.
func (a *analysis) compile(engine *weft.Engine, wanted, silent func(*site) bool) (*program, error) {
	p := &program{analysis: a}
	var offsets []uint32
	for i := range a.sites {
		s := a.sites[i]
		s.silent = !wanted(&s)
		if !s.silent || silent(&s) {
			p.watched = append(p.watched, s)
			offsets = append(offsets, s.offset)
		}
	}
	var err error
	p.compiled, err = engine.CompileWatched(a.module, offsets)
	return p, err
}

// An observer sees what threads do at sites, before they do it, and decides where there are points.
type observer interface {
	// access is called at each watched instruction. It reports whether that is a point.
	access(t *threads.Thread, index int, s *site, a access) bool
	// point is called at each scheduling point, after the choice of the next thread; nil if there is none.
	point(p *threads.Point, next *threads.Thread)
}

// A world is a store in which a program runs again and again, each time from the same state.
type world struct {
	program   *program
	store     *weft.Store
	instance  *weft.Instance
	system    *wasi.System
	scheduler *threads.Scheduler
	snapshot  *weft.Snapshot
	config    wasi.Config
	out, err  bytes.Buffer
	strategy  *threads.Choosing
	observer  observer // nil where all watched instructions are points
	heap      *heapWatch
	nulls     bool            // the null page is free
	looks     bool            // what is done wrong to memory is a failure
	pending   []pendingAccess // by thread: before which it stands at a point
	bounds    Bounds
	threads   int   // that there may be at a time, beside the first
	points    int   // of the schedule
	spins     int   // points at which a thread had executed threads.SpinSteps without one
	last      int   // the number of the thread that went on last
	ran       []int // by thread: the point at which it went on last, or was made
	gap       int   // for how many points a thread could go on and did not, at most
	used      bool
}

// A chooser is a strategy of search, for one schedule at a time.
type chooser interface {
	threads.Chooser
	// begin is called before a schedule. All that is random in that follows from the seed.
	begin(seed uint64)
}

// Bounds are how long a schedule may be. One that is longer is a failure of the kind [KindHang].
type Bounds struct {
	Points int    // scheduling points
	Steps  uint64 // of code: see [weft.Config.WithSteps]
}

// defaultBounds let a schedule take about a tenth of a second.
var defaultBounds = Bounds{Points: 200_000, Steps: 20_000_000}

// errHang ends a schedule that comes to no end.
var errHang = errors.New("explore: the schedule comes to no end")

// errUnfair ends one that comes to no end because it lets a thread wait that could go on. That is no failure: no system
// would do so.
var errUnfair = errors.New("explore: the schedule lets a thread wait for ever")

// newWorld instantiates a program. The configuration is that of the guest's process, without its standard streams.
func newWorld(ctx context.Context, engine *weft.Engine, p *program, c *Config) (*world, error) {
	w := &world{program: p, strategy: threads.NewChoosing(nil), config: *c.WASI, bounds: c.Bounds, threads: c.Threads,
		looks: true}
	w.heap = newHeapWatch(w.pointer)
	w.strategy.Early = threads.Sleepers
	if c.Timeouts {
		w.strategy.Early = threads.Timeouts
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		return nil, err
	}
	w.store = store
	if err := w.instantiate(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// watched are the threads' configuration, which ask the world.
func (w *world) watched() threads.Config {
	return threads.Config{Strategy: w.strategy, Steps: true, Virtual: true, Watch: w.watch, Trace: w.trace}
}

// trace hears of each point, and ends schedules that are too long.
func (w *world) trace(p *threads.Point, next *threads.Thread) {
	w.points++
	if p.Kind == threads.Spawn {
		w.ranAt(len(w.ran))
	}
	if next != nil {
		if w.last = next.ID(); next != p.Thread && !next.At().Blocked {
			w.gap = max(w.gap, w.points-*w.ranAt(w.last))
		}
		*w.ranAt(w.last) = w.points
		w.goesOn(p, next)
	}
	if p.Kind == threads.Spin {
		w.spins++
	}
	if w.points > w.bounds.Points || uint64(w.spins)*threads.SpinSteps > w.bounds.Steps {
		w.scheduler.Stop(w.endless())
	}
	if w.observer != nil {
		w.observer.point(p, next)
	}
	if next != nil && next.ID() < len(w.pending) {
		w.pending[next.ID()] = pendingAccess{}
	}
}

// ranAt returns the place of a thread in ran. One that is seen for the first time counts as made now.
func (w *world) ranAt(id int) *int {
	for len(w.ran) <= id {
		w.ran = append(w.ran, w.points)
	}
	return &w.ran[id]
}

// endless returns why a schedule is too long. It is unfair if a thread could go on and did not, for half of it.
func (w *world) endless() error {
	for _, t := range w.scheduler.Threads() {
		if t.State() == threads.Ready && !t.At().Blocked {
			w.gap = max(w.gap, w.points-*w.ranAt(t.ID()))
		}
	}
	if w.gap > w.points/2 {
		return errUnfair
	}
	return errHang
}

func (w *world) instantiate(ctx context.Context) error {
	linker := weft.NewLinker(w.store)
	config := w.process().WithGreenThreads(w.watched())
	var err error
	if w.system, err = config.Define(linker); err != nil {
		return err
	}
	w.scheduler = w.system.Scheduler()
	if err := w.system.DefineMemories(linker, w.program.compiled); err != nil {
		return err
	}
	if w.instance, err = linker.Instantiate(ctx, w.program.compiled); err != nil {
		return err
	}
	w.nulls = w.leavesNull()
	w.snapshot, err = w.store.Snapshot()
	return err
}

func (w *world) watch(t *threads.Thread, q *weft.Watched, p *threads.Point) bool {
	s := &w.program.watched[q.Index]
	a := s.access(&q.Operands)
	if w.looks {
		if err := w.misused(t, s, a, q); err != nil {
			w.scheduler.Stop(err)
			s.fill(p, a)
			return true
		}
	}
	if s.silent || s.class.isHeap() || w.observer != nil && !w.observer.access(t, q.Index, s, a) {
		return false
	}
	w.stands(t, s, a)
	s.fill(p, a)
	return true
}

// pointer reads one from the program's memory.
func (w *world) pointer(at uint64) (uint64, bool) {
	memory := w.instance.Memory("memory")
	switch {
	case memory == nil:
		return 0, false
	case memory.Type().Limits.Is64:
		return memory.ReadUint64(at)
	}
	pointer, ok := memory.ReadUint32(at)
	return uint64(pointer), ok
}

// run runs the program once, by a chooser.
func (w *world) run(ctx context.Context, c chooser, seed uint64, o observer) (*outcome, error) {
	if w.used {
		if err := w.reset(); err != nil {
			return nil, err
		}
	}
	w.used = true
	w.observer, w.points, w.spins, w.last, w.gap, w.ran = o, 0, 0, 0, 0, append(w.ran[:0], 0)
	w.heap.begin()
	clear(w.pending)
	w.strategy.Reset(c)
	c.begin(seed)
	err := w.system.Start(ctx, w.instance)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	out := w.outcome(err)
	if w.looks && w.nulls && out.failure == nil && !out.pruned && w.nullWritten() {
		out.failure = w.failure(errNullWritten)
	}
	return out, nil
}

// reset sets everything back to what it was before the first run.
func (w *world) reset() error {
	if err := w.snapshot.Restore(); err != nil {
		return fmt.Errorf("explore: %w", err)
	}
	w.out.Reset()
	w.err.Reset()
	w.scheduler.Reset(w.strategy)
	return w.system.Reset(w.process())
}

// process is the guest's process at its start.
func (w *world) process() wasi.Config {
	return w.config.WithStdin(bytes.NewReader(nil)).WithStdout(&w.out).WithStderr(&w.err).
		WithRandom(wasi.SeededRandom(0)).WithThreads(w.threads, weft.DefaultLimits())
}

func (w *world) close() {
	if w.system != nil {
		w.system.Close()
	}
	w.store.Close()
}
