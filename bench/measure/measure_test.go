package measure

import (
	"testing"
	"time"

	"weft/bench/job"
	"weft/bench/workload"
)

// plan returns one with n cells that measure themselves, and others.
func plan(n, others int) *Plan {
	p := &Plan{tasks: make([][]*task, 2)}
	for range n {
		p.tasks[0] = append(p.tasks[0], &task{workload: &workload.Workload{Mode: job.Benchmark}})
	}
	for range others {
		p.tasks[1] = append(p.tasks[1], &task{workload: &workload.Workload{Mode: job.Run}})
	}
	return p
}

// TestFit: programs that measure themselves take 700 ms, and have at most 40% of the budget if there are others.
func TestFit(t *testing.T) {
	for _, c := range []struct {
		own, others, rounds, want int
		budget                    time.Duration
	}{
		{100, 0, 3, 2, 200 * time.Second},
		{100, 0, 3, 3, time.Hour},
		{100, 0, 3, 1, time.Second},
		{100, 100, 3, 2, 500 * time.Second},
	} {
		o := plan(c.own, c.others).Fit(c.budget, c.rounds)
		if o.Benchmarks != c.want {
			t.Errorf("%d and %d cells in %s: %d rounds; want %d", c.own, c.others, c.budget, o.Benchmarks, c.want)
		}
		if got := o.roundsOf(&workload.Workload{Mode: job.Benchmark}); got != c.want {
			t.Errorf("%d rounds of a benchmark; want %d", got, c.want)
		}
	}
	// 360 of 500 seconds are left to 300 processes: (1.2 s - 120 ms) / (4.3 * 0.35) would be 718 ms.
	if o := plan(100, 100).Fit(500*time.Second, 3); o.Target != 500*time.Millisecond {
		t.Errorf("the target is %s; want its maximum", o.Target)
	}
}

// TestRounds: a workload can ask for fewer rounds than there are, not for more.
func TestRounds(t *testing.T) {
	o := Options{Rounds: 3}
	for asked, want := range map[int]int{0: 3, 1: 1, 5: 3} {
		if got := o.roundsOf(&workload.Workload{Mode: job.Run, Rounds: asked}); got != want {
			t.Errorf("%d rounds where %d are asked for; want %d", got, asked, want)
		}
	}
}
