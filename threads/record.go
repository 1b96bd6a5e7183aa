package threads

import "cmp"

// A Recording is a strategy that decides as another one does, and notes where that differs from the default schedule.
type Recording struct {
	strategy   Strategy
	ready      readySet
	deviations []Deviation
	incomplete bool
}

// mostDeviations is how many a Recording keeps.
const mostDeviations = 1 << 20

// Record returns a strategy that records another one, which has no threads yet.
func Record(s Strategy) *Recording { return &Recording{strategy: s} }

// Deviations returns what a [Replay] needs to repeat the schedule so far, and whether these are all: a million are
// kept.
func (r *Recording) Deviations() (list []Deviation, all bool) { return r.deviations, !r.incomplete }

func (r *Recording) bind(s *Scheduler) {
	if b, ok := r.strategy.(bound); ok {
		b.bind(s)
	}
}

// Ready implements [Strategy].
func (r *Recording) Ready(t *Thread) {
	r.ready.add(t)
	r.strategy.Ready(t)
}

// Next implements [Strategy].
func (r *Recording) Next(p *Point) *Thread {
	usual, next := r.ready.usual(p), r.strategy.Next(p)
	if next != usual && next != nil {
		r.note(keyOf(p), next)
	}
	r.ready.choose(p, next)
	return next
}

func (r *Recording) note(k key, next *Thread) {
	if len(r.deviations) == mostDeviations {
		r.incomplete = true
		return
	}
	r.deviations = append(r.deviations, k.deviation(next.id))
}

// Steps implements [Strategy].
func (r *Recording) Steps() uint64 { return r.strategy.Steps() }

func compareDeviations(a, b Deviation) int {
	return cmp.Or(cmp.Compare(a.Thread, b.Thread), cmp.Compare(a.Site, b.Site), cmp.Compare(a.Point, b.Point),
		cmp.Compare(a.Steps, b.Steps))
}
