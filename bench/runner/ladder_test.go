package runner

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"weft/bench/job"
)

// sizes returns the sizes of samples.
func sizes(samples []job.Sample) []int64 {
	var list []int64
	for _, s := range samples {
		list = append(list, s.Size)
	}
	return list
}

// TestLadder: a unit takes a millisecond, a run may take 200. The step to 1000 is not tried.
func TestLadder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "result.json")
	t.Setenv(job.ResultFile, file)
	j := job.Job{Target: 200 * time.Millisecond, Repeat: 2, Sizes: []int64{1, 10, 100, 1000}}
	var result job.Result
	err := Ladder(j, &result, func(n int64) (job.Sample, error) {
		return job.Sample{Value: strconv.FormatInt(n*n, 10), Time: time.Duration(n) * time.Millisecond}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	written, err := job.ReadResult(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := sizes(written.Steps); !slices.Equal(got, []int64{1, 10, 100}) {
		t.Errorf("steps have the sizes %d", got)
	}
	if got := sizes(written.Runs); !slices.Equal(got, []int64{100, 100}) {
		t.Errorf("timed runs have the sizes %d", got)
	}
	for _, s := range written.Runs {
		if s.Value != "10000" || s.Time != 100*time.Millisecond {
			t.Errorf("a timed run is %+v", s)
		}
	}
}

// TestLadderFails: what was measured before a failure is kept.
func TestLadderFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "result.json")
	t.Setenv(job.ResultFile, file)
	failure := errors.New("no more")
	err := Ladder(job.Job{Target: time.Hour, Sizes: []int64{1, 2}}, &job.Result{}, func(n int64) (job.Sample, error) {
		if n == 2 {
			return job.Sample{}, failure
		}
		return job.Sample{Value: "ok", Time: 1}, nil
	})
	if !errors.Is(err, failure) {
		t.Errorf("error: %v", err)
	}
	written, err := job.ReadResult(file)
	if err != nil || !slices.Equal(sizes(written.Steps), []int64{1}) {
		t.Errorf("kept %+v, %v", written, err)
	}
}
