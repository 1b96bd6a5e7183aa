package wasithreads

import (
	"path/filepath"
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
)

var signNames = [...]string{"trap", "exit", "deadlock", "livelock", "race", "output", "heap"}

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
	// Plain says that two plain accesses without a call between them must be parted, which takes scheduling points at
	// accesses: those at steps do not find it. It also means that an optimising compiler may remove the bug.
	Plain bool
	// Rare says why choosing at random at steps does not find it within some hundred schedules, if that is so.
	Rare string
}

// Bugs returns the programs with bugs in C, with the number of threads in the name where it is an argument.
func Bugs() []Bug {
	const manyHeldBack = "too many threads have to be held back at once"
	return []Bug{
		{Name: "atomic_load_store", Kind: "read, modify, write through atomics", Threads: 2},
		{Name: "barrier_reuse", Kind: "reuse of a barrier", Sign: Deadlock, Threads: 2},
		{Name: "double_checked", Kind: "double-checked locking", Threads: 2, Races: true},
		{Name: "if_not_while", Kind: "waiting with if", Threads: 3},
		{Name: "lock_order", Kind: "lock order", Sign: Deadlock, Threads: 2},
		{Name: "lost_signal", Kind: "lost signal", Sign: Deadlock, Threads: 2},
		{Name: "lost_update", Kind: "lost update", Threads: 2, Races: true, Plain: true},
		{Name: "order_2", Source: "order", Args: []string{"2"}, Kind: "order violation", Threads: 2, Races: true, Plain: true},
		{Name: "order_100", Source: "order", Args: []string{"100"}, Kind: "order violation", Threads: 100, Races: true, Plain: true},
		{Name: "philosophers_2", Source: "philosophers", Args: []string{"2"}, Kind: "lock order", Sign: Deadlock, Threads: 2},
		{Name: "philosophers_3", Source: "philosophers", Args: []string{"3"}, Kind: "lock order", Sign: Deadlock, Threads: 3},
		{Name: "two_fields", Kind: "atomicity over two fields", Threads: 2},
		{Name: "two_stage_2", Source: "two_stage", Args: []string{"2"}, Kind: "two-stage locking", Threads: 2},
		{Name: "two_stage_100", Source: "two_stage", Args: []string{"100"}, Kind: "two-stage locking", Threads: 100, Rare: manyHeldBack},
		{Name: "wrong_lock", Kind: "wrong lock", Threads: 3, Races: true, Plain: true},
	}
}

// BuildBug builds a program with a bug, or its twin, with debug information and not optimised: what the source says
// is what runs. More flags of the compiler may change that.
func (c *Toolchain) BuildBug(t testing.TB, b Bug, fixed bool, flags ...string) []byte {
	t.Helper()
	all := []string{"-O0"}
	if fixed {
		all = append(all, "-DFIXED")
	}
	return c.Compile(t, []string{filepath.Join(c.dir, "bugs", b.File()+".c")}, append(all, flags...)...)
}

// File returns the name of the source without what says the language.
func (b Bug) File() string {
	if b.Source == "" {
		return b.Name
	}
	return b.Source
}
