package explore_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"weft/explore"
	"weft/internal/wasithreads"
	"weft/wasi"
)

var (
	table     = flag.Bool("table", false, "TestTable makes the table of docs/explore.md")
	rows      = flag.String("rows", "", "which programs TestTable measures: a regular expression")
	columns   = flag.String("columns", "all,surw,pos,roles,pct,random,deviations", "the strategies of TestTable")
	trials    = flag.Int("trials", 1, "how many searches, with different seeds, each program with a bug gets")
	replays   = flag.Int("replays", 1, "how often what a search has found is repeated on each executor")
	most      = flag.Int("most", 3000, "how many schedules a search for a known bug may take")
	schedules = flag.Int("schedules", 200, "how many schedules each correct program runs in")
)

// A subject is a program with a bug, or its correct twin.
type subject struct {
	wasithreads.Bug
	module []byte
}

// subjects builds the programs. It skips the test where there is no compiler.
func subjects(t testing.TB, fixed bool) []subject {
	t.Helper()
	return build(t, fixed, wasithreads.Bugs())
}

func build(t testing.TB, fixed bool, bugs []wasithreads.Bug) []subject {
	t.Helper()
	c := wasithreads.NewToolchain(t)
	built := map[string][]byte{}
	var all []subject
	for _, b := range bugs {
		name := b.Name
		if b.Source != "" {
			name = b.Source
		}
		if built[name] == nil {
			built[name] = c.BuildBug(t, b, fixed, "-O0")
		}
		all = append(all, subject{b, built[name]})
	}
	return all
}

// config is how a subject is explored.
func (s *subject) config(seed uint64) explore.Config {
	process := wasi.NewConfig().WithArgs(append([]string{s.Name}, s.Args...)...)
	return explore.Config{WASI: &process, Seed: seed, Schedules: *most, Timeouts: s.Name == "timeout_is_success",
		CompareOutput: s.Sign == wasithreads.Output}
}

// kinds are how explore calls what a program shows.
var kinds = map[wasithreads.Sign]explore.Kind{wasithreads.Trap: explore.KindTrap, wasithreads.Exit: explore.KindExit,
	wasithreads.Deadlock: explore.KindDeadlock, wasithreads.Livelock: explore.KindHang,
	wasithreads.Output: explore.KindOutput, wasithreads.Heap: explore.KindHeap,
	wasithreads.Null: explore.KindNull}

// TestBugs finds each bug of the suite, tells it by few deviations, and repeats it on both executors. With -trials 20
// -most 10000 -replays 5 that is what docs/explore.md tells of.
func TestBugs(t *testing.T) {
	for _, s := range subjects(t, false) {
		t.Run(s.Name, func(t *testing.T) {
			for seed := range uint64(*trials) {
				report := explores(t, s.module, s.config(seed))
				if s.Sign == wasithreads.Race {
					if len(report.Races) == 0 {
						t.Errorf("seed %d: no race in %d schedules", seed, report.Schedules)
					}
					continue
				}
				s.checkFound(t, seed, report)
			}
		})
	}
}

func (s *subject) checkFound(t *testing.T, seed uint64, report *explore.Report) {
	t.Helper()
	f := report.Failure
	switch {
	case f == nil:
		t.Fatalf("seed %d: nothing in %d schedules", seed, report.Schedules)
	case f.Kind != kinds[s.Sign] && !(s.Freed && f.Kind == explore.KindHeap):
		t.Errorf("seed %d: %v, which is a %s; want a %v", seed, f, f.Kind, s.Sign)
	case s.Threads <= 5 && len(report.Deviations) > 4:
		t.Errorf("seed %d: %d deviations: %s", seed, len(report.Deviations), report.Schedule)
	}
	for _, interpret := range []bool{false, true} {
		config := s.config(seed)
		config.Interpret = interpret
		for range *replays {
			again, err := explore.Replay(context.Background(), s.module, report.Schedule, config)
			if err != nil {
				t.Fatal(err)
			}
			if !f.Same(again.Failure) || len(again.Unreached) > 0 {
				t.Errorf("seed %d, interpreted %v: %s repeats %v in %s as %v, without %v", seed, interpret, report.Schedule, f,
					f.Place, again.Failure, again.Unreached)
			}
		}
	}
}

// TestFreedMeanwhile finds that a thread uses what another one has freed since it stood before that: in each search,
// and before the allocator stumbles.
func TestFreedMeanwhile(t *testing.T) {
	isOther := func(b wasithreads.Bug) bool { return b.Name != "allocators" }
	for _, s := range build(t, false, slices.DeleteFunc(wasithreads.Bugs(), isOther)) {
		for seed := range uint64(10) {
			f := explores(t, s.module, s.config(seed)).Failure
			if f == nil || f.Kind != explore.KindHeap || f.Failed < 0 {
				t.Errorf("seed %d: %v", seed, f)
				continue
			}
			for _, state := range f.Threads {
				if len(state.Stack.Frames) == 0 {
					t.Errorf("seed %d: thread %d, which is %s, has no stack", seed, state.ID, state.State)
				}
			}
		}
	}
}

// TestCorrect finds nothing in the correct twins: no failure, no race, nothing wrong with any access.
//
//	go test ./explore -run TestCorrect -schedules 10000 -timeout 2h
func TestCorrect(t *testing.T) {
	for _, s := range subjects(t, true) {
		config := s.config(0)
		config.Schedules, config.Heap = *schedules, true
		if s.Threads > 10 {
			config.Schedules /= 10
		}
		report := explores(t, s.module, config)
		if report.Failure != nil {
			t.Errorf("%s: %v: %s", s.Name, report.Failure, report.Schedule)
		}
		for i := range report.Races {
			r := &report.Races[i]
			t.Errorf("%s: a race at %#x\n%s\n%s", s.Name, r.Address, r.First.Stack.String(), r.Second.Stack.String())
		}
	}
}

// TestTable makes the table of docs/explore.md: schedules to the first failure, the mean of the trials.
//
//	go test ./explore -run TestTable -table -trials 20 -most 10000 -timeout 10h -v
func TestTable(t *testing.T) {
	if !*table {
		t.Skip("it measures: -table")
	}
	strategies := strings.Split(*columns, ",")
	wanted := regexp.MustCompile(*rows)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(w, "program\t"+strings.Join(strategies, "\t")+"\t")
	for _, s := range subjects(t, false) {
		if s.Sign == wasithreads.Race || !wanted.MatchString(s.Name) {
			continue
		}
		fmt.Fprintf(w, "%s\t", s.Name)
		for _, strategy := range strategies {
			fmt.Fprintf(w, "%s\t", s.mean(t, explore.Strategy(strategy)))
		}
		fmt.Fprintln(w)
		w.Flush()
	}
}

// mean returns the mean of how many schedules searches take, and how many have found nothing if some have not.
func (s *subject) mean(t *testing.T, strategy explore.Strategy) string {
	var found []int
	for seed := range uint64(*trials) {
		config := s.config(seed)
		config.KeepFirst, config.IgnoreRaces = true, strategy != "all"
		if strategy != "all" {
			config.Strategies = []explore.Strategy{strategy}
		}
		if report := explores(t, s.module, config); report.Failure != nil {
			found = append(found, report.Found)
		}
	}
	if len(found) == 0 {
		return "–"
	}
	sum := 0
	for _, n := range found {
		sum += n
	}
	text := fmt.Sprintf("%.1f", float64(sum)/float64(len(found)))
	if missing := *trials - len(found); missing > 0 {
		text += fmt.Sprintf(" (%d of %d)", len(found), *trials)
	}
	return strings.TrimSuffix(text, ".0")
}

// TestKinds checks that each sign of the suite but races has a kind.
func TestKinds(t *testing.T) {
	for _, b := range slices.Concat(wasithreads.Bugs(), wasithreads.ZigBugs()) {
		if kinds[b.Sign] == "" && b.Sign != wasithreads.Race {
			t.Errorf("%s: there is no kind for %v", b.Name, b.Sign)
		}
	}
}
