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
	"strings"
	"testing"

	"weft"
	"weft/internal/wasithreads"
	"weft/threads"
	"weft/wasi"
)

var seeds = flag.Int("seeds", 200, "schedules in which each program with a bug, and its twin, runs")

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
	green := threads.Config{Strategy: strategy, Steps: true, Virtual: true, Trace: func(threads.Point, *threads.Thread) {
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

// A shortWalk is a random walk that lets threads run for few steps: the programs here are over after some hundred.
type shortWalk struct {
	*threads.RandomWalk
	random *rand.Rand
}

func (w shortWalk) Steps() uint64 { return 1 + w.random.Uint64N(1<<w.random.UintN(6)) }

// walk returns what chooses at random by a seed: threads run for long in one half of them.
func walk(seed int) threads.Strategy {
	long := threads.NewRandomWalk(uint64(seed))
	if seed%2 == 0 {
		return long
	}
	return shortWalk{long, rand.New(rand.NewPCG(uint64(seed), 1))}
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
			twin := newRunner(t, b, tools.BuildBug(t, b, true))
			right, err := twin.run(t, threads.NewReplay())
			if err != nil {
				t.Fatalf("the twin fails without deviations: %v", err)
			}
			for seed := range *seeds {
				if out, err := twin.run(t, walk(seed)); err != nil || out != right {
					t.Fatalf("the twin fails with seed %d: it prints %q, not %q: %v", seed, out, right, err)
				}
			}
			failures := countFailures(t, newRunner(t, b, tools.BuildBug(t, b, false)), right)
			t.Logf("fails in %d of %d schedules", failures, *seeds)
			unreachable := b.Plain || b.Rare != "" || b.Sign == wasithreads.Race || b.Sign == wasithreads.Heap
			switch {
			case failures == 0 && !unreachable:
				t.Errorf("it does not fail in %d schedules", *seeds)
			case failures > 0 && (b.Plain || b.Sign == wasithreads.Race):
				t.Errorf("it fails in %d schedules with points at steps alone, which the table says it cannot", failures)
			}
		})
	}
}

// countFailures returns in how many schedules a program fails. Each time it must be by the sign that it has.
func countFailures(t *testing.T, r *runner, right string) int {
	failures := 0
	for seed := range *seeds {
		out, err := r.run(t, walk(seed))
		sign := wasithreads.Output
		if err == nil && out == right {
			continue
		}
		failures++
		if err != nil {
			var strange error
			if sign, strange = signOf(err); strange != nil {
				t.Fatalf("seed %d: %v", seed, strange)
			}
		}
		if sign != r.bug.Sign && r.bug.Sign != wasithreads.Heap {
			t.Fatalf("seed %d: it shows as %v, not as %v: %v", seed, sign, r.bug.Sign, err)
		}
	}
	return failures
}

// TestBugSources holds that the folder and the table have the same programs, and that each says what it is about.
func TestBugSources(t *testing.T) {
	known := map[string]bool{}
	names := map[string]bool{}
	for _, b := range wasithreads.Bugs() {
		if names[b.Name] {
			t.Errorf("two bugs have the name %s", b.Name)
		}
		names[b.Name] = true
		known[b.File()+".c"] = true
	}
	files, err := filepath.Glob(filepath.Join("bugs", "*.c"))
	check(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		check(t, err)
		if !known[filepath.Base(file)] {
			t.Errorf("the table does not have %s", file)
		}
		delete(known, filepath.Base(file))
		if !bytes.HasPrefix(source, []byte("// ")) || !strings.Contains(string(source), "FIXED") {
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
