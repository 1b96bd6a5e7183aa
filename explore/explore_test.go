package explore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"weft"
	"weft/explore"
)

// adders has n threads that add to a word, by a load and a store, some times; and one that waits for them, and traps if
// something is lost. With locked the additions are atomic.
func adders(n, times int, locked bool) []byte {
	add := `(local.set $was (i32.load (i32.const 0))) (i32.store (i32.const 0) (i32.add (local.get $was) (i32.const 1)))`
	if locked {
		add = `(drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))`
	}
	return fmt.Appendf(nil, `(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (memory (import "env" "memory") 1 1 shared) (export "memory" (memory 0))
  (func (export "wasi_thread_start") (param i32 i32) (local $n i32) (local $was i32)
    (loop $l
      %[1]s
      (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const %[3]d))))
    (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 4) (i32.const 1))))
  (func $await (export "_start") (local $n i32)
    (loop $l
      (drop (call $spawn (i32.const 0)))
      (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const %[2]d))))
    (loop $wait
      (local.set $n (i32.atomic.load (i32.const 4)))
      (if (i32.ne (local.get $n) (i32.const %[2]d)) (then
        (drop (memory.atomic.wait32 (i32.const 4) (local.get $n) (i64.const -1)))
        (br $wait))))
    (if (i32.ne (i32.load (i32.const 0)) (i32.const %[4]d)) (then unreachable))))`, add, n, times, n*times)
}

// explores runs a search.
func explores(t testing.TB, module []byte, config explore.Config) *explore.Report {
	t.Helper()
	report, err := explore.Run(context.Background(), module, config)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestLostUpdate finds that two threads overwrite what the other one has written, with each strategy, and makes that
// one deviation: a thread is stopped between its load and its store.
func TestLostUpdate(t *testing.T) {
	module := adders(2, 1, false)
	for _, s := range []explore.Strategy{explore.SURW, explore.POS, explore.PCT, explore.RandomWalk, explore.Deviations, ""} {
		config := explore.Config{Schedules: 500}
		if s != "" {
			config.Strategies = []explore.Strategy{s}
		}
		report := explores(t, module, config)
		switch {
		case report.Failure == nil:
			t.Errorf("%s: nothing found in %d schedules", s, report.Schedules)
		case report.Failure.Kind != explore.KindTrap || !strings.HasPrefix(report.Failure.Place, "await@"):
			t.Errorf("%s: %v in %s", s, report.Failure, report.Failure.Place)
		case len(report.Deviations) != 1:
			t.Errorf("%s: %s", s, report.Schedule)
		}
	}
}

// endless is a thread that calls the host for ever, beside the first, which ends the program.
const endless = `(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (import "env" "memory") 1 1 shared) (export "memory" (memory 0))
  (func (export "wasi_thread_start") (param i32 i32)
    (loop $l (drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8))) (br $l)))
  (func (export "_start") (drop (call $spawn (i32.const 0)))))`

// TestUnfair has schedules that come to no end because they never let a thread go on that could.
func TestUnfair(t *testing.T) {
	all := []explore.Strategy{explore.SURW, explore.Roles, explore.POS, explore.PCT, explore.RandomWalk,
		explore.Deviations, explore.DPOR}
	for _, s := range all {
		config := explore.Config{Schedules: 30, Strategies: []explore.Strategy{s}, Bounds: explore.Bounds{Points: 2000}}
		if f := explores(t, []byte(endless), config).Failure; f != nil {
			t.Errorf("%s: %v", s, f)
		}
	}
}

// TestNothingFound looks through all schedules of a program that is right, and says so.
func TestNothingFound(t *testing.T) {
	report := explores(t, adders(1, 1, true), explore.Config{Strategies: []explore.Strategy{explore.Deviations}, Schedules: 10_000})
	if report.Failed() || !report.Exhausted || report.Complete < 3 {
		t.Errorf("failed: %v, exhausted: %v, complete up to %d deviations, %d schedules",
			report.Failed(), report.Exhausted, report.Complete, report.Schedules)
	}
}

// TestSameResult checks that a search has one result: on both executors, on any number of goroutines, each time.
func TestSameResult(t *testing.T) {
	module := adders(3, 3, false)
	var want *explore.Report
	for _, c := range []explore.Config{{Jobs: 1}, {Jobs: 2}, {Jobs: 5}, {Jobs: 2, Interpret: true}, {Jobs: 1}} {
		c.Schedules, c.IgnoreRaces, c.Strategies = 2000, true, []explore.Strategy{explore.RandomWalk, explore.Deviations, explore.PCT}
		got := explores(t, module, c)
		got.Elapsed = 0
		if want == nil {
			want = got
			if want.Failure == nil || want.Found < 2 {
				t.Fatalf("it is found in schedule %d: the test wants one that is not the first", want.Found)
			}
			continue
		}
		if got.Schedule != want.Schedule || got.Found != want.Found || got.Strategy != want.Strategy ||
			got.Distinct != want.Distinct || !got.Failure.Same(want.Failure) {
			t.Errorf("jobs %d, interpreted %v: %s in schedule %d by %s; want %s in %d by %s", c.Jobs, c.Interpret,
				got.Schedule, got.Found, got.Strategy, want.Schedule, want.Found, want.Strategy)
		}
	}
}

// TestReplay repeats what was found, on both executors.
func TestReplay(t *testing.T) {
	module := adders(2, 2, false)
	found := explores(t, module, explore.Config{Schedules: 500})
	if found.Failure == nil {
		t.Fatal("nothing found")
	}
	for _, interpret := range []bool{false, true} {
		for range 5 {
			again, err := explore.Replay(context.Background(), module, found.Schedule, explore.Config{Interpret: interpret})
			if err != nil {
				t.Fatal(err)
			}
			if !again.Failure.Same(found.Failure) || !reflect.DeepEqual(again.Deviations, found.Deviations) {
				t.Errorf("interpreted %v: %v by %s; want %v", interpret, again.Failure, again.Schedule, found.Failure)
			}
		}
	}
}

// TestRefused checks the errors of what cannot be explored.
func TestRefused(t *testing.T) {
	module := adders(2, 1, false)
	for want, run := range map[string]func() error{
		"makes no threads": func() error {
			_, err := explore.Run(context.Background(), []byte(`(module (func (export "_start")))`), explore.Config{})
			return err
		},
		`no strategy "luck"`: func() error {
			_, err := explore.Run(context.Background(), module, explore.Config{Strategies: []explore.Strategy{"luck"}})
			return err
		},
		`no points "few"`: func() error {
			_, err := explore.Run(context.Background(), module, explore.Config{Points: "few"})
			return err
		},
		"negative": func() error {
			_, err := explore.Run(context.Background(), module, explore.Config{Jobs: -1})
			return err
		},
		"no shard 3 of 2": func() error {
			_, err := explore.Run(context.Background(), module, explore.Config{Shard: explore.Shard{Number: 3, Of: 2}})
			return err
		},
		"is for the module 00000000": func() error {
			_, err := explore.Replay(context.Background(), module, "weft1:00000000:steps:", explore.Config{})
			return err
		},
		"is not a schedule": func() error {
			_, err := explore.Replay(context.Background(), module, "1.2>3", explore.Config{})
			return err
		},
	} {
		if err := run(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// TestEndOfContext ends a search, which reports what it has done.
func TestEndOfContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	config := explore.Config{IgnoreRaces: true, Progress: func(p explore.Progress) {
		if p.Schedules == 100 {
			cancel()
		}
	}}
	report, err := explore.Run(ctx, adders(3, 3, true), config)
	if err != nil || report.Failed() || report.Schedules < 100 {
		t.Errorf("%v, %+v", err, report)
	}
}

// a recorder is the test that Check is given.
type recorder struct {
	name   string
	failed []string
	logged []string
}

func (r *recorder) Helper()      {}
func (r *recorder) Name() string { return r.name }
func (r *recorder) Logf(format string, args ...any) {
	r.logged = append(r.logged, fmt.Sprintf(format, args...))
}
func (r *recorder) Errorf(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }

// TestCheck keeps what was found, tries it first, and passes it over for another build.
func TestCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	config := explore.Config{Schedules: 300, IgnoreRaces: true}
	first := &recorder{name: "TestAdders/two"}
	explore.Check(first, adders(2, 1, false), config)
	files, err := filepath.Glob("testdata/explore/TestAdders_two/*")
	if err != nil || len(first.failed) != 1 || len(files) != 1 {
		t.Fatalf("%v, files %v, %v", first.failed, files, err)
	}
	again := &recorder{name: "TestAdders/two"}
	explore.Check(again, adders(2, 1, false), config)
	if len(again.failed) != 1 || !strings.Contains(again.failed[0], files[0]) {
		t.Errorf("the kept schedule is not tried first: %v", again.failed)
	}
	mended := &recorder{name: "TestAdders/two"}
	explore.Check(mended, adders(2, 1, true), config)
	if len(mended.failed) != 0 || len(mended.logged) != 1 {
		t.Errorf("after the program was mended: %v, %v", mended.failed, mended.logged)
	}
	if _, err := os.Stat(files[0]); err != nil {
		t.Error(err)
	}
}

// TestRaces reports the race of the adders once for each pair of instructions, with where they are, and none of the
// program that adds atomically.
func TestRaces(t *testing.T) {
	races := explores(t, adders(2, 1, false), explore.Config{Schedules: 300}).Races
	if len(races) == 0 {
		t.Fatal("no race")
	}
	for i := range races {
		r := &races[i]
		if r.Address != 0 || r.First.Thread == r.Second.Thread || !r.First.Writes && !r.Second.Writes ||
			len(r.First.Stack.Frames) == 0 || len(r.Second.Stack.Frames) == 0 {
			t.Errorf("%+v", r)
		}
	}
	if races := explores(t, adders(3, 2, true), explore.Config{Schedules: 300}).Races; len(races) > 0 {
		t.Errorf("races of atomic accesses: %+v", races)
	}
}

// TestEngineOfCaller makes sure that what is compiled for points is refused where nothing counts steps.
func TestEngineOfCaller(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	m, err := explore.Parse(engine, adders(2, 1, false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.CompileWatched(m, nil); err == nil || !strings.Contains(err.Error(), "count steps") {
		t.Errorf("%v; want that the engine must count steps", err)
	}
}
