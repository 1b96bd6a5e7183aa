package wasithreads

// An End is how a program ends.
type End int

const (
	Returns   End = iota // or exits with a code
	Traps                // in one of its threads
	Deadlocks            // all of its threads wait for each other
	MayHang              // its toolchain has a defect: a thread waits for what has been already, or it returns
)

// A Program is one of this package, and how it is run.
type Program struct {
	Name string // of its file, without what says the language
	Args []string
	Ends End
	Code int // with which it exits

	// Threads is how many threads beside the first it makes in all. A host counts a thread until it is gone, which may
	// be after another one has joined it, so there may be as many at a time.
	Threads int
}

// Programs returns the programs in C that need nothing from outside. They print the same each time.
func Programs() []Program {
	return []Program{
		{Name: "attributes", Threads: 3},
		{Name: "cancel", Threads: 62},
		{Name: "cancelonce", Threads: 2},
		{Name: "crowd", Threads: 23},
		{Name: "deadlock", Ends: Deadlocks, Threads: 2},
		{Name: "endcancel", Threads: 1},
		{Name: "exit", Threads: 3},
		{Name: "exitcode", Args: []string{"7"}, Code: 7, Threads: 2},
		{Name: "heap", Args: []string{"1000"}, Threads: 4},
		{Name: "locals", Threads: 6},
		{Name: "locks", Threads: 9},
		{Name: "misuse", Threads: 14},
		{Name: "phases", Args: []string{"16"}, Threads: 15},
		{Name: "philosophers", Args: []string{"200"}, Threads: 5},
		{Name: "pingpong", Args: []string{"1000"}, Threads: 1},
		{Name: "queue", Args: []string{"1000"}, Threads: 7},
		{Name: "readers", Args: []string{"300"}, Threads: 6},
		{Name: "sort", Args: []string{"100000", "4"}, Threads: 15},
		{Name: "spawn", Args: []string{"50"}, Threads: 98},
		{Name: "spin", Args: []string{"4"}, Threads: 4},
		{Name: "timeouts", Threads: 2},
		{Name: "trap", Ends: Traps, Threads: 2},
		{Name: "waiting", Args: []string{"100", "3"}, Threads: 100},
		{Name: "worksteal", Args: []string{"4", "16"}, Threads: 3},
	}
}
