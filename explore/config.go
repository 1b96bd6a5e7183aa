package explore

import (
	"time"

	"weft/wasi"
)

// A Config says what to explore, and how. The zero value is a search with the default strategies that ends after a
// minute.
type Config struct {
	// WASI is the guest's process: arguments, environment, directories (only to read). Its standard streams are the
	// search's, and its randomness is always the same. Nil stands for [wasi.NewConfig].
	WASI *wasi.Config
	// Interpret runs the program interpreted also where there could be machine code.
	Interpret bool
	// Schedules is after how many schedules to give up; 0 for no limit. Time is after how long; 0 for a minute, unless
	// Schedules is set.
	Schedules int
	Time      time.Duration
	// Seed makes another search: all that is random follows from it.
	Seed uint64
	// Strategies are tried in turns; none stands for Roles every other time, and POS, SURW and Deviations in between.
	Strategies []Strategy
	// Points says where threads may be stopped.
	Points Points
	// Jobs is on how many goroutines schedules run; 0 for as many as there are processors. The result does not depend
	// on it.
	Jobs int
	// Threads is how many threads the program may have at a time, beside the first; 0 stands for 256, as
	// in weft run.
	Threads int
	// Shard makes it a part of a search that is made of several, each elsewhere; the zero value is all of it.
	Shard Shard
	// Bounds are how long a schedule may be; zeros stand for 200,000 points and 20 million steps.
	Bounds Bounds
	// KeepFirst leaves the schedule that failed as it was found, and does not look for a shorter one.
	KeepFirst bool
	// CompareOutput makes it a failure if what the program writes to its standard output is not what it writes in the
	// default schedule.
	CompareOutput bool
	// IgnoreRaces turns the detector of data races off.
	IgnoreRaces bool
	// Timeouts lets waits that have a timeout end by it while other threads could still come first. Threads that only
	// sleep may always wake so.
	Timeouts bool
	// Heap looks at each access of the program, in each schedule, for the use of null pointers and of memory that was
	// freed; otherwise that is looked for at scheduling points, where memory is freed, and in schedules that learn. It
	// takes 2 to 7 times as long.
	Heap bool
	// Progress, unless it is nil, is called now and then, on one goroutine at a time.
	Progress func(Progress)
}

// A Strategy names a way to choose schedules.
type Strategy string

// The strategies. What they are is said in the file of each.
const (
	SURW       Strategy = "surw"
	Roles      Strategy = "roles"
	POS        Strategy = "pos"
	PCT        Strategy = "pct"
	RandomWalk Strategy = "random"
	Deviations Strategy = "deviations"
	// DPOR looks at all schedules of a small program, and is alone.
	DPOR Strategy = "dpor"
)

// defaultStrategies are the portfolio: what has found most, earliest (docs/explore.md).
var defaultStrategies = []Strategy{Roles, POS, Roles, SURW, Roles, Deviations}

// Points are a choice of scheduling points.
type Points string

// The choices.
const (
	// SharedPoints are calls of locks and of the host, and instructions that access what threads have been seen to
	// share.
	SharedPoints Points = "shared"
	// SyncPoints are calls of locks and of the host, and atomic instructions.
	SyncPoints Points = "sync"
	// AllPoints are all instructions of the program that access memory, but for those of the C library.
	AllPoints Points = "all"
)

// Progress is how far a search has come.
type Progress struct {
	Schedules, Distinct int
	Elapsed             time.Duration
	Doing               string
	Races               int
}
