package runner

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"weft/bench/job"
)

// Ladder runs the steps of a job, as package job describes, and writes the result
// after each.
func Ladder(j job.Job, result *job.Result, run step) error {
	file := os.Getenv(job.ResultFile)
	if file == "" {
		return fmt.Errorf("the environment variable %s is not set", job.ResultFile)
	}
	one := func(n int64) (job.Sample, error) {
		start := time.Now()
		sample, err := run(n)
		sample.Size = n
		if sample.Time == 0 {
			sample.Time = time.Since(start)
		}
		if sample.PeakKB == 0 {
			sample.PeakKB = PeakKB()
		}
		return sample, err
	}
	var last job.Sample
	for i, n := range j.Sizes {
		if i > 0 && float64(last.Time)*float64(n)/float64(last.Size) > float64(j.Target) {
			break
		}
		s, err := one(n)
		if err != nil {
			return err
		}
		last = s
		result.Steps = append(result.Steps, s)
		if err := result.Write(file); err != nil {
			return err
		}
	}
	for range j.Repeat {
		s, err := one(last.Size)
		if err != nil {
			return err
		}
		result.Runs = append(result.Runs, s)
		if err := result.Write(file); err != nil {
			return err
		}
	}
	return nil
}

// PeakKB returns the peak of the process's resident memory in KiB, and 0 where the
// system does not tell. It is read from /proc and not by getrusage, whose figure
// a process inherits from the one that started it.
func PeakKB() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb
		}
	}
	return 0
}
