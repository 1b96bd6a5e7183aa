package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"weft/explore"
)

// TestMain makes the test's own binary the command, for the processes that the tests start.
func TestMain(m *testing.M) {
	if os.Getenv("FLEET_COMMAND") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program is what the tests explore. The strategies are a slow one, which keeps a shard busy, and one that finds the
// failure in those shards that have its first deviation.
const program = "seqlock.wat"

var searchFlags = []string{"--shards", "16", "--schedules", "3000", "--strategies", "random,deviations"}

// killWorker kills a worker in the middle of a shard, and returns which, and how often that was delivered so far. If
// the worker was faster, it is the next one's turn.
func killWorker(t *testing.T, url string, victim *process) (shard explore.Shard, delivery int) {
	t.Helper()
	for {
		line, ok := victim.next()
		if !ok {
			t.Fatal("all shards were done before a worker could be killed in one: they need more schedules")
		}
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		said, _ := victim.rest()
		said = append([]string{line}, said...)
		// A worker says that a shard is done before it acknowledges it. So if it has not said so, it has not done so.
		_, err := fmt.Sscanf(said[len(said)-1], "shard %d/%d, delivery %d", &shard.Number, &shard.Of, &delivery)
		if err == nil {
			return shard, delivery
		}
		victim = start(t, nil, "work", url, "--name", "victim")
	}
}

// TestKilled kills one of two workers in the middle of a shard. Each shard is in the report, once, as if nothing had
// happened, and the failure can be replayed.
func TestKilled(t *testing.T) {
	coordinator, url, out := begin(t, searchFlags...)
	victim := start(t, nil, "work", url, "--name", "victim")
	if _, ok := victim.next(); !ok {
		t.Fatal("the worker has nothing to do")
	}
	survivor := start(t, nil, "work", url, "--name", "survivor")
	if _, ok := survivor.next(); !ok {
		t.Fatal("the second worker has nothing to do")
	}
	killed, delivery := killWorker(t, url, victim)
	var log []string
	var survived error
	var group sync.WaitGroup
	group.Go(func() { log, survived = survivor.rest() })
	s := coordinator.end(t, out)
	group.Wait()
	if survived != nil {
		t.Errorf("the survivor: %v", survived)
	}
	if again := fmt.Sprintf("shard %v, delivery %d", killed, delivery+1); !slices.Contains(log, again) {
		t.Errorf("the survivor has not got %q:\n%s", again, strings.Join(log, "\n"))
	}
	checkSummary(t, s, 16)
	checkShard(t, s, killed)
	checkReplay(t, s.Report)
}

// checkSummary checks that each shard is there once, and the report is their sum.
func checkSummary(t *testing.T, s *summary, shards int) {
	t.Helper()
	if len(s.Report.Missing) > 0 || len(s.Shards) != shards {
		t.Errorf("%d shards, %v are missing; want %d", len(s.Shards), s.Report.Missing, shards)
	}
	schedules, distinct := 0, 0
	for i, r := range s.Shards {
		if want := (explore.Shard{Number: i + 1, Of: shards}); r.Shard != want {
			t.Errorf("shard %v stands where %v should", r.Shard, want)
		}
		schedules += r.Schedules
		distinct += r.Distinct
	}
	if s.Report.Schedules != schedules || s.Report.Distinct != distinct || schedules == 0 {
		t.Errorf("%d schedules, %d distinct; the shards have %d, %d", s.Report.Schedules, s.Report.Distinct,
			schedules, distinct)
	}
}

// checkShard compares the report of a shard with what it comes to here.
func checkShard(t *testing.T, s *summary, shard explore.Shard) {
	t.Helper()
	want, err := explore.Run(context.Background(), readProgram(t), explore.Config{Shard: shard, Schedules: 3000, Seed: 1,
		Jobs: 1, Strategies: []explore.Strategy{explore.RandomWalk, explore.Deviations}})
	if err != nil {
		t.Fatal(err)
	}
	got := s.Shards[shard.Number-1]
	if got.Schedules != want.Schedules || got.Distinct != want.Distinct || got.Schedule != want.Schedule ||
		got.Complete != want.Complete || !reflect.DeepEqual(got.Deviations, want.Deviations) {
		t.Errorf("shard %v: %+v; want %+v", shard, got, want)
	}
}

// checkReplay repeats the failure from its string.
func checkReplay(t *testing.T, r *explore.Report) {
	t.Helper()
	if r.Failure == nil {
		t.Fatal("no failure was found")
	}
	again, err := explore.Replay(context.Background(), readProgram(t), r.Schedule, explore.Config{})
	if err != nil || !again.Failure.Same(r.Failure) {
		t.Errorf("%s: %v, %v; want %v", r.Schedule, again, err, r.Failure)
	}
}

func readProgram(t *testing.T) []byte {
	t.Helper()
	source, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	return source
}
