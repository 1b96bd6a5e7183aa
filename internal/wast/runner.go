package wast

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"weft"
	"weft/wasm"
)

// A Runner says how scripts run. Its zero value runs them with the features that
// [FeaturesFor] chooses, without a limit of time, and prints nothing. It may run
// several scripts at the same time if Print may be written to so.
type Runner struct {
	// Features chooses the features for a script by its path; nil means FeaturesFor.
	Features func(path string) wasm.Features
	// Timeout limits each command; 0 means no limit.
	Timeout time.Duration
	// Limits bound what a script may use; nil means [weft.DefaultLimits].
	Limits *weft.Limits
	// Print takes what scripts print through the host module spectest.
	Print io.Writer
	// PrintResults also prints the results of calls that are no part of an assertion.
	PrintResults bool
	// Habits of other engines that the scripts rely on.
	Habits Habits
	// CollectAlways makes every allocation of the guests collect first.
	CollectAlways bool
	// Executor executes the scripts' modules, with these options if it is [weft.Native].
	Executor weft.Executor
	Native   weft.NativeOptions
	// Green runs the threads of a script in turns, in one store ([weft/threads]).
	Green bool
	// Compiled is called with each module that a script defines, if it is not nil.
	Compiled func(*weft.Module)
}

// RunFile runs the script in a file. The error is that of reading the file.
func (r *Runner) RunFile(ctx context.Context, path string) (*Report, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return r.Run(ctx, path, source), nil
}

// Run runs a script. The path names it in the report and chooses its features.
func (r *Runner) Run(ctx context.Context, path string, source []byte) *Report {
	start := time.Now()
	s := &script{runner: r, path: path, ctx: ctx, print: &printer{w: r.Print}}
	report := &Report{File: path}
	if main, err := s.open(); err != nil {
		report.enter(s.finding(1, 1, "script"), fail("a store", err.Error()))
	} else {
		s.run(main, source)
		main.close()
		if s.green != nil {
			s.green.close()
		}
		report.Add(main.report)
	}
	report.Features, report.Elapsed = s.features, time.Since(start)
	return report
}

// A script is a script that runs: what its threads have in common.
type script struct {
	runner   *Runner
	path     string
	ctx      context.Context // of the run
	features wasm.Features
	engine   *weft.Engine
	print    *printer
	green    *green // nil: threads run at the same time
	// shared is the shared memory of the host module, the same for all threads.
	shared *weft.SharedMemory
}

// A printer prints for threads that run at the same time.
type printer struct {
	mu sync.Mutex
	w  io.Writer // nil discards
}

func (p *printer) Write(b []byte) (int, error) {
	if p.w == nil {
		return len(b), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.w.Write(b)
}

// open makes the engine and the first thread.
func (s *script) open() (*thread, error) {
	choose := s.runner.Features
	if choose == nil {
		choose = FeaturesFor
	}
	s.features = choose(s.path)
	var err error
	if s.engine, err = weft.NewEngine(s.runner.config().WithFeatures(s.features)); err != nil {
		return nil, err
	}
	if s.shared, err = s.engine.NewSharedMemory(spectestMemory(true)); err != nil {
		return nil, err
	}
	if s.runner.Green {
		if s.green, err = s.newGreen(); err != nil {
			return nil, err
		}
	}
	return s.newThread()
}

// config says what engine scripts run on.
func (r *Runner) config() weft.Config {
	return weft.NewConfig().WithExecutor(r.Executor).WithNativeOptions(r.Native)
}

func (s *script) finding(line, column int, directive string) Finding {
	return Finding{File: s.path, Line: line, Column: column, Directive: directive}
}

// run reads and runs the commands of the script.
func (s *script) run(main *thread, source []byte) {
	p := newParser(source, s.features)
	for s.ctx.Err() == nil {
		c, err := p.next()
		if err != nil {
			line, column := position(err)
			_, text := classify(err)
			main.report.enter(s.finding(line, column, "script"), fail("a command", text))
			return
		}
		if c == nil {
			return
		}
		main.execute(s.ctx, c)
		if c.last {
			return
		}
	}
}

// execute runs a command and enters its outcome.
func (t *thread) execute(ctx context.Context, c *command) {
	if limit := t.script.runner.Timeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	t.report.enter(t.script.finding(c.line, c.column, c.directive), t.protected(ctx, c))
}

// protected runs a command. A panic of the runtime is a failure of the command,
// so that the other scripts of a run are heard.
func (t *thread) protected(ctx context.Context, c *command) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = fail("no panic", fmt.Sprintf("panic: %v", p))
		}
	}()
	if g := t.script.green; g != nil {
		if !g.take() {
			return fail("a turn", "the script has ended")
		}
		defer g.giveBack()
	}
	return c.do.run(ctx, t)
}

// A thread is a store and the name space in which commands run. Each thread of a
// script has its own; only the memories that are shared with it are the same.
type thread struct {
	script *script
	store  *weft.Store
	linker *weft.Linker
	// current is the instance of the latest module; nil if there is none.
	current *weft.Instance
	named   map[string]*weft.Instance
	// shared are the instances of other threads that are shared with this one.
	shared map[string]memories
	// latest and defined are the definitions of modules.
	latest  *weft.Module
	defined map[string]*weft.Module
	threads map[string]*startedThread // that have not been waited for
	// running is the instance that the script has called; nil between calls.
	running *weft.Instance
	report  *Report
}

func (s *script) newStore() (*weft.Store, error) {
	limits := weft.DefaultLimits()
	if s.runner.Limits != nil {
		limits = *s.runner.Limits
	}
	store, err := s.engine.NewStore(limits)
	if err == nil {
		store.SetCollectAlways(s.runner.CollectAlways)
	}
	return store, err
}

func (s *script) newThread() (*thread, error) {
	var store *weft.Store
	var err error
	if s.green != nil {
		store = s.green.store
	} else if store, err = s.newStore(); err != nil {
		return nil, err
	}
	t := &thread{
		script:  s,
		store:   store,
		linker:  weft.NewLinker(store),
		named:   map[string]*weft.Instance{},
		shared:  map[string]memories{},
		defined: map[string]*weft.Module{},
		threads: map[string]*startedThread{},
		report:  &Report{},
	}
	err = DefineSpectest(store, t.linker, s.print)
	if err == nil {
		err = memories{"shared_memory": s.shared}.register(t, hostModule)
	}
	if err == nil {
		err = s.runner.Habits.define(t)
	}
	if err != nil {
		t.closeStore()
		return nil, err
	}
	return t, nil
}

// closeStore closes the thread's store, if it has one of its own.
func (t *thread) closeStore() {
	if t.script.green == nil {
		t.store.Close()
	}
}

// forget makes a name free for another instance.
func (t *thread) forget(name string) {
	delete(t.named, name)
	delete(t.shared, name)
}

// instance returns the instance with a name, or the current one for "".
func (t *thread) instance(name string) (*weft.Instance, error) {
	in := t.current
	if name != "" {
		in = t.named[name]
	}
	switch {
	case in != nil:
		return in, nil
	case name != "":
		return nil, fmt.Errorf("unknown module instance $%s", name)
	}
	return nil, fmt.Errorf("no module instance")
}
