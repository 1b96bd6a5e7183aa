package explore

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"weft"
	"weft/internal/golden"
	"weft/internal/wasithreads"
	"weft/threads"
)

// frames makes a stack of a program from names and lines, innermost first.
func frames(file string, calls ...any) []Frame {
	var list []Frame
	for i := 0; i < len(calls); i += 2 {
		list = append(list, Frame{Func: calls[i].(string), File: "/src/" + file, Line: calls[i+1].(int), Offset: 100 + i})
	}
	return list
}

// trace makes a stack trace as weft has it, which has no lines.
func trace(names ...string) weft.StackTrace {
	var t weft.StackTrace
	for i, name := range names {
		t.Frames = append(t.Frames, weft.Frame{FuncIndex: i, FuncName: name, Offset: 0x40 + i})
	}
	return t
}

// deadlock is a report of two threads that lock in different order, one of which another has let in before.
func deadlock() *Report {
	at := func(thread int, e Event, file string, line int) Event {
		e.Thread = thread
		e.Stack = frames(file, map[int]string{0: "main", 1: "pay", 2: "collect"}[thread], line)
		e.describe()
		if e.Next == 0 {
			e.Next = -1
		}
		return e
	}
	lock := func(name string, object uint64, offset int) Event {
		return Event{Kind: "call", Lock: name, Address: object, Size: 4, Writes: true, Offset: offset}
	}
	lockB := lock("pthread_mutex_lock", 0x200, 0x2d9)
	stopped := lockB
	stopped.Before, stopped.Next, stopped.Deviation = true, 2, "1@2d9.1>2"
	wait := Event{Kind: "wait", Address: 0x104, Size: 4, Blocked: true, Next: 1}
	events := []Event{
		at(0, Event{Kind: "spawn", Made: 1}, "bank.c", 40),
		at(0, Event{Kind: "spawn", Made: 2}, "bank.c", 41),
		at(0, Event{Kind: "wait", Address: 0x300, Size: 4, Blocked: true, Next: 1}, "bank.c", 42),
		at(1, lock("pthread_mutex_lock", 0x200, 0x2d0), "bank.c", 10),
		at(1, lock("pthread_mutex_unlock", 0x200, 0x2d4), "bank.c", 12),
		at(1, lock("pthread_mutex_lock", 0x100, 0x2d6), "bank.c", 13),
		at(1, stopped, "bank.c", 14),
		at(2, lock("pthread_mutex_lock", 0x200, 0x300), "bank.c", 20),
		at(2, lock("pthread_mutex_lock", 0x100, 0x304), "bank.c", 21),
		at(2, wait, "bank.c", 21),
		at(1, lockB, "bank.c", 14),
		at(1, Event{Kind: "wait", Address: 0x204, Size: 4, Blocked: true}, "bank.c", 14),
	}
	for _, i := range []int{9, 11} {
		events[i].Stack = append([]Frame{{Func: "pthread_mutex_lock", File: "/libc/mutex.c", Line: 66, Library: true}},
			events[i].Stack...)
	}
	return &Report{
		Module: "5d2c0a91", Seed: 3, Schedules: 41, Distinct: 40, Points: 12, Found: 41, Strategy: SURW,
		Schedule:   "weft1:5d2c0a91:steps:1@2d9.1>2",
		Deviations: []threads.Deviation{{Thread: 1, Site: 0x2d9, Point: 1, Next: 2}},
		Complete:   1, Trace: events,
		Failure: &Failure{Kind: KindDeadlock, Place: "collect main pay", Failed: -1, Threads: []ThreadState{
			{ID: 0, State: "waiting", Address: 0x300, Stack: trace("main")},
			{ID: 1, State: "waiting", Address: 0x204, Stack: trace("pay")},
			{ID: 2, State: "waiting", Address: 0x104, Stack: trace("collect")},
		}, Message: "deadlock: all threads wait, and nobody can wake them"},
	}
}

// hostile is what a module may be called that means harm.
const hostile = "</script><script>pwned=1</script><img src=x onerror=pwned=1>'\"`\x1b[31m\u202e"

// racy is a report of a race that does harm, in a module that means harm, too.
func racy() *Report {
	return &Report{
		Module: "5d2c0a91", Schedules: 1200, Distinct: 900, Points: 5, Found: 2, Strategy: RaceFlip, Complete: -1,
		Schedule: "weft1:5d2c0a91:steps:2@46.1>0",
		Failure: &Failure{Kind: KindTrap, Place: hostile, Failed: 0, Message: "wasm trap: " + hostile,
			Errors: "one\n" + hostile + "\n", Threads: []ThreadState{
				{ID: 0, State: "failed", Stack: trace("abort", hostile, "_start")},
				{ID: 2, State: "ready", Stack: trace(hostile)}}},
		Trace: []Event{
			{Kind: "spawn", Made: 2, Next: 2},
			{Thread: 2, Kind: "store", Address: 0x88, Size: 8, Writes: true, Func: hostile, Source: hostile, Offset: 0x40,
				Next: 0},
			{Kind: "load", Address: 0x88, Size: 4, Func: hostile, Offset: 0x41, Next: -1, Stack: []Frame{{Func: hostile,
				File: "/" + hostile, Line: 1}}},
		},
		Sources: map[string]string{"/" + hostile: hostile},
		Races: []Race{{Address: 0x88, Instructions: [2]uint32{0x40, 0x41}, Schedule: "weft1:5d2c0a91:steps:",
			First:  RaceAccess{Thread: 2, Writes: true, Stack: trace(hostile)},
			Second: RaceAccess{Thread: 0, Stack: weft.StackTrace{Frames: []weft.Frame{{FuncName: "main", Offset: 0x41}}}},
			Harm:   &Failure{Kind: KindTrap, Place: "main@41", Message: "wasm trap: unreachable"}}},
	}
}

// TestText compares reports as text, which show what is said of a deadlock, of a race, and of names that mean harm.
func TestText(t *testing.T) {
	for name, r := range map[string]*Report{"deadlock": deadlock(), "race": racy()} {
		t.Run(name, func(t *testing.T) {
			golden.Check(t, "testdata/report/"+name+".txt", text(t, r))
		})
	}
	var summary strings.Builder
	if err := deadlock().WriteSummary(&summary); err != nil {
		t.Fatal(err)
	}
	if got := summary.String(); !strings.Contains(got, "thread 2 has that") || strings.Contains(got, "the schedule") {
		t.Errorf("the summary is\n%s", got)
	}
	if got := text(t, racy()); strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("a name is not quoted:\n%q", got)
	}
}

func text(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestJSON compares reports as JSON.
func TestJSON(t *testing.T) {
	for name, r := range map[string]*Report{"deadlock": deadlock(), "race": racy()} {
		t.Run(name, func(t *testing.T) {
			b, err := json.MarshalIndent(r, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, "testdata/report/"+name+".json", string(b)+"\n")
		})
	}
}

// TestLostWakeup traces a program: who has notified, whom that woke, why the threads wait, and all stacks.
func TestLostWakeup(t *testing.T) {
	source, err := os.ReadFile("testdata/report/lost_wakeup.wat")
	if err != nil {
		t.Fatal(err)
	}
	for name, interpret := range map[string]bool{"interpreted": true, "compiled": false} {
		t.Run(name, func(t *testing.T) {
			schedule := "weft1:" + threads.ModuleHash(source) + ":steps:0@bb.1>1,1@93.1>0"
			r, err := Replay(context.Background(), source, schedule, Config{Interpret: interpret, Jobs: 1})
			if err != nil {
				t.Fatal(err)
			}
			for i := range r.Trace {
				e := &r.Trace[i]
				if e.Stack == nil && e.Kind != "end" && e.Kind != "call" {
					t.Errorf("event %d (%s) has no stack", i, e.Kind)
				}
			}
			r.Strategy, r.Schedule, r.Module = "replay", "", "" // what depends on the hash of the source
			golden.Check(t, "testdata/report/lost_wakeup.txt", text(t, r))
		})
	}
}

// TestHolders checks that the report of a program in C says who has the locks of a deadlock.
func TestHolders(t *testing.T) {
	toolchain := wasithreads.NewToolchain(t)
	for _, b := range wasithreads.Bugs() {
		if b.Name != "lock_order" {
			continue
		}
		r, err := Run(context.Background(), toolchain.BuildBug(t, b, false), Config{Schedules: 2000, Jobs: 1})
		if err != nil {
			t.Fatal(err)
		}
		got := text(t, r)
		for _, want := range []string{"waits in pthread_mutex_lock", "has that, since lock_order.c:", "thread 1 (work)"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is missing in\n%s", want, got)
			}
		}
	}
}

// TestFolds checks that rows of accesses are folded in long traces alone, and that the text has the first and last
// lines of very long ones.
func TestFolds(t *testing.T) {
	r := &Report{Complete: -1}
	for range 150 {
		r.Trace = append(r.Trace, Event{Kind: "load", Size: 4, Next: -1})
	}
	if s := newStory(r); len(s.folds) != 0 {
		t.Errorf("%d folds in a short trace", len(s.folds))
	}
	r.Trace = append(r.Trace, Event{Kind: "spawn", Made: 1, Next: 1})
	for range 150 {
		r.Trace = append(r.Trace, Event{Thread: 1, Kind: "store", Size: 4, Writes: true, Next: -1})
	}
	if got := newStory(r).folds; len(got) != 2 || got[0] != (fold{1, 149}) || got[1] != (fold{152, 300}) {
		t.Errorf("folds are %v", got)
	}
	for range 5000 {
		r.Trace = append(r.Trace, Event{Thread: 1, Kind: "yield", Next: -1})
	}
	got := text(t, r)
	if n := strings.Count(got, "\n"); n > mostLines+20 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{"... 148 events\n", "\n  5300  1"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestLinks checks what is linked with what.
func TestLinks(t *testing.T) {
	lock := func(thread int, name string, object uint64) Event {
		return Event{Thread: thread, Kind: "call", Lock: name, Address: object, Size: 4, Next: -1}
	}
	got := links([]Event{
		{Kind: "spawn", Made: 1, Next: -1},                                       // 0
		lock(0, "pthread_mutex_lock", 8),                                         // 1
		{Thread: 1, Kind: "call", Next: -1},                                      // 2
		{Thread: 1, Kind: "wait", Address: 9, Blocked: true, Next: 0},            // 3
		lock(0, "pthread_mutex_unlock", 8),                                       // 4
		lock(0, "pthread_mutex_lock", 8),                                         // 5: it was its own
		lock(0, "__pthread_mutex_unlock", 8),                                     // 6
		{Kind: "notify", Address: 9, Woke: []int{1}, Next: 1},                    // 7
		lock(1, "pthread_mutex_lock", 16),                                        // 8: another object
		lock(1, "pthread_mutex_trylock", 8),                                      // 9
		{Thread: 1, Kind: "notify", Address: 9, Next: -1},                        // 10
		{Thread: 1, Kind: "end", Blocked: true, Next: 0}, lock(0, "sem_post", 8), // 11, 12
	})
	want := []Link{{LinkSpawn, 0, 2}, {LinkUnlock, 6, 9}, {LinkNotify, 7, 3}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}
