package explore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"weft"
	"weft/threads"
	"weft/wasi"
	"weft/wasm"
	"weft/wasm/binary"
)

// A search goes by rounds. What the schedules of a round are is settled before it begins, from what the rounds before
// have shown, so they can run at the same time, on any number of goroutines: the first that fails, in their order, is
// the result. The first schedules run one after the other, and learn what threads share.

// A search is one, while it runs.
type search struct {
	config   *Config
	engine   *weft.Engine
	source   []byte
	analysis *analysis
	known    *knowledge
	length   int // points of the longest schedule so far
	races    *raceLog
	looksAll bool // in schedules that are repeated, at each access

	learning *world // with points at all sites
	learner  *learner
	watched  *program // with points at what threads share
	workers  []*worker

	bounded  bounded
	begun    time.Time
	report   *Report
	distinct map[uint64]struct{}
	// uncounted are the schedules that learn, in shards but the first one, which counts them.
	uncounted int
	output    *string // of the default schedule
}

// A job is a schedule to run.
type job struct {
	strategy Strategy
	seed     uint64
	prefix   *schedulePrefix // of Deviations
	last     bool            // no schedules that depart from it are looked for
	race     *rawRace        // of RaceFlip

	ran          bool
	outcome      *outcome
	alternatives []threads.Deviation
}

// A worker runs jobs of rounds.
type worker struct {
	world    *world
	choosers map[Strategy]chooser
	scripted *scripted
}

// Run explores the schedules of a program for WASI, in binary or text form, whose threads are those of wasi-threads.
// The error is of what prevents it; that a program fails is no error, nor that the context ends, with which the search
// does.
func Run(ctx context.Context, source []byte, config Config) (*Report, error) {
	s, err := newSearch(source, config)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if s.config.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, s.config.Time, errTime)
		defer cancel()
	}
	if err := s.run(ctx); err != nil && ctx.Err() == nil {
		return nil, err
	}
	s.report.Cut = ctx.Err() != nil && !s.over()
	return s.finish(context.WithoutCancel(ctx))
}

// errTime ends a search whose time is used up.
var errTime = errors.New("explore: the time is used up")

// A ConfigError says why there is no search as a [Config] wants it.
type ConfigError struct{ why string }

func (e *ConfigError) Error() string { return "explore: " + e.why }

// check completes a configuration.
func (c *Config) check() error {
	if c.Schedules < 0 || c.Time < 0 || c.Jobs < 0 {
		return &ConfigError{"a negative number of schedules or jobs, or a negative time"}
	}
	if c.WASI == nil {
		config := wasi.NewConfig()
		c.WASI = &config
	}
	if c.Threads == 0 {
		c.Threads = defaultThreads
	}
	if err := c.Shard.check(); err != nil {
		return err
	}
	if c.Schedules == 0 && c.Time == 0 {
		c.Time = time.Minute
	}
	if c.Jobs == 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	if len(c.Strategies) == 0 {
		c.Strategies = defaultStrategies
	}
	for _, s := range c.Strategies {
		if s == DPOR && len(c.Strategies) == 1 {
			continue
		}
		if s == DPOR {
			return &ConfigError{"dpor goes with no other strategy"}
		}
		if _, ok := choosers[s]; !ok && s != Deviations {
			return &ConfigError{fmt.Sprintf("there is no strategy %q", s)}
		}
	}
	switch c.Points {
	case "":
		c.Points = SharedPoints
	case SharedPoints, SyncPoints, AllPoints:
	default:
		return &ConfigError{fmt.Sprintf("there are no points %q", c.Points)}
	}
	if c.Bounds.Points == 0 {
		c.Bounds.Points = defaultBounds.Points
	}
	if c.Bounds.Steps == 0 {
		c.Bounds.Steps = defaultBounds.Steps
	}
	return nil
}

// defaultThreads is what weft run allows.
const defaultThreads = 256

// newEngine makes the engine of a search.
func newEngine(config *Config) (*weft.Engine, error) {
	executor := weft.Automatic
	if config.Interpret {
		executor = weft.Interpreter
	}
	return weft.NewEngine(weft.NewConfig().WithExecutor(executor).WithSteps())
}

func newSearch(source []byte, config Config) (*search, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	engine, err := newEngine(&config)
	if err != nil {
		return nil, err
	}
	s := &search{config: &config, engine: engine, source: source, known: newKnowledge(), begun: time.Now(),
		distinct: map[uint64]struct{}{},
		report:   &Report{Module: threads.ModuleHash(source), Seed: config.Seed, Shard: config.Shard}}
	s.bounded.shard = config.Shard
	s.learner = newLearner(s.known)
	m, err := Parse(engine, source)
	if err != nil {
		return nil, err
	}
	if err := hasThreads(m); err != nil {
		return nil, err
	}
	s.analysis, err = analyse(m, wasm.DefaultFeatures)
	return s, err
}

// Parse reads a module as schedules tell its instructions: by their offsets in the binary form, which one in the text
// form gets first.
func Parse(engine *weft.Engine, source []byte) (*wasm.Module, error) {
	m, err := engine.Parse(source)
	if err != nil || m.CodeOffset > 0 {
		return m, err
	}
	return engine.Parse(binary.Encode(m))
}

// hasThreads refuses modules that make no threads.
func hasThreads(m *wasm.Module) error {
	for i := range m.Imports {
		if im := &m.Imports[i]; im.Module == wasi.ThreadModuleName && im.Name == "thread-spawn" {
			return nil
		}
	}
	return errors.New("explore: the program makes no threads: it does not import wasi thread-spawn")
}

func (s *search) close() {
	if s.learning != nil {
		s.learning.close()
	}
	s.closeWorkers()
}

func (s *search) closeWorkers() {
	for _, w := range s.workers {
		w.world.close()
	}
	s.workers = nil
}

// watchAll makes the world for the schedules that learn.
func (s *search) watchAll(ctx context.Context) error {
	program, err := s.analysis.compile(s.engine, s.learns, s.looks)
	if err != nil {
		return err
	}
	s.learning, err = newWorld(ctx, s.engine, program, s.config)
	return err
}

func (s *search) run(ctx context.Context) error {
	if err := s.watchAll(ctx); err != nil {
		return err
	}
	if err := s.learn(ctx); err != nil || s.over() {
		return err
	}
	if err := s.freeze(ctx); err != nil {
		return err
	}
	if s.config.Strategies[0] == DPOR {
		return s.reduce(ctx)
	}
	if err := s.runRound(ctx, s.flips()); err != nil || s.over() {
		return err
	}
	for size := firstRound; ; size = min(2*size, mostInRound) {
		jobs := s.round(size)
		if len(jobs) == 0 {
			return nil // there are no more schedules
		}
		if err := s.runRound(ctx, jobs); err != nil || s.over() {
			return err
		}
	}
}

// How many schedules a round has: few at first, since what fails is often found soon.
const (
	firstRound  = 32
	mostInRound = 2048
)

// over reports whether the search is: it has found something, or tried enough.
func (s *search) over() bool {
	return s.report.Failure != nil || s.config.Schedules > 0 && s.report.Schedules >= s.config.Schedules
}

// learns reports whether a site is watched while it is learned what threads share.
func (s *search) learns(site *site) bool {
	if site.class.isHeap() {
		return false
	}
	return !site.system || site.class == copierCalls || site.class.isSync() && !s.config.IgnoreRaces
}

// learningShared is what the search does first.
const learningShared = "learning what threads share"

// mostLearning bounds the schedules that learn.
const mostLearning = 20

// learn runs the default schedule, and then others, until they show nothing new.
func (s *search) learn(ctx context.Context) error {
	learned := &worker{world: s.learning, choosers: map[Strategy]chooser{}, scripted: &scripted{}}
	for i, nothing := 0, 0; i < mostLearning && nothing < 3 && !s.over(); i++ {
		j := job{strategy: Deviations, prefix: &schedulePrefix{}}
		if i > 0 {
			j = job{strategy: []Strategy{POS, RandomWalk}[i%2], seed: s.config.Seed<<32 + uint64(i)}
		}
		if err := learned.run(ctx, s, &j, s.observer()); err != nil {
			return err
		}
		if s.learner.end() {
			nothing = 0
		} else {
			nothing++
		}
		s.length = max(s.length, j.outcome.points)
		if i == 0 {
			s.output = &j.outcome.output
		}
		s.take(&j, learningShared)
	}
	return nil
}

// observer is what looks at the schedules that learn.
func (s *search) observer() observer {
	if s.config.IgnoreRaces {
		return s.learner
	}
	if s.races == nil {
		s.races = newRaceLog()
	}
	return &raceObserver{learner: s.learner, log: s.races, clocks: newClocks(), world: s.learning}
}

// isPoint reports whether there is a point at a site, as far as is known.
func (s *search) isPoint(site *site) bool {
	switch {
	case site.class == locks || site.class == exits:
		return true
	case site.system || site.class.isHeap() || site.class == copierCalls:
		return false
	case s.config.Points == AllPoints:
		return true
	case s.config.Points == SyncPoints:
		return site.class.isSync()
	}
	return s.known.shared[site.offset]
}

// freeze compiles the program with points at what threads share.
func (s *search) freeze(ctx context.Context) error {
	s.closeWorkers()
	var err error
	if s.watched, err = s.analysis.compile(s.engine, s.isPoint, s.looks); err != nil {
		return err
	}
	for range s.config.Jobs {
		w, err := s.newWorker(ctx)
		if err != nil {
			return err
		}
		s.workers = append(s.workers, w)
	}
	return nil
}

func (s *search) newWorker(ctx context.Context) (*worker, error) {
	world, err := newWorld(ctx, s.engine, s.watched, s.config)
	if err != nil {
		return nil, err
	}
	return &worker{world: world, choosers: map[Strategy]chooser{}, scripted: &scripted{}}, nil
}

// seed returns that of a schedule behind those that learn.
func (s *search) seed(number int) uint64 {
	return s.config.Seed<<32 + mostLearning + uint64(number)*s.config.Shard.of() + s.config.Shard.index()
}

// round settles the schedules of the next round.
func (s *search) round(size int) []job {
	if left := s.config.Schedules - s.report.Schedules; s.config.Schedules > 0 {
		size = min(size, left)
	}
	var jobs []job
	s.bounded.advance()
	for i, idle := 0, 0; len(jobs) < size && idle < len(s.config.Strategies); i++ {
		number := s.report.Schedules + len(jobs)
		strategy := s.config.Strategies[(number+idle)%len(s.config.Strategies)]
		j := job{strategy: strategy, seed: s.seed(number)}
		if strategy == Deviations {
			if j.prefix = s.bounded.take(); j.prefix == nil {
				idle++
				continue
			}
		}
		idle = 0
		jobs = append(jobs, j)
	}
	return jobs
}

// flips are the schedules in which races go the other way.
func (s *search) flips() []job {
	var jobs []job
	if s.races == nil {
		return nil
	}
	for i, r := range s.races.found {
		if !s.config.Shard.has(i) {
			continue
		}
		jobs = append(jobs, job{strategy: RaceFlip, race: r})
	}
	return jobs
}

// runRound runs the schedules of a round, and takes their outcomes in order.
func (s *search) runRound(ctx context.Context, jobs []job) error {
	var next, first atomic.Int64 // the first that has failed
	first.Store(int64(len(jobs)))
	errs := make([]error, len(s.workers))
	var group sync.WaitGroup
	for i, w := range s.workers {
		group.Go(func() {
			for {
				n := next.Add(1) - 1
				if n > first.Load() || n >= int64(len(jobs)) {
					return
				}
				if errs[i] = w.run(ctx, s, &jobs[n], nil); errs[i] != nil {
					return
				}
				if s.fails(jobs[n].outcome) != nil {
					for at := first.Load(); n < at && !first.CompareAndSwap(at, n); at = first.Load() {
					}
				}
			}
		})
	}
	group.Wait()
	for i := range jobs {
		if !jobs[i].ran {
			break
		}
		s.take(&jobs[i], string(jobs[i].strategy))
		if s.over() {
			return nil
		}
	}
	return errors.Join(errs...)
}

// run runs a schedule.
func (w *worker) run(ctx context.Context, s *search, j *job, o observer) (err error) {
	var c chooser
	if j.strategy == Deviations {
		w.scripted.follow(j.prefix.deviations(), !j.last)
		c = w.scripted
	} else if j.strategy == RaceFlip {
		w.scripted.follow(j.race.flipped(), false)
		c = w.scripted
	} else if c = w.choosers[j.strategy]; c == nil {
		c = &exitsLast{chooser: choosers[j.strategy](s), patience: 100 + 2*s.length}
		w.choosers[j.strategy] = c
	}
	if j.outcome, err = w.world.run(ctx, c, j.seed, o); err != nil {
		return err
	}
	if j.strategy == Deviations {
		j.alternatives = w.scripted.alternatives
	}
	j.ran = true
	return nil
}

// choosers makes the chooser of a strategy, from what has been learned.
var choosers = map[Strategy]func(*search) chooser{
	SURW:       func(s *search) chooser { return newSURW(s.known, newEvenDraws(s.known)) },
	Roles:      func(s *search) chooser { return newSURW(s.known, newRoleDraws(s.known)) },
	POS:        func(*search) chooser { return &pos{} },
	PCT:        func(s *search) chooser { return &pct{depth: pctDepth, length: s.length} },
	RandomWalk: func(*search) chooser { return &randomWalk{} },
}

// pctDepth finds what takes two changes of thread at the right points.
const pctDepth = 3

// fails returns how a schedule has failed; nil if it has not.
func (s *search) fails(o *outcome) *Failure {
	if o.failure == nil && s.config.CompareOutput && s.output != nil && o.output != *s.output {
		return &Failure{Kind: KindOutput, Failed: -1, Output: o.output,
			Message: "the program writes something else than in the default schedule"}
	}
	return o.failure
}

// take takes the outcome of a schedule into the report.
func (s *search) take(j *job, doing string) {
	r := s.report
	counts := doing != learningShared || s.config.Shard.index() == 0
	if counts {
		r.Schedules++
	} else {
		s.uncounted++
	}
	if _, known := s.distinct[j.outcome.hash]; !known && len(s.distinct) < mostDistinct {
		s.distinct[j.outcome.hash] = struct{}{}
		if counts {
			r.Distinct++
		}
	}
	f := s.fails(j.outcome)
	switch {
	case j.race != nil:
		j.race.harm = f
	case j.prefix != nil && doing != learningShared:
		s.bounded.ran(j.prefix, j.alternatives)
	}
	r.Points = max(r.Points, j.outcome.points)
	if f != nil && r.Failure == nil {
		r.Failure, r.Strategy, r.found = f, j.strategy, j.outcome.deviations
		r.Found = r.Schedules + s.uncounted
	}
	if s.config.Progress != nil {
		s.config.Progress(Progress{Schedules: r.Schedules, Distinct: r.Distinct, Elapsed: time.Since(s.begun),
			Doing: doing})
	}
}

// mostDistinct is how many hashes of schedules are kept.
const mostDistinct = 4 << 20
