package main

import (
	"slices"
	"testing"
)

// want are the checksums that are known without running the programs.
var want = map[string]uint64{
	"fib":           5_702_887,
	"sieve":         539_777,
	"collatz":       383,
	"trees":         61 * (1<<14 - 1),
	"defer":         3 * 10_000_000,
	"recover":       200_000 * 200_001 / 2,
	"gosched":       2 * switches,
	"gosched-deep":  2 * (switches + deep),
	"channels":      trips * (trips - 1),
	"channels-deep": trips*(trips-1) + deep,
	"spawn":         squares(spawned),
	"parked":        squares(parked),
}

// squares returns 0 + 1 + 4 + ... + (n-1)².
func squares(n uint64) uint64 { return (n - 1) * n * (2*n - 1) / 6 }

func TestChecksums(t *testing.T) {
	known := 0
	for _, p := range slices.Concat(compute, library, goroutines) {
		first := p.run()
		if again := p.run(); again != first {
			t.Errorf("%s computes %d and then %d", p.name, first, again)
		}
		if sum, ok := want[p.name]; ok {
			known++
			if first != sum {
				t.Errorf("%s computes %d; want %d", p.name, first, sum)
			}
		}
	}
	if known != len(want) {
		t.Errorf("%d of %d known checksums were compared", known, len(want))
	}
}

func TestArguments(t *testing.T) {
	for _, args := range [][]string{nil, {"fib"}, {"nothing", "1"}, {"fib", "often"}} {
		if err := run(args); err == nil {
			t.Errorf("run(%q) gives no error", args)
		}
	}
}
