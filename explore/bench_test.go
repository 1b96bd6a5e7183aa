package explore

import (
	"context"
	"testing"
	"time"

	"weft/internal/wasithreads"
	"weft/threads"
)

// benched is a program of three threads and about fifty events, which has no bug.
func benched(b testing.TB) (*search, context.Context) {
	b.Helper()
	c := wasithreads.NewToolchain(b)
	var bug wasithreads.Bug
	for _, other := range wasithreads.Bugs() {
		if other.Name == "bounded_buffer" {
			bug = other
		}
	}
	s, err := newSearch(c.BuildBug(b, bug, true, "-O0"), Config{Schedules: 1, Jobs: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.close)
	ctx := context.Background()
	if err := s.watchAll(ctx); err != nil {
		b.Fatal(err)
	}
	s.config.Schedules = 0
	if err := s.learn(ctx); err != nil {
		b.Fatal(err)
	}
	if err := s.freeze(ctx); err != nil {
		b.Fatal(err)
	}
	return s, ctx
}

// BenchmarkSchedule runs schedules of the strategies, on one processor: the time of one, from reset to end.
//
//	go test ./explore -run '^$' -bench . -benchmem
func BenchmarkSchedule(b *testing.B) {
	s, ctx := benched(b)
	for _, strategy := range []Strategy{SURW, POS, PCT, RandomWalk} {
		b.Run(string(strategy), func(b *testing.B) {
			points := 0
			for i := range b.N {
				j := job{strategy: strategy, seed: uint64(i)}
				if err := s.workers[0].run(ctx, s, &j, nil); err != nil || j.outcome.failure != nil {
					b.Fatal(err, j.outcome.failure)
				}
				points += j.outcome.points
			}
			b.ReportMetric(float64(points)/float64(b.N), "points/op")
		})
	}
}

// BenchmarkReset runs the default schedule: of its time, how much goes into setting the program back.
func BenchmarkReset(b *testing.B) {
	s, ctx := benched(b)
	world := s.workers[0].world
	var follow scripted
	var resets time.Duration
	b.ResetTimer()
	for range b.N {
		follow.follow(nil, false)
		if _, err := world.run(ctx, &follow, 0, nil); err != nil {
			b.Fatal(err)
		}
		begun := time.Now() // stopping the timer would take longer than what it leaves out
		if err := world.reset(); err != nil {
			b.Fatal(err)
		}
		resets += time.Since(begun)
		world.used = false
	}
	b.ReportMetric(float64(resets.Nanoseconds())/float64(b.N), "reset-ns/op")
	b.ReportMetric(float64(world.instance.Memory("memory").Size())/(1<<20), "MiB")
}

// BenchmarkRaces compares the default schedule as it is, with points at what threads share, and with the detector of
// races, which watches all accesses.
func BenchmarkRaces(b *testing.B) {
	s, ctx := benched(b)
	nothing := func(*site) bool { return false }
	plain, err := s.analysis.compile(s.engine, nothing, nothing)
	if err != nil {
		b.Fatal(err)
	}
	bare, err := newWorld(ctx, s.engine, plain, s.config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(bare.close)
	for _, c := range []struct {
		name  string
		world *world
		watch func() observer
	}{
		{"plain", bare, func() observer { return nil }},
		{"points", s.workers[0].world, func() observer { return nil }},
		{"detector", s.learning, s.observer},
	} {
		b.Run(c.name, func(b *testing.B) {
			var follow scripted
			for range b.N {
				follow.follow([]threads.Deviation(nil), false)
				if _, err := c.world.run(ctx, &follow, 0, c.watch()); err != nil {
					b.Fatal(err)
				}
				s.learner.end()
			}
		})
	}
}
