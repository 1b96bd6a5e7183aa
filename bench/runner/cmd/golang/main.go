// Command golang runs a job in Go itself: its programs are the workloads of package golang.
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"

	"weft/bench/job"
	"weft/bench/runner"
	"weft/bench/runner/golang"
	"weft/bench/workload"
)

func main() {
	variant := flag.String("variant", string(workload.Goroutines), "the `variant` of the programs")
	flag.Parse()
	if err := run(workload.Variant(*variant), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(variant workload.Variant, args []string) error {
	j, err := job.Parse(args)
	if err != nil {
		return err
	}
	f := golang.Program(variant, j.Program)
	if f == nil || j.Mode != job.Run {
		return fmt.Errorf("no program %q with %s in mode %s", j.Program, variant, j.Mode)
	}
	return runner.Ladder(j, &job.Result{}, func(n int64) (job.Sample, error) {
		return job.Sample{Value: strconv.FormatInt(f(n), 10)}, nil
	})
}
