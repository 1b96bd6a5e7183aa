package explore

import (
	"context"
	"maps"
	"strings"
	"testing"
)

// adds has two threads that add to a word, and one that waits for them.
const adds = `(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (memory (import "env" "memory") 1 1 shared) (export "memory" (memory 0))
  (func (export "wasi_thread_start") (param i32 i32)
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
  (func (export "_start") (local $n i32)
    (drop (call $spawn (i32.const 0)))
    (drop (call $spawn (i32.const 0)))
    (loop $wait
      (if (i32.lt_u (local.tee $n (i32.atomic.load (i32.const 0))) (i32.const 2)) (then
        (drop (memory.atomic.wait32 (i32.const 0) (local.get $n) (i64.const -1)))
        (br $wait))))))`

// deviationsRun counts, for each schedule with up to two deviations that a shard of a search runs for them, how often.
func deviationsRun(t *testing.T, shard Shard) map[string]int {
	t.Helper()
	config := Config{Strategies: []Strategy{Deviations}, Shard: shard, Schedules: 100_000, Jobs: 2}
	s, err := newSearch([]byte(adds), config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	ctx := context.Background()
	for _, step := range []func(context.Context) error{s.watchAll, s.learn, s.freeze} {
		if err := step(ctx); err != nil {
			t.Fatal(err)
		}
	}
	times := map[string]int{}
	for s.bounded.level <= 2 {
		jobs := s.round(16)
		if len(jobs) == 0 {
			break
		}
		if err := s.runRound(ctx, jobs); err != nil {
			t.Fatal(err)
		}
		for i := range jobs {
			if p := jobs[i].prefix; p.depth <= 2 {
				times[s.schedule(p.deviations())]++
			}
		}
	}
	return times
}

// TestShardsOfDeviations checks that the shards of a search together run what the whole one does: each schedule with
// one deviation, or two, once. Only the default schedule runs in each shard.
func TestShardsOfDeviations(t *testing.T) {
	whole := deviationsRun(t, Shard{})
	byDepth := [3]int{}
	for schedule, n := range whole {
		if n != 1 {
			t.Errorf("%s runs %d times", schedule, n)
		}
		byDepth[depthOf(schedule)]++
	}
	if byDepth[0] != 1 || byDepth[1] < 6 || byDepth[2] < 6 {
		t.Fatalf("%v schedules by their deviations: too few for a test", byDepth)
	}
	together := map[string]int{}
	for n := 1; n <= 3; n++ {
		for schedule, times := range deviationsRun(t, Shard{n, 3}) {
			if n == 1 || depthOf(schedule) > 0 {
				together[schedule] += times
			}
		}
	}
	if !maps.Equal(together, whole) {
		t.Errorf("three shards run %v\nthe whole is %v", together, whole)
	}
}

// depthOf returns how many deviations a schedule has.
func depthOf(schedule string) int { return strings.Count(schedule, ">") }
