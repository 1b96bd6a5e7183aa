package threads_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"weft"
	"weft/threads"
)

// lostUpdate has threads that add to a word without a lock: by loading, some steps, and storing.
const lostUpdate = `(module
  (memory (export "memory") 1 1 shared)
  (func $work (param $n i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "add") (param $n i32) (local $was i32)
    (loop $again
      (local.set $was (i32.load (i32.const 0)))
      (call $work (i32.const 3))
      (i32.store (i32.const 0) (i32.add (local.get $was) (i32.const 1)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "sum") (result i32) (i32.load (i32.const 0))))`

// runAdders returns the sum that three threads come to, and the hash of the schedule.
func runAdders(t *testing.T, engine *weft.Engine, strategy threads.Strategy) (sum int32, hash uint64) {
	t.Helper()
	w := newWorld(t, engine, lostUpdate, threads.Config{Strategy: strategy, Steps: true, Virtual: true})
	for range 3 {
		w.spawn(t, "add", weft.I32(20))
	}
	if err := w.scheduler.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	results, err := w.instance.Func("sum").Call(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return results[0].I32(), w.scheduler.Hash()
}

// TestReplay records random walks, and repeats them by their deviations, on another engine, too.
func TestReplay(t *testing.T) {
	all := countingEngines(t)
	lost := 0
	for seed := range uint64(30) {
		recording := threads.Record(threads.NewRandomWalk(seed))
		sum, _ := runAdders(t, all["interpreter"], recording)
		if sum < 60 {
			lost++
		}
		schedule := threads.Schedule{Module: threads.ModuleHash([]byte(lostUpdate)), Deviations: allOf(t, recording)}
		again, err := threads.ParseSchedule(schedule.String())
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Fits([]byte(lostUpdate)); err != nil {
			t.Fatal(err)
		}
		hashes := map[uint64]bool{}
		for name, engine := range all {
			replay := again.Strategy().(*threads.Replay)
			got, hash := runAdders(t, engine, replay)
			hashes[hash] = true
			if got != sum || len(replay.Left()) > 0 {
				t.Errorf("seed %d on %s: %d, want %d; left are %v of %s", seed, name, got, sum, replay.Left(), schedule.String())
			}
		}
		if len(hashes) != 1 {
			t.Errorf("seed %d: replays of %s differ", seed, schedule.String())
		}
	}
	if lost == 0 {
		t.Error("no schedule has lost an update")
	}
	if sum, _ := runAdders(t, all["interpreter"], threads.NewReplay()); sum != 60 {
		t.Errorf("the default schedule comes to %d", sum)
	}
}

// allOf returns the deviations of a recording that has all.
func allOf(t *testing.T, r *threads.Recording) []threads.Deviation {
	t.Helper()
	list, all := r.Deviations()
	if !all {
		t.Fatal("not all deviations were kept")
	}
	return list
}

// TestReplayLess leaves out deviations one by one: the others still come to pass, or are reported.
func TestReplayLess(t *testing.T) {
	engine := countingEngines(t)["interpreter"]
	deviations, err := threads.ParseSchedule("weft1:00000000:steps:0.0+5>1,1.0+7>2,2.0+9>0")
	if err != nil {
		t.Fatal(err)
	}
	list := deviations.Deviations
	lefts := []string{"[2.0+9>0]", "[2.0+9>0]", "[]"} // there is nobody any more to go on
	for i := range list {
		less := append(append([]threads.Deviation(nil), list[:i]...), list[i+1:]...)
		replay := threads.NewReplay(less...)
		runAdders(t, engine, replay)
		if left := fmt.Sprint(replay.Left()); left != lefts[i] {
			t.Errorf("without %v, %v do not come to pass", list[i], left)
		}
	}
	replay := threads.NewReplay(threads.Deviation{Thread: 0, Point: 99, Next: 1})
	runAdders(t, engine, replay)
	if left := replay.Left(); len(left) != 1 || left[0].String() != "0.99>1" {
		t.Errorf("left are %v", left)
	}
}

func TestParseSchedule(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "is not a schedule",
		"weft1:5d2c0a91:steps":         "is not a schedule",
		"weft2:5d2c0a91:steps:walk:1":  `of version "weft2"`,
		"weft1:5d2c0a91:sites:1.7>2":   `points "sites"`,
		"weft1:5d2c0a91:steps:walk:x":  `"x" is not a seed`,
		"weft1:5d2c0a91:steps:1.7":     `"1.7" is not a deviation`,
		"weft1:5d2c0a91:steps:1>7":     `"1>7" is not a deviation`,
		"weft1:5d2c0a91:steps:1.7+0>2": `is not a deviation`,
		"weft1:5d2c0a91:steps:-1.7>2":  `is not a deviation`,
	} {
		if _, err := threads.ParseSchedule(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"weft1:5d2c0a91:steps:walk:18446744073709551615", "weft1:5d2c0a91:steps:", "weft1:5d2c0a91:steps:i.3>2,0.1>2,1.7+120>3"} {
		s, err := threads.ParseSchedule(text)
		if err != nil || s.String() != text {
			t.Errorf("%q: %v, %v", text, s, err)
			continue
		}
		if err := s.Fits([]byte("another")); err == nil || !strings.Contains(err.Error(), "for the module 5d2c0a91") {
			t.Errorf("%q fits another module: %v", text, err)
		}
	}
}
