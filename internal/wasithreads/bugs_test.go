package wasithreads_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weft"
	"weft/internal/wasithreads"
	"weft/threads"
	"weft/wasi"
)

var (
	seeds = flag.Int("seeds", 50, "schedules of each program without its bug; with it, 60 times as many until it fails")
	level = flag.String("level", "-O0", "the flag of the C compiler that says how much it optimises")
)

// tooMany is after how many points a run is taken for one that does not end. The longest one that ends has a tenth.
const tooMany = 20_000

// A runner runs a program with any schedule.
type runner struct {
	module *weft.Module
	bug    wasithreads.Bug
}

func newRunner(t *testing.T, b wasithreads.Bug, source []byte) *runner {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithSteps())
	check(t, err)
	module, err := engine.Compile(source)
	check(t, err)
	return &runner{module, b}
}

var errTooMany = errors.New("it does not end")

// run returns what the program has printed, and how it has ended.
func (r *runner) run(t *testing.T, strategy threads.Strategy) (string, error) {
	t.Helper()
	store, err := r.module.Engine().NewStore(weft.DefaultLimits())
	check(t, err)
	defer store.Close()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	points := 0
	green := threads.Config{Strategy: strategy, Steps: true, Virtual: true, Trace: func(*threads.Point, *threads.Thread) {
		if points++; points == tooMany {
			cancel(errTooMany)
		}
	}}
	var out bytes.Buffer
	config := wasi.NewConfig().WithArgs(append([]string{r.bug.Name}, r.bug.Args...)...).WithStdout(&out).WithStderr(&out).
		WithRandom(wasi.SeededRandom(1)).WithThreads(r.bug.Threads, weft.DefaultLimits()).WithGreenThreads(green)
	linker := weft.NewLinker(store)
	system, err := config.Define(linker)
	check(t, err)
	defer system.Close()
	check(t, system.DefineMemories(linker, r.module))
	instance, err := linker.Instantiate(ctx, r.module)
	check(t, err)
	err = system.Start(ctx, instance)
	if points >= tooMany {
		err = errTooMany
	}
	return out.String(), err
}

// Priorities is a strategy in which each thread has a rank, at random, and the first one runs. Whoever comes to a step,
// a yield or a spin is the last one from then on. In half of the runs that is not so for the first thread, which makes
// all others before they begin.
type priorities struct {
	random  *rand.Rand
	makes   bool // the first thread goes first
	longest uint // logarithm of the steps between two points
	rank    map[*threads.Thread]int
	lowest  int
	ready   []*threads.Thread
}

func newPriorities(seed int) *priorities {
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	return &priorities{random: random, rank: map[*threads.Thread]int{},
		makes: random.IntN(2) == 0, longest: 2 + random.UintN(12)}
}

func (p *priorities) Ready(t *threads.Thread) {
	if _, ranked := p.rank[t]; !ranked {
		p.rank[t] = p.random.IntN(1000)
		if t.ID() == 0 && p.makes {
			p.rank[t] = 1000
		}
	}
	p.ready = append(p.ready, t)
}

func (p *priorities) Next(at *threads.Point) *threads.Thread {
	if at.Thread != nil && !at.Blocked {
		switch at.Kind {
		case threads.Step, threads.Yield, threads.Spin:
			if p.rank[at.Thread] < 1000 {
				p.lowest--
				p.rank[at.Thread] = p.lowest
			}
		}
		p.ready = append(p.ready, at.Thread)
	}
	if len(p.ready) == 0 {
		return nil
	}
	best := 0
	for i, t := range p.ready {
		if p.rank[t] > p.rank[p.ready[best]] {
			best = i
		}
	}
	next := p.ready[best]
	p.ready = slices.Delete(p.ready, best, best+1)
	return next
}

func (p *priorities) Steps() uint64 { return 1 + p.random.Uint64N(1<<(1+p.random.UintN(p.longest))) }

// strategy returns one that chooses at random by a seed: a random walk for half of the seeds.
func strategy(seed int) threads.Strategy {
	if seed%2 == 0 {
		return threads.NewRandomWalk(uint64(seed))
	}
	return newPriorities(seed)
}

// signOf returns the sign that the end of a run is. The error is one that is none.
func signOf(err error) (wasithreads.Sign, error) {
	var trap *weft.Trap
	var exit *weft.ExitError
	var deadlock *threads.DeadlockError
	switch {
	case errors.As(err, &trap):
		return wasithreads.Trap, nil
	case errors.As(err, &exit):
		return wasithreads.Exit, nil
	case errors.As(err, &deadlock):
		return wasithreads.Deadlock, nil
	case errors.Is(err, errTooMany):
		return wasithreads.Livelock, nil
	}
	return 0, fmt.Errorf("a run ends in no way that is known: %w", err)
}

// TestBugs runs each program with a bug, and its twin, in many schedules that are chosen at random. The twin ends well
// in all, and always prints the same. The program fails as it should, in one of them at least where it can.
func TestBugs(t *testing.T) {
	tools := wasithreads.NewToolchain(t)
	for _, b := range wasithreads.Bugs() {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			right := testTwin(t, newRunner(t, b, tools.BuildBug(t, b, true, *level)))
			r := newRunner(t, b, tools.BuildBug(t, b, false, *level))
			if b.Plain || b.Sign == wasithreads.Race {
				testUnreached(t, r, right)
				r = newRunner(t, b, tools.BuildBugWithAccesses(t, b, false, *level))
			}
			testFailure(t, r, right)
		})
	}
}

// TestZigBugs does so for the programs in Zig. There is no way to part their plain accesses.
func TestZigBugs(t *testing.T) {
	zig := wasithreads.NewZig(t)
	for _, b := range wasithreads.ZigBugs() {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			right := testTwin(t, newRunner(t, b, zig.BuildBug(t, b, true)))
			r := newRunner(t, b, zig.BuildBug(t, b, false))
			if b.Plain {
				testUnreached(t, r, right)
			} else {
				testFailure(t, r, right)
			}
		})
	}
}

// testUnreached holds that a program ends well in all schedules of points at steps.
func testUnreached(t *testing.T, r *runner, right string) {
	if seed := firstFailure(t, r, right, *seeds); seed >= 0 {
		t.Errorf("it fails with seed %d with points at steps alone, which the table says it cannot", seed)
	}
}

// testFailure holds that a program fails, if its failure shows.
func testFailure(t *testing.T, r *runner, right string) {
	most := 60 * *seeds
	silent := slices.Contains([]wasithreads.Sign{wasithreads.Race, wasithreads.Heap, wasithreads.Null}, r.bug.Sign)
	rare := r.bug.Rare != "" || r.bug.Unoptimised && *level != "-O0"
	if silent || rare {
		most = *seeds
	}
	switch seed := firstFailure(t, r, right, most); {
	case silent && seed >= 0:
		t.Errorf("it fails with seed %d, but nothing should show", seed)
	case seed >= 0:
		t.Logf("fails first with seed %d", seed)
	case !silent && !rare:
		t.Errorf("it does not fail with any of %d seeds", most)
	}
}

// testTwin returns what a correct program prints.
func testTwin(t *testing.T, r *runner) string {
	right, err := r.run(t, threads.NewReplay())
	if err != nil {
		t.Fatalf("the twin fails without deviations: %v", err)
	}
	for seed := range *seeds {
		if out, err := r.run(t, strategy(seed)); err != nil || out != right {
			t.Fatalf("the twin fails with seed %d: it prints %q, not %q: %v", seed, out, right, err)
		}
	}
	return right
}

// firstFailure returns the first seed with which a program fails, or -1. Its failures must be by the sign that it has.
func firstFailure(t *testing.T, r *runner, right string, most int) int {
	for seed := range most {
		out, err := r.run(t, strategy(seed))
		if err == nil && out == right {
			continue
		}
		sign := wasithreads.Output
		if err != nil {
			var strange error
			if sign, strange = signOf(err); strange != nil {
				t.Fatalf("seed %d: %v", seed, strange)
			}
		}
		if sign != r.bug.Sign {
			t.Fatalf("seed %d: it shows as %v, not as %v: %v", seed, sign, r.bug.Sign, err)
		}
		return seed
	}
	return -1
}

// TestBugSources holds that the folder and the table have the same programs, and that each says what it is about.
func TestBugSources(t *testing.T) {
	known := map[string]bool{}
	names := map[string]bool{}
	for _, b := range slices.Concat(wasithreads.Bugs(), wasithreads.ZigBugs()) {
		if names[b.Name] {
			t.Errorf("two bugs have the name %s", b.Name)
		}
		names[b.Name] = true
		language := ".c"
		if strings.HasPrefix(b.Name, "zig_") {
			language = ".zig"
		}
		known[b.File()+language] = true
	}
	files, err := filepath.Glob(filepath.Join("bugs", "*.[cz]*"))
	check(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		check(t, err)
		if !known[filepath.Base(file)] {
			t.Errorf("the table does not have %s", file)
		}
		delete(known, filepath.Base(file))
		text := strings.ToLower(string(source))
		if !strings.HasPrefix(text, "//") || !strings.Contains(text, "fixed") {
			t.Errorf("%s: it begins with no comment, or has no twin", file)
		}
	}
	for file := range known {
		t.Errorf("there is no %s", file)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
