// Package measure runs workloads in engines, in turn, and keeps what they took.
//
// Each run is a process of its own, so that the peak of memory is that of one engine
// and one workload, and a crash is nobody else's. The engines take turns: a round
// runs every workload once in each engine, and there are several rounds, so that a
// machine that becomes slower or faster does so for all.
//
// A result counts only when the program has computed what it should.
package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"weft/bench/engine"
	"weft/bench/job"
	"weft/bench/tool"
	"weft/bench/workload"
)

// Results are everything that the report needs.
type Results struct {
	Environment Environment
	Engines     []Engine
	Cells       []*Cell
	// HTTP are the servers under load.
	HTTP []Server
}

// An Engine is one that was asked for.
type Engine struct {
	Name    string
	Version string
	// Absent is why the engine could not be measured; "" if it could.
	Absent string
	// Lacks are the features of WebAssembly whose probes it could not run.
	Lacks []workload.Feature
}

// A Cell is a workload in a variant in an engine.
type Cell struct {
	Workload string
	Engine   string
	Variant  workload.Variant
	// Bytes is the size of the module; 0 for what is not WebAssembly.
	Bytes int64
	// Samples are the timed runs of all rounds.
	Samples []job.Sample
	// Steps are the runs before them, of the last round.
	Steps []job.Sample
	// Compile and Instantiate have an entry for each round, Process the time of the
	// whole process.
	Compile, Instantiate, Process []time.Duration
	// Error is why there is no result; "" if there is one.
	Error string
	// Note is what else there is to say: that it failed with larger sizes.
	Note string
}

// Options say how much is measured.
type Options struct {
	// Rounds is how often each workload runs in each engine, Repeat how often it is timed
	// each time.
	Rounds, Repeat int
	// Target is what one timed run should take at most.
	Target time.Duration
	// Benchmarks is in how many rounds programs run that measure themselves.
	Benchmarks int
	// Timeout ends a process.
	Timeout time.Duration
}

// A task is a cell that can be run.
type task struct {
	cell     *Cell
	workload *workload.Workload
	command  []string
	program  string
}

// A Plan is what will be run.
type Plan struct {
	Results *Results
	tasks   [][]*task // by workload
}

// Prepare installs and builds what the engines and workloads need, and probes the engines. What fails is
// noted in the results.
func Prepare(ctx context.Context, box *tool.Box, engines []engine.Engine, workloads []*workload.Workload) *Plan {
	plan := &Plan{Results: &Results{Environment: environment()}}
	var present []engine.Engine
	lacking := map[string][]workload.Feature{}
	for _, e := range engines {
		version, err := e.Prepare(ctx, box)
		info := Engine{Name: e.Name(), Version: version}
		if err == nil {
			info.Lacks, err = lacks(ctx, box, e)
		}
		if err != nil {
			info.Absent = err.Error()
		} else {
			present = append(present, e)
			lacking[e.Name()] = info.Lacks
		}
		plan.Results.Engines = append(plan.Results.Engines, info)
	}
	for _, w := range workloads {
		var tasks []*task
		for _, e := range present {
			for _, v := range e.Variants(w) {
				lacks := func(f workload.Feature) bool { return slices.Contains(lacking[e.Name()], f) }
				if slices.ContainsFunc(w.Needs(v), lacks) {
					continue
				}
				cell := &Cell{Workload: w.Name, Engine: e.Name(), Variant: v}
				plan.Results.Cells = append(plan.Results.Cells, cell)
				program, err := box.Build(ctx, w, v)
				if err != nil {
					cell.Error = err.Error()
					continue
				}
				if info, err := os.Stat(program); err == nil && filepath.Ext(program) == ".wasm" {
					cell.Bytes = info.Size()
				}
				tasks = append(tasks, &task{cell, w, e.Command(w, program), program})
			}
		}
		plan.tasks = append(plan.tasks, tasks)
	}
	return plan
}

// Tasks returns how many cells will be run.
func (p *Plan) Tasks() int {
	n := 0
	for _, tasks := range p.tasks {
		n += len(tasks)
	}
	return n
}

// Run measures. After each process it calls progress, if that is not nil.
func (p *Plan) Run(ctx context.Context, o Options, progress func(what string)) error {
	for round := range o.Rounds {
		for _, tasks := range p.tasks {
			for i := range tasks {
				// Not always the same one is first, nor behind the same other one.
				t := tasks[(i+round)%len(tasks)]
				if round%2 == 1 {
					t = tasks[len(tasks)-1-(i+round)%len(tasks)]
				}
				if t.cell.Error == "" && round < o.roundsOf(t.workload) {
					t.run(ctx, o)
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if progress != nil {
					progress(t.cell.Workload + " in " + t.cell.Engine)
				}
			}
		}
	}
	for _, tasks := range p.tasks {
		agree(tasks)
	}
	return nil
}

// roundsOf returns in how many rounds a workload runs.
func (o Options) roundsOf(w *workload.Workload) int {
	switch {
	case w.Mode == job.Benchmark:
		return min(o.Rounds, o.Benchmarks)
	case w.Rounds > 0:
		return min(o.Rounds, w.Rounds)
	}
	return o.Rounds
}

// run runs the job of a cell once.
func (t *task) run(ctx context.Context, o Options) {
	result, took, err := o.Execute(ctx, t.command, t.workload, t.program)
	if err != nil && (result == nil || len(result.Runs) == 0) {
		t.cell.Error = err.Error()
	} else if err != nil {
		t.cell.Note = fmt.Sprintf("failed beyond size %d: %v", result.Runs[0].Size, err)
	}
	if result == nil {
		return
	}
	t.cell.Samples = append(t.cell.Samples, result.Runs...)
	t.cell.Steps = result.Steps
	t.cell.Compile = append(t.cell.Compile, result.Compile)
	t.cell.Instantiate = append(t.cell.Instantiate, result.Instantiate)
	t.cell.Process = append(t.cell.Process, took)
}

// Execute runs a workload once with a runner's command, and checks what it computed. It also
// returns how long the process took. There may be a result beside an error: that of
// the sizes before.
func (o Options) Execute(ctx context.Context, command []string, w *workload.Workload, program string) (*job.Result, time.Duration, error) {
	if w.Mode == job.Benchmark {
		return o.benchmark(ctx, command, w, program)
	}
	j := job.Job{Mode: w.Mode, Program: program, Export: w.Export, Target: o.Target, Repeat: o.Repeat, Sizes: w.Sizes}
	if w.Target > 0 {
		j.Target = w.Target
	}
	if w.Once {
		j.Repeat = 0
	} else if w.Repeat > 0 {
		j.Repeat = min(j.Repeat, w.Repeat)
	}
	result, took, err := execute(ctx, o.Timeout, command, j)
	if result == nil {
		return nil, took, err
	}
	if j.Repeat == 0 {
		result.Runs = result.Steps[max(0, len(result.Steps)-1):]
	}
	if wrong := check(w, result); wrong != nil {
		result.Runs = nil
		err = wrong
	}
	return result, took, err
}

// benchmark runs a program that measures itself.
func (o Options) benchmark(ctx context.Context, command []string, w *workload.Workload, program string) (
	*job.Result, time.Duration, error,
) {
	j := job.Job{Mode: w.Mode, Program: program, Export: w.Export, Sizes: w.Sizes}
	result, took, err := execute(ctx, o.Timeout, command, j)
	if err != nil {
		return nil, took, err
	}
	if result.Runs, err = job.Measured(result.Output); err != nil {
		return nil, took, err
	}
	for i := range result.Runs {
		result.Runs[i].PeakKB = result.Steps[0].PeakKB
	}
	result.Steps, result.Output = nil, ""
	return result, took, nil
}

// execute runs a runner. There may be a result beside an error.
func execute(ctx context.Context, timeout time.Duration, command []string, j job.Job) (*job.Result, time.Duration, error) {
	dir, err := os.MkdirTemp("", "weft-bench")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "result.json")
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	argv := append(append([]string{}, command...), j.Args()...)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), job.ResultFile+"="+file)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start := time.Now()
	err = cmd.Run()
	took := time.Since(start)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("no result after %s", timeout)
	case err != nil:
		err = fmt.Errorf("%w: %s", err, reason(stderr.String()))
	}
	result, readErr := job.ReadResult(file)
	if readErr != nil && err == nil {
		err = readErr
	}
	return result, took, err
}

// reason returns the two lines of a runner's last words from the one on that speaks
// of an error; the first two if there is none.
func reason(s string) string {
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' })
	for i, line := range lines {
		if lower := strings.ToLower(line); strings.Contains(lower, "fatal") || strings.Contains(lower, "error") {
			lines = lines[i:]
			break
		}
	}
	return strings.Join(lines[:min(2, len(lines))], "; ")
}

// check compares what was computed with what the workload wants.
func check(w *workload.Workload, r *job.Result) error {
	if w.Want == nil {
		return nil
	}
	for _, samples := range [][]job.Sample{r.Steps, r.Runs} {
		for _, s := range samples {
			if want := strconv.FormatInt(w.Want(s.Size), 10); s.Value != want {
				return fmt.Errorf("wrong: computed %s for %d, and not %s", s.Value, s.Size, want)
			}
		}
	}
	return nil
}

// agree fails the cells of a workload without Want that computed something else
// than most engines did.
func agree(tasks []*task) {
	votes := map[int64]map[string]int{} // by size and value
	for _, t := range tasks {
		if t.workload.Want != nil || t.cell.Error != "" {
			continue
		}
		for size, value := range t.cell.values() {
			if votes[size] == nil {
				votes[size] = map[string]int{}
			}
			votes[size][value]++
		}
	}
	for _, t := range tasks {
		if t.workload.Want != nil || t.cell.Error != "" {
			continue
		}
		for size, value := range t.cell.values() {
			for other, n := range votes[size] {
				if other != value && n >= votes[size][value] {
					t.cell.Error = fmt.Sprintf("wrong: computed %s for %d; %d others computed %s", value, size, n, other)
				}
			}
		}
	}
}

// values returns what was computed for each size; what differs from run to run is "".
func (c *Cell) values() map[int64]string {
	values := map[int64]string{}
	for _, s := range slices.Concat(c.Steps, c.Samples) {
		if v, known := values[s.Size]; known && v != s.Value {
			values[s.Size] = ""
		} else {
			values[s.Size] = s.Value
		}
	}
	return values
}

// Fit returns the options with which the plan takes about as long as the budget says.
func (p *Plan) Fit(budget time.Duration, rounds int) Options {
	const (
		repeat    = 3
		start     = 120 * time.Millisecond // of a process, on the average
		program   = 4 * time.Second        // of a process that compiles a large module, on the average
		benchmark = 700 * time.Millisecond // of a process that measures itself, on the average
		warm      = 1.3                    // runs before the timed ones, in timed ones
		fullest   = 0.35                   // of the target, on the average: sizes are a factor apart
		share     = 0.4                    // of the budget is for programs that measure themselves, if there are others
	)
	o := Options{Rounds: rounds, Repeat: repeat, Timeout: time.Minute}
	if n := p.benchmarks(); n > 0 {
		theirs := budget
		if n < p.Tasks() {
			theirs = time.Duration(share * float64(budget))
		}
		round := time.Duration(n) * benchmark
		o.Benchmarks = min(max(int(theirs/round), 1), rounds)
		budget -= time.Duration(o.Benchmarks) * round
	}
	processes := 0
	for _, tasks := range p.tasks {
		for _, t := range tasks {
			n := o.roundsOf(t.workload)
			switch {
			case t.workload.Mode == job.Benchmark:
			case t.workload.Program():
				budget -= time.Duration(n) * program
			case t.workload.Target > 0:
				budget -= time.Duration(n) * t.workload.Target
			default:
				processes += n
			}
		}
	}
	each := budget / time.Duration(max(1, processes))
	target := time.Duration(float64(each-start) / ((repeat + warm) * fullest))
	o.Target = min(max(target, 10*time.Millisecond), 500*time.Millisecond)
	return o
}

// benchmarks returns how many cells are of programs that measure themselves.
func (p *Plan) benchmarks() int {
	n := 0
	for _, tasks := range p.tasks {
		for _, t := range tasks {
			if t.workload.Mode == job.Benchmark {
				n++
			}
		}
	}
	return n
}
