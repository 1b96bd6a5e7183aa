// Package job is what the harness and the runners say to each other.
//
// A runner is a process that executes one job: a program, in one engine. It is
// called as
//
//	RUNNER [OPTIONS] MODE PROGRAM EXPORT TARGET REPEAT SIZE...
//
// and writes a [Result] in JSON into the file that the environment variable
// [ResultFile] names, again after every step, so that something is left when it
// is killed or crashes. TARGET is in microseconds. What goes to the standard
// error explains an exit code other than 0.
//
// The steps: the program runs once with each SIZE, smallest first, up to the last
// one that is expected to stay within TARGET; then REPEAT times with that one.
// The first runs warm the engine up, and let slow engines finish with a smaller
// size instead of not at all.
package job

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"
)

// ResultFile is the environment variable with the name of the file for the [Result].
const ResultFile = "WEFT_BENCH_RESULT"

// A Mode says what is repeated.
type Mode string

const (
	// Run calls the export with the size as its argument, an i32; its result is an i64.
	Run Mode = "run"
	// Call calls the export size times with the argument 1 and adds up the results.
	Call Mode = "call"
	// Trap calls the export size times and counts the calls that trap.
	Trap Mode = "trap"
	// Compile compiles the module size times; with engines that compile lazily,
	// that is what they do before the first call.
	Compile Mode = "compile"
	// Instantiate makes and closes size instances of the compiled module.
	Instantiate Mode = "instantiate"
	// Program runs a WASI program size times; EXPORT is its arguments, separated
	// by spaces. The result is a hash of its output.
	Program Mode = "program"
	// Benchmark runs once a WASI program that measures itself, and writes what [Measured] reads;
	// EXPORT is its arguments. SIZE and REPEAT mean nothing to it.
	Benchmark Mode = "benchmark"
	// Cancel starts a loop without end and cancels it, size times. The time is
	// that from the cancellation to the return.
	Cancel Mode = "cancel"
	// Pause collects garbage size times in the process beside a running loop.
	// The time is that of the collections.
	Pause Mode = "pause"
)

// A Job is what a runner does.
type Job struct {
	Mode    Mode
	Program string
	Export  string
	// Target is what a run should take at most.
	Target time.Duration
	// Repeat is how many runs are timed with the last size.
	Repeat int
	// Sizes ascend.
	Sizes []int64
}

// Args returns the arguments of the runner, to which [Parse] is the reverse.
func (j Job) Args() []string {
	args := []string{string(j.Mode), j.Program, j.Export,
		strconv.FormatInt(j.Target.Microseconds(), 10), strconv.Itoa(j.Repeat)}
	for _, n := range j.Sizes {
		args = append(args, strconv.FormatInt(n, 10))
	}
	return args
}

// Parse reads the arguments of a runner.
func Parse(args []string) (Job, error) {
	if len(args) < 6 {
		return Job{}, fmt.Errorf("%d arguments, not MODE PROGRAM EXPORT TARGET REPEAT and sizes", len(args))
	}
	j := Job{Mode: Mode(args[0]), Program: args[1], Export: args[2]}
	target, err := strconv.ParseInt(args[3], 10, 64)
	if err != nil {
		return Job{}, fmt.Errorf("target: %w", err)
	}
	j.Target = time.Duration(target) * time.Microsecond
	if j.Repeat, err = strconv.Atoi(args[4]); err != nil {
		return Job{}, fmt.Errorf("repeat: %w", err)
	}
	for _, arg := range args[5:] {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return Job{}, fmt.Errorf("size: %w", err)
		}
		j.Sizes = append(j.Sizes, n)
	}
	return j, nil
}

// A Result is what a runner has measured.
type Result struct {
	// Compile is the time to compile the module, Instantiate to instantiate it.
	Compile     time.Duration `json:"compile"`
	Instantiate time.Duration `json:"instantiate"`
	// Steps are the runs with each size; Runs those that are timed.
	Steps []Sample `json:"steps"`
	Runs  []Sample `json:"runs"`
	// Output is what a program that measures itself has written.
	Output string `json:"output,omitempty"`
}

// A Sample is one run of the program.
type Sample struct {
	Size int64         `json:"size"`
	Time time.Duration `json:"time"`
	// Value is what the program computed, to be checked.
	Value string `json:"value"`
	// PeakKB is the peak of the process's resident memory so far, in KiB.
	PeakKB int64 `json:"peak_kb"`
}

// Write writes the result to a file.
func (r *Result) Write(file string) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// ReadResult reads a file written by a runner.
func ReadResult(file string) (*Result, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var r Result
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("the runner's result: %w", err)
	}
	return &r, nil
}
