package runner

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"weft/bench/job"
)

// cancelLoop starts a loop without end and cancels it, n times. It returns the sum
// of the times from the cancellation to the return of the call.
func cancelLoop(ctx context.Context, n int64, f func(context.Context, int32) (int64, error)) (job.Sample, error) {
	var total time.Duration
	for i := range n {
		loop, cancel := context.WithCancel(ctx)
		cancelled := make(chan time.Time, 1)
		time.AfterFunc(2*time.Millisecond, func() {
			cancelled <- time.Now()
			cancel()
		})
		if _, err := f(loop, -1); err == nil {
			return job.Sample{}, fmt.Errorf("loop %d ended by itself", i)
		}
		total += time.Since(<-cancelled)
	}
	return job.Sample{Value: strconv.FormatInt(n, 10), Time: total}, nil
}

// collectBeside collects garbage n times while a guest's loop runs, and returns how
// long the collections took. The loop ends by itself, some time after them if it does not
// let them happen.
func collectBeside(ctx context.Context, n int64, f func(context.Context, int32) (int64, error)) (job.Sample, error) {
	done := make(chan error, 1)
	const rounds = 50 // millions
	go func() {
		_, err := f(ctx, rounds)
		done <- err
	}()
	time.Sleep(5 * time.Millisecond) // the loop is running
	start := time.Now()
	for range n {
		runtime.GC()
	}
	took := time.Since(start)
	return job.Sample{Value: strconv.FormatInt(n, 10), Time: took}, <-done
}
