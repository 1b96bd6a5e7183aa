package explore

import "weft/threads"

// pos is Partial Order Sampling (X. Yuan, J. Yang, R. Gu: Partial Order Aware Concurrency Sampling, CAV 2018): each
// event that is about to happen has a random priority, and the highest happens. Then those that conflict with it draw a
// new one. So orders of events that do not conflict are not told apart.
type pos struct {
	randomness
	priorities []float64 // by thread; 0 for none
}

func (s *pos) begin(seed uint64) {
	s.randomness.begin(seed)
	s.priorities = s.priorities[:0]
}

// Choose implements [threads.Chooser].
func (s *pos) Choose(p *threads.Point, candidates []*threads.Thread, _ *threads.Thread) *threads.Thread {
	last := candidates[len(candidates)-1].ID()
	for len(s.priorities) <= last {
		s.priorities = append(s.priorities, 0)
	}
	var best *threads.Thread
	for _, t := range candidates {
		priority := &s.priorities[t.ID()]
		switch {
		case t == p.Thread && givesWay(p):
			*priority = -s.Float64() // behind all others
		case *priority == 0 || t == p.Thread && *priority < 0:
			*priority = 1 - s.Float64()
		}
		if best == nil || *priority > s.priorities[best.ID()] {
			best = t
		}
	}
	event := best.At()
	s.priorities[best.ID()] = 0 // its next event draws another one
	for _, t := range candidates {
		if t != best && conflict(event, t.At()) {
			s.priorities[t.ID()] = 1 - s.Float64()
		}
	}
	return best
}
