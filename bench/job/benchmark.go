package job

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Measured returns the runs that a program has measured itself. It writes them as Go's benchmarks do:
//
//	goos: linux
//	BenchmarkName-2   100   12345 ns/op   67 MB/s
//	PASS
//
// A line is a run, its size the number of operations. All must be of one benchmark. The value
// of each run is what else there is in the output, without the lines that tell where
// the program ran.
func Measured(output string) ([]Sample, error) {
	var runs []Sample
	var rest []string
	first := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		switch fields := strings.Fields(line); {
		case strings.HasPrefix(line, "Benchmark"):
			run, err := measuredLine(fields)
			if err != nil {
				return nil, err
			}
			if first == "" {
				first = fields[0]
			}
			if fields[0] != first {
				return nil, fmt.Errorf("the program measured %s, and then %s", first, fields[0])
			}
			runs = append(runs, run)
		case len(fields) > 0 && !strings.HasSuffix(fields[0], ":"):
			rest = append(rest, line)
		}
	}
	if len(runs) == 0 {
		return nil, errors.New("the program has measured nothing")
	}
	value := strings.Join(rest, "; ")
	for i := range runs {
		runs[i].Value = value
	}
	return runs, nil
}

// measuredLine reads the fields of a line: name, number of operations, nanoseconds for each.
func measuredLine(fields []string) (Sample, error) {
	if len(fields) < 4 || fields[3] != "ns/op" {
		return Sample{}, fmt.Errorf("%q is no line of a benchmark", strings.Join(fields, " "))
	}
	n, err := strconv.ParseInt(fields[1], 10, 64)
	if err == nil && n < 1 {
		err = fmt.Errorf("%d operations", n)
	}
	if err != nil {
		return Sample{}, fmt.Errorf("benchmark %s: %w", fields[0], err)
	}
	ns, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return Sample{}, fmt.Errorf("benchmark %s: %w", fields[0], err)
	}
	return Sample{Size: n, Time: time.Duration(ns * float64(n))}, nil
}
