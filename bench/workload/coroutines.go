package workload

import (
	"time"

	"weft/bench/job"
)

// coroutines are the workloads of stack switching. Each has the variants Switching,
// Asyncify and Boost; some are in Go as well.
func coroutines() []*Workload {
	all := []*Workload{
		{Name: "c10m", Unit: "coroutine", Sizes: []int64{100_000, 1_000_000, 10_000_000}, Target: 3 * time.Second, Repeat: 1,
			About: "10 million coroutines in all, 10,000 alive at a time; each yields once",
			Want:  func(n int64) int64 { return sumBelow(n) + sumBelow(n) + n }},
		{Name: "create", Unit: "coroutine", Sizes: decades(1000, 10_000_000),
			About: "coroutines that return at once",
			Want:  sumBelow},
		{Name: "sieve", Unit: "resume", Sizes: []int64{50, 100, 200, 400, 800},
			About: "primes by a chain of filters, each a coroutine that resumes the one before it",
			Want:  func(n int64) int64 { sum, _ := primes(n); return sum },
			Ops:   func(n int64) int64 { _, resumes := primes(n); return resumes }},
		{Name: "skynet", Unit: "leaf", Sizes: decades(1000, 1_000_000),
			About: "a tree of coroutines with ten children each and up to a million leaves",
			Want:  sumBelow},
		{Name: "state", Unit: "effect", Sizes: decades(1000, 10_000_000),
			About: "a counter behind the effects get and put: a suspension each",
			Want:  func(n int64) int64 { return n }, Ops: func(n int64) int64 { return 2 * n }},
		{Name: "generator", Unit: "value", Sizes: decades(1000, 10_000_000),
			About: "the sum of 10 million values",
			Want:  sumBelow},
		{Name: "treewalk", Unit: "value", Sizes: powers(10, 20),
			About: "the leaves of a tree, each yielded from 20 frames deep",
			Want:  sumBelow},
		{Name: "deep", Unit: "value", Sizes: decades(1000, 10_000_000),
			About: "values yielded from 100 frames deep",
			Want:  func(n int64) int64 { return sumBelow(n) + 100 }},
		{Name: "pingpong", Unit: "switch", Uses: []Feature{SwitchInstruction, Exceptions}, Sizes: decades(1000, 10_000_000),
			About: "two coroutines that switch to each other",
			Want:  func(n int64) int64 { return n }},
		{Name: "nested1", Source: "nested", Export: "run1", Unit: "value", Sizes: decades(1000, 10_000_000),
			About: "values that pass 1 resume which does not handle them", Want: sumBelow},
		{Name: "nested4", Source: "nested", Export: "run4", Unit: "value", Sizes: decades(1000, 10_000_000),
			About: "the same with 4 resumes", Want: sumBelow},
		{Name: "nested16", Source: "nested", Export: "run16", Unit: "value", Sizes: decades(1000, 10_000_000),
			About: "the same with 16 resumes", Want: sumBelow},
		{Name: "nested1-named", Source: "nested-named", Export: "run1", Unit: "value", Uses: []Feature{NamedHandlers}, Sizes: decades(1000, 10_000_000),
			About: "values that pass 1 resume on the way to a handler with a name", Want: sumBelow},
		{Name: "nested16-named", Source: "nested-named", Export: "run16", Unit: "value", Uses: []Feature{NamedHandlers}, Sizes: decades(1000, 10_000_000),
			About: "the same with 16 resumes", Want: sumBelow},
		{Name: "cancel", Unit: "coroutine", Uses: []Feature{Exceptions}, Sizes: decades(1000, 1_000_000),
			About: "coroutines that wait, are cancelled by resume_throw and clean up",
			Want:  func(n int64) int64 { return n }},
		{Name: "alive", Unit: "coroutine", Sizes: []int64{1000, 10_000, 100_000, 1_000_000}, Memory: true, Target: 3 * time.Second, Once: true, Rounds: 1,
			About: "a million coroutines alive at once",
			Want:  func(n int64) int64 { return sumBelow(n) + n }},
		{Name: "gostacks", Unit: "turn", Sizes: []int64{1000, 10_000, 100_000, 1_000_000}, Target: 3 * time.Second, Repeat: 1,
			About: "a million goroutines alive at once take ten turns each, with a slot in a table for each",
			Want:  turns, Ops: func(n int64) int64 { return 10 * n }},
		{Name: "gostacks-deep", Source: "gostacks", Export: "deep", Unit: "turn", Sizes: []int64{1000, 10_000, 100_000}, Target: 3 * time.Second, Repeat: 1,
			About: "a hundred thousand, each beneath 100 calls",
			Want:  deepTurns, Ops: func(n int64) int64 { return 10 * n }},
		{Name: "gostacks-memory", Source: "gostacks", Unit: "goroutine", Sizes: []int64{1000, 10_000, 100_000, 1_000_000}, Memory: true, Target: 3 * time.Second, Once: true, Rounds: 1,
			About: "the memory of gostacks", Want: turns},
		{Name: "gostacks-deep-memory", Source: "gostacks", Export: "deep", Unit: "goroutine", Sizes: []int64{1000, 10_000, 100_000}, Memory: true, Target: 3 * time.Second, Once: true, Rounds: 1,
			About: "the memory of gostacks-deep", Want: deepTurns},
	}
	for _, w := range all {
		w.Group = Coroutines
		w.Mode = job.Run
		if w.Export == "" {
			w.Export = "run"
		}
	}
	return all
}

// sumBelow returns 0 + 1 + ... + n-1.
func sumBelow(n int64) int64 { return n * (n - 1) / 2 }

// turns returns what n goroutines of gostacks compute, deepTurns what they do beneath 100 calls.
func turns(n int64) int64     { return 10 * sumBelow(n) }
func deepTurns(n int64) int64 { return turns(n) + 100*n }

// powers returns 2^first ... 2^last in steps of 4.
func powers(first, last int) []int64 {
	var sizes []int64
	for n := first; n <= last; n += 2 {
		sizes = append(sizes, 1<<n)
	}
	return sizes
}

// primes returns the sum of the first n primes, and how many coroutines the chain of
// filters resumes to find them: one for each filter that a number reaches, and one for the
// counter behind them.
func primes(n int64) (sum, resumes int64) {
	var found []int64
	for v := int64(2); int64(len(found)) < n; v++ {
		resumes++
		passed := true
		for _, p := range found {
			if v%p == 0 {
				passed = false
				break
			}
			resumes++
		}
		if passed {
			found = append(found, v)
			sum += v
		}
	}
	return sum, resumes
}
