package explore

import (
	"slices"

	"weft/threads"
)

// pct is the Probabilistic Concurrency Testing scheduler (S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte: A
// Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010): threads have random priorities, and
// the highest runs. At depth-1 random points the thread that runs gets a lower one than all others.
type pct struct {
	randomness
	depth      int
	length     int // how many points a schedule has, at most so far
	priorities []int
	changes    []int // numbers of points, in order
	point      int
	lowest     int
}

func (s *pct) begin(seed uint64) {
	s.randomness.begin(seed)
	s.length = max(s.length, s.point, 1)
	s.priorities, s.changes = s.priorities[:0], s.changes[:0]
	s.point, s.lowest = 0, 0
	for range s.depth - 1 {
		s.changes = append(s.changes, 1+s.IntN(s.length))
	}
	slices.Sort(s.changes)
}

// Choose implements [threads.Chooser].
func (s *pct) Choose(p *threads.Point, candidates []*threads.Thread, _ *threads.Thread) *threads.Thread {
	for last := candidates[len(candidates)-1].ID(); len(s.priorities) <= last; {
		s.priorities = append(s.priorities, 1+s.IntN(1<<30)) // those of the same priority go by number
	}
	s.point++
	if p.Thread != nil {
		for ; len(s.changes) > 0 && s.changes[0] <= s.point; s.changes = s.changes[1:] {
			s.lower(p.Thread)
		}
		if givesWay(p) {
			s.lower(p.Thread)
		}
	}
	return slices.MaxFunc(candidates, func(a, b *threads.Thread) int {
		return s.priorities[a.ID()] - s.priorities[b.ID()]
	})
}

func (s *pct) lower(t *threads.Thread) {
	s.lowest--
	s.priorities[t.ID()] = s.lowest
}
