package threads

import "time"

// Reset makes the scheduler one that has not run, with another strategy, and without threads. It is for who has set the
// store back to what it was before the run ([weft.Snapshot]), and so ended all continuations.
func (s *Scheduler) Reset(strategy Strategy) {
	s.end()
	for s.turns.Pop().Number() != 0 {
	}
	s.taking, s.wakes = takingTurns{}, nil
	for _, t := range s.threads {
		t.cont = nil
		s.takeTurn(t)
	}
	clear(s.threads)
	s.threads = s.threads[:0]
	if strategy == nil {
		strategy = NewRoundRobin()
	}
	s.mu.Lock()
	s.inbox, s.jobs = s.inbox[:0], nil
	s.mu.Unlock()
	select {
	case <-s.wake:
	default:
	}
	s.news.Store(false)
	s.strategy, s.made, s.waiting, s.passed, s.idle = strategy, 0, 0, 0, Point{}
	s.running, s.serving, s.ended, s.stopped = false, false, false, nil
	s.alarms, s.epoch, s.trace = alarms{}, time.Now(), traceHash{}
	s.disarm()
	s.bind()
	_ = s.serveTurns() // it fails for a closed store, in which nothing can be spawned either
	if s.counts {
		s.giveMost()
	}
}
