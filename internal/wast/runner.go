package wast

import (
	"context"
	"fmt"
	"io"
	"os"
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
	s := &script{runner: r, path: path, report: &Report{File: path}, print: r.Print}
	if s.print == nil {
		s.print = io.Discard
	}
	if err := s.open(); err != nil {
		s.report.enter(Finding{File: path, Line: 1, Column: 1, Directive: "script"}, fail("a store", err.Error()))
	} else {
		s.run(ctx, source)
		s.store.Close()
	}
	s.report.Elapsed = time.Since(start)
	return s.report
}

// A script is a script that runs.
type script struct {
	runner   *Runner
	path     string
	features wasm.Features
	engine   *weft.Engine
	store    *weft.Store
	print    io.Writer
	report   *Report
	// doubtful says that a command was skipped, so that later ones may fail for it.
	doubtful bool
}

func (s *script) open() (err error) {
	choose := s.runner.Features
	if choose == nil {
		choose = FeaturesFor
	}
	s.features = choose(s.path)
	if s.engine, err = weft.NewEngine(weft.NewConfig().WithFeatures(s.features)); err != nil {
		return err
	}
	limits := weft.DefaultLimits()
	if s.runner.Limits != nil {
		limits = *s.runner.Limits
	}
	s.store, err = s.engine.NewStore(limits)
	return err
}

// run reads and runs the commands of the script.
func (s *script) run(ctx context.Context, source []byte) {
	main, err := s.newThread()
	if err != nil {
		s.report.enter(Finding{File: s.path, Line: 1, Column: 1, Directive: "script"}, fail("the host modules", err.Error()))
		return
	}
	p := newParser(source, s.features)
	for ctx.Err() == nil {
		c, err := p.next()
		if err != nil {
			line, column := position(err)
			finding := Finding{File: s.path, Line: line, Column: column, Directive: "script"}
			_, text := classify(err)
			s.report.enter(finding, fail("a command", text))
			return
		}
		if c == nil {
			return
		}
		s.execute(ctx, main, c)
		if c.last {
			return
		}
	}
}

// execute runs a command and enters its outcome.
func (s *script) execute(ctx context.Context, t *thread, c *command) {
	if s.runner.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.runner.Timeout)
		defer cancel()
	}
	o := s.protected(ctx, t, c)
	if o.verdict == failed && o.atRunTime && s.doubtful {
		o.verdict, o.excused, o.reason = skipped, true, "follows a command that was skipped"
	}
	if o.verdict == skipped {
		s.doubtful = true
	}
	s.report.enter(Finding{File: s.path, Line: c.line, Column: c.column, Directive: c.directive}, o)
}

// protected runs a command. A panic of the runtime is a failure of the command,
// so that the other scripts of a run are heard.
func (s *script) protected(ctx context.Context, t *thread, c *command) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = fail("no panic", fmt.Sprintf("panic: %v", p))
		}
	}()
	return c.do.run(ctx, t)
}

// A thread is the name space in which commands run. Each thread of a script has
// its own; only what is shared with it explicitly is the same.
type thread struct {
	script *script
	linker *weft.Linker
	// current is the instance of the latest module; nil if there is none.
	current *weft.Instance
	named   map[string]*weft.Instance
	// latest and defined are the definitions of modules.
	latest  *weft.Module
	defined map[string]*weft.Module
	threads map[string]*threadCommand // that have been started and not waited for
	// running is the instance that the script has called; nil between calls.
	running *weft.Instance
}

func (s *script) newThread() (*thread, error) {
	t := &thread{
		script:  s,
		linker:  weft.NewLinker(s.store),
		named:   map[string]*weft.Instance{},
		defined: map[string]*weft.Module{},
		threads: map[string]*threadCommand{},
	}
	if err := DefineSpectest(s.store, t.linker, s.print); err != nil {
		return nil, err
	}
	return t, s.runner.Habits.define(t)
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
