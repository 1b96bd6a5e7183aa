package wasithreads

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// A Sign is how a run shows that it has failed.
type Sign int

const (
	Trap     Sign = iota // abort, or a trap of WebAssembly
	Exit                 // with a code other than 0
	Deadlock             // all threads wait
	Livelock             // threads run for ever, and nothing comes of it
	Race                 // two threads touch the same bytes, unordered: it ends as it should all the same
	Output               // is not what it is in other schedules
	Heap                 // what was freed is used, or freed again: it ends as it should, most often
	Null                 // a null pointer is used, which WebAssembly lets pass
)

var signNames = [...]string{"trap", "exit", "deadlock", "livelock", "race", "output", "heap", "null"}

func (s Sign) String() string { return signNames[s] }

// A Bug is a small program that fails in some schedules, and its twin, which does not: the same source, compiled with
// FIXED defined. They are in the folder bugs.
type Bug struct {
	Name   string
	Source string // file without what says the language; Name if it is empty
	Args   []string
	Kind   string // of mistake
	Sign   Sign

	// Threads is how many threads beside the first it makes in all.
	Threads int
	// Races says that it has a data race besides, or that this is all.
	Races bool
	// Freed says that it uses what was freed; that shows later, and by luck, as the Sign says.
	Freed bool
	// Plain says that two plain accesses without a call between them must be parted, which takes scheduling points at
	// accesses: those at steps do not find it.
	Plain bool
	// Unoptimised says that clang 14 with -O1 removes the bug, or the call without which it is as if it were Plain.
	Unoptimised bool
	// Rare says why choosing at random at steps does not find it within some hundred schedules, if that is so.
	Rare string
}

// Bugs returns the programs in C with bugs, with the number of threads in the name where it is an argument.
func Bugs() []Bug {
	const (
		manyThreads = "one of many must be stopped between two steps, and a certain one go on"
		twice       = "two threads must be stopped, each at a certain step"
	)
	bugs := []Bug{
		{Name: "aba_stack", Kind: "ABA", Threads: 2},
		{Name: "allocators", Kind: "use after free", Sign: Heap, Threads: 2, Freed: true},
		{Name: "array_growth", Kind: "use after free", Threads: 2, Freed: true},
		{Name: "atomic_load_store", Kind: "read, modify, write through atomics", Threads: 2},
		{Name: "atomic_max", Kind: "read, modify, write through atomics", Threads: 3},
		{Name: "backoff", Kind: "giving way for ever", Sign: Exit, Threads: 2},
		{Name: "barrier_reuse", Kind: "reuse of a barrier", Sign: Deadlock, Threads: 2},
		{Name: "barrier_skipped", Kind: "a barrier that one does not come to", Sign: Deadlock, Threads: 3},
		{Name: "bounded_buffer", Kind: "one condition variable for both sides", Sign: Deadlock, Threads: 3},
		{Name: "buffer_swap", Kind: "check, then act", Sign: Exit, Threads: 3},
		{Name: "cache_pair", Kind: "atomicity over two fields", Threads: 3},
		{Name: "callback", Kind: "use after free", Threads: 2, Races: true, Freed: true, Unoptimised: true},
		{Name: "checked_late", Kind: "main that does not wait", Threads: 2},
		{Name: "cond_two_mutexes", Kind: "lost signal", Sign: Deadlock, Threads: 2, Races: true},
		{Name: "dekker", Kind: "mutual exclusion by hand", Threads: 2},
		{Name: "double_checked", Kind: "double-checked locking", Threads: 2, Races: true, Unoptimised: true},
		{Name: "double_free", Kind: "double free", Sign: Heap, Threads: 2, Races: true, Plain: true},
		{Name: "event_reset", Kind: "lost signal", Sign: Deadlock, Threads: 2},
		{Name: "exit_early", Kind: "main that does not wait", Sign: Output, Threads: 1},
		{Name: "free_list", Kind: "lost update", Threads: 2, Races: true, Unoptimised: true},
		{Name: "freed_mutex", Kind: "use after free", Sign: Deadlock, Threads: 1, Races: true, Freed: true, Unoptimised: true},
		{Name: "futex_late", Kind: "lost wake-up", Sign: Deadlock, Threads: 2},
		{Name: "half_published", Kind: "order of publication", Sign: Null, Threads: 2},
		{Name: "hash_resize", Kind: "order violation", Threads: 2},
		{Name: "if_not_while", Kind: "waiting with if", Threads: 3},
		{Name: "iterator", Kind: "invalidation of an iterator", Threads: 2, Freed: true},
		{Name: "join_lock", Kind: "join and lock", Sign: Deadlock, Threads: 2},
		{Name: "late_identity", Kind: "order violation", Threads: 1, Races: true},
		{Name: "latch", Kind: "lost signal", Sign: Deadlock, Threads: 2},
		{Name: "lazy_init", Kind: "lazy initialisation", Threads: 2, Races: true},
		{Name: "lock_cycle", Kind: "lock order", Sign: Deadlock, Threads: 4},
		{Name: "lock_order", Kind: "lock order", Sign: Deadlock, Threads: 2},
		{Name: "loop_variable", Kind: "the address of a loop's variable", Threads: 3, Races: true},
		{Name: "lost_signal", Kind: "lost signal", Sign: Deadlock, Threads: 2},
		{Name: "lost_update", Kind: "lost update", Threads: 2, Races: true, Plain: true},
		{Name: "nested_monitor", Kind: "nested monitors", Sign: Deadlock, Threads: 2},
		{Name: "once", Kind: "lazy initialisation", Threads: 2, Races: true, Unoptimised: true},
		{Name: "output_order", Kind: "order that nobody has asked for", Sign: Output, Threads: 2},
		{Name: "peek", Kind: "check, then act", Threads: 3},
		{Name: "peterson", Kind: "mutual exclusion by hand", Threads: 2, Rare: twice},
		{Name: "pipeline_close", Kind: "order violation", Sign: Exit, Threads: 2},
		{Name: "pool_flag", Kind: "shutdown of a thread pool", Sign: Deadlock, Threads: 1},
		{Name: "pool_lost_task", Kind: "shutdown of a thread pool", Sign: Exit, Threads: 1},
		{Name: "pool_shutdown", Kind: "shutdown of a thread pool", Sign: Deadlock, Threads: 2},
		{Name: "publication", Kind: "publication without a barrier", Sign: Race, Threads: 2, Races: true},
		{Name: "queue_publish", Kind: "order violation", Threads: 3},
		{Name: "quicksort", Kind: "end of a parallel computation", Threads: 1, Races: true},
		{Name: "readers_count", Kind: "read, modify, write through atomics", Sign: Deadlock, Threads: 3},
		{Name: "refcount", Kind: "count of references", Threads: 2},
		{Name: "refcount_revived", Kind: "count of references", Threads: 2, Freed: true},
		{Name: "rw_recheck", Kind: "upgrade from reader to writer", Threads: 2},
		{Name: "rw_upgrade", Kind: "upgrade from reader to writer", Sign: Deadlock, Threads: 2},
		{Name: "self_lock", Kind: "a lock that a thread has already", Sign: Deadlock, Threads: 2},
		{Name: "sem_lost_wakeup", Kind: "lost wake-up", Sign: Deadlock, Threads: 2},
		{Name: "sem_miscount", Kind: "a semaphore that counts wrong", Threads: 3},
		{Name: "sem_philosophers", Kind: "a semaphore that counts wrong", Sign: Deadlock, Threads: 3},
		{Name: "seqlock", Kind: "sequence lock", Threads: 2},
		{Name: "signal_one", Kind: "a signal for one of many", Sign: Deadlock, Threads: 3},
		{Name: "spin_no_release", Kind: "a lock that is not released", Sign: Livelock, Threads: 2},
		{Name: "stack_escape", Kind: "the stack of another thread", Threads: 1, Races: true, Unoptimised: true},
		{Name: "static_buffer", Kind: "a static buffer", Sign: Output, Threads: 2, Races: true, Unoptimised: true},
		{Name: "steal_half", Kind: "work stealing", Threads: 2},
		{Name: "stop_flag", Kind: "publication without a barrier", Sign: Race, Threads: 1, Races: true},
		{Name: "string_buffer", Kind: "atomicity over two calls", Threads: 2},
		{Name: "ticket_lock", Kind: "read, modify, write through atomics", Threads: 2},
		{Name: "timeout_hides", Kind: "a time-out that hides a bug", Sign: Exit, Threads: 2},
		{Name: "timeout_is_success", Kind: "a time-out that hides a bug", Threads: 2, Rare: "only a timer that comes early"},
		{Name: "token_ring", Kind: "token ring", Threads: 3},
		{Name: "trylock_ignored", Kind: "a lock that is not had", Threads: 2},
		{Name: "two_fields", Kind: "atomicity over two fields", Threads: 2},
		{Name: "two_flags", Kind: "producer and consumer with flags", Threads: 2},
		{Name: "unique_number", Kind: "lost update", Threads: 3},
		{Name: "use_after_free", Kind: "use after free", Threads: 2, Races: true, Freed: true, Plain: true},
		{Name: "wait_group", Kind: "order violation", Threads: 2},
		{Name: "withdraw", Kind: "check, then act", Threads: 2},
		{Name: "work_steal", Kind: "work stealing", Threads: 2},
		{Name: "wrong_lock", Kind: "wrong lock", Threads: 3, Races: true, Plain: true},
	}
	bugs = append(bugs, inSizes(Bug{Name: "philosophers", Kind: "lock order", Sign: Deadlock}, 2, 3, 5)...)
	order := Bug{Name: "order", Kind: "order violation", Races: true, Plain: true}
	bugs = append(bugs, inSizes(order, 2, 3, 5, 10, 20)...)
	order.Rare = manyThreads
	bugs = append(bugs, inSizes(order, 50, 100)...)
	stages := Bug{Name: "two_stage", Kind: "two-stage locking"}
	bugs = append(bugs, inSizes(stages, 2, 5, 10, 20)...)
	stages.Rare = manyThreads
	return append(bugs, inSizes(stages, 50, 100)...)
}

// inSizes returns a program that is told on its command line how many threads to make, with each of some numbers.
func inSizes(b Bug, threads ...int) []Bug {
	var bugs []Bug
	b.Source = b.Name
	for _, n := range threads {
		b.Name = fmt.Sprintf("%s_%d", b.Source, n)
		b.Args = []string{strconv.Itoa(n)}
		b.Threads = n
		bugs = append(bugs, b)
	}
	return bugs
}

// ZigBugs returns those in Zig.
func ZigBugs() []Bug {
	return []Bug{
		{Name: "zig_join", Kind: "join in Zig's library", Sign: Deadlock, Threads: 1},
		{Name: "zig_lock_order", Kind: "lock order", Sign: Deadlock, Threads: 2},
		{Name: "zig_lost_signal", Kind: "lost signal", Sign: Deadlock, Threads: 2},
		{Name: "zig_lost_update", Kind: "lost update", Threads: 2, Races: true, Plain: true},
		{Name: "zig_published", Kind: "order violation", Threads: 2},
		{Name: "zig_reset_event", Kind: "lost signal", Sign: Deadlock, Threads: 2},
		{Name: "zig_semaphore", Kind: "a semaphore that counts wrong", Threads: 2},
		{Name: "zig_wait_group", Kind: "order violation", Threads: 2},
	}
}

// BuildBug builds a program in C with a bug, or its twin, with debug information and flags of the compiler: with -O0,
// what the source says is what runs.
func (c *Toolchain) BuildBug(t testing.TB, b Bug, fixed bool, flags ...string) []byte {
	t.Helper()
	return c.Compile(t, []string{c.bugSource(b)}, bugFlags(fixed, flags)...)
}

// BuildBugWithAccesses builds one in which each load and store of the program itself is behind the call of a function
// that does nothing.
func (c *Toolchain) BuildBugWithAccesses(t testing.TB, b Bug, fixed bool, flags ...string) []byte {
	t.Helper()
	files := []string{c.bugSource(b), filepath.Join(c.dir, "accesses", "hooks.c")}
	return c.Compile(t, files, append(bugFlags(fixed, flags), "-fsanitize-coverage=func,trace-loads,trace-stores")...)
}

func (c *Toolchain) bugSource(b Bug) string { return filepath.Join(c.dir, "bugs", b.File()+".c") }

func bugFlags(fixed bool, flags []string) []string {
	if fixed {
		return append([]string{"-DFIXED"}, flags...)
	}
	return slices.Clone(flags)
}

// File returns the name of the source without what says the language.
func (b Bug) File() string {
	if b.Source == "" {
		return b.Name
	}
	return b.Source
}
