package workload

import (
	"time"

	"weft/bench/job"
)

// calls are what happens at the border between a guest and its host.
func calls() []*Workload {
	same := func(n int64) int64 { return n }
	all := []*Workload{
		{Name: "host-call", Source: "nop", Mode: job.Run, Unit: "call", Sizes: decades(1000, 100_000_000),
			About: "a guest calls a function of the host, in a loop",
			Want:  func(n int64) int64 { return n * (n + 1) / 2 }},
		{Name: "guest-call", Source: "nop", Export: "same", Mode: job.Call, Unit: "call", Sizes: decades(1000, 100_000_000),
			About: "the host calls a function of a guest", Want: same},
		{Name: "trap", Mode: job.Trap, Unit: "trap", Sizes: decades(100, 1_000_000),
			About: "a call that ends by a load out of bounds, with the error that the host gets", Want: same},
		{Name: "instantiate", Source: "small", Mode: job.Instantiate, Unit: "instance", Sizes: decades(100, 1_000_000),
			About: "an instance of a compiled module with 1 MiB of memory is made, and closed where one can", Want: same},
		{Name: "memory-grow", Source: "grow", Mode: job.Run, Unit: "page", Sizes: []int64{100, 1000},
			About: "memory.grow by a page, and a store to it", Want: same},
		{Name: "cancel-loop", Source: "loop", Mode: job.Cancel, Unit: "cancellation", Sizes: []int64{10}, Repeat: 2,
			About: "from the cancellation of a context to the return of a call that loops without end", Want: same},
		{Name: "collect", Source: "loop", Mode: job.Pause, Unit: "collection", Sizes: []int64{2}, Repeat: 2,
			Target: time.Second,
			About:  "a collection of Go's garbage while a guest loops in another goroutine for 50 million rounds", Want: same},
	}
	for _, w := range all {
		w.Group = Calls
		if w.Export == "" {
			w.Export = "run"
		}
	}
	return all
}
