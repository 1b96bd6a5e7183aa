// Command goprograms has small programs in Go, each of which exercises one thing that Go programs do
// much of. It is compiled for WASI and for the machine, and measures itself, so that neither the
// start of the process nor the compilation of the module is part of a figure:
//
//	goprograms NAME COUNT
//
// runs the program for a while, to warm up whatever executes it, and then COUNT times, or less often
// if that takes long. For each of these it prints a line in the format of Go's benchmarks. A
// last line has the checksum, which every run must have computed.
package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"
)

// A program is something to measure.
type program struct {
	name string
	// units is how often a run does what it is about.
	units int
	// run returns a checksum, the same one each time.
	run func() uint64
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "goprograms:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("%d arguments, not NAME COUNT", len(args))
	}
	all := slices.Concat(compute, library, goroutines)
	i := slices.IndexFunc(all, func(p program) bool { return p.name == args[0] })
	if i < 0 {
		return fmt.Errorf("no program %q", args[0])
	}
	count, err := strconv.Atoi(args[1])
	if err != nil {
		return fmt.Errorf("the count: %w", err)
	}
	return all[i].measure(count)
}

const (
	// warmUp is how long a program runs before it is measured. In this time engines
	// that compile in the background find out what is hot.
	warmUp = 200 * time.Millisecond
	// enough is when a slow engine is not asked once more.
	enough = 2 * time.Second
)

func (p program) measure(count int) error {
	begin := time.Now()
	want := p.run()
	for time.Since(begin) < warmUp {
		p.run()
	}
	begin = time.Now()
	for i := 0; i < count && (i == 0 || time.Since(begin) < enough); i++ {
		start := time.Now()
		got := p.run()
		took := time.Since(start)
		if got != want {
			return fmt.Errorf("%s computed %d, and %d before", p.name, got, want)
		}
		fmt.Printf("Benchmark/%s %d %.3f ns/op\n", p.name, p.units, float64(took.Nanoseconds())/float64(p.units))
	}
	fmt.Println("checksum", want)
	return nil
}

// A random number generator without state elsewhere, so that each run has the same numbers.
type random uint32

func (r *random) next() uint32 {
	*r ^= *r << 13
	*r ^= *r >> 17
	*r ^= *r << 5
	return uint32(*r)
}
