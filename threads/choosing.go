package threads

import "slices"

// A Chooser decides among all threads that could go on.
type Chooser interface {
	// Choose returns which of the candidates goes on at a point. They are at least two, in the order of their numbers;
	// the thread of the point is among them unless it is blocked. The usual one goes on in the default schedule (see
	// [Deviation]). The slice is for the time of the call.
	Choose(p *Point, candidates []*Thread, usual *Thread) *Thread
}

// Choosing is a strategy that asks a [Chooser] wherever there is a choice, and notes where it departs from the default
// schedule. Steps are no points for it, but where threads spin.
type Choosing struct {
	// Early says which threads that wait for time are candidates, too: time passes if one is chosen.
	Early Early

	chooser    Chooser
	of         *Scheduler
	candidates []*Thread
	ready      readySet
	deviations []Deviation
	incomplete bool
}

// NewChoosing returns one that has no threads yet.
func NewChoosing(c Chooser) *Choosing { return &Choosing{chooser: c} }

// Reset makes it one without threads, for another run. The deviations of the last one are not valid any more.
func (c *Choosing) Reset(chooser Chooser) {
	clear(c.ready)
	*c = Choosing{Early: c.Early, chooser: chooser, of: c.of, candidates: c.candidates, ready: c.ready[:0],
		deviations: c.deviations[:0]}
}

// Deviations returns what a [Replay] needs to repeat the schedule so far, and whether these are all.
func (c *Choosing) Deviations() (list []Deviation, all bool) { return c.deviations, !c.incomplete }

// Ready implements [Strategy].
func (c *Choosing) Ready(t *Thread) { c.ready.add(t) }

// Next implements [Strategy].
func (c *Choosing) Next(p *Point) *Thread {
	usual := c.ready.usual(p)
	if p.Thread != nil && !p.Blocked {
		c.ready.add(p.Thread)
	}
	next := usual
	if candidates := c.all(); len(candidates) > 1 {
		if usual == nil {
			usual = c.of.alarms.first()
		}
		next = c.chooser.Choose(p, candidates, usual)
		switch {
		case next != usual:
			c.note(keyOf(p), next)
			c.of.wakeEarly(next)
		case next.State() == Parked || next.State() == Waiting:
			return nil // it wakes when time passes
		}
	}
	if next != nil {
		c.ready.remove(next)
	}
	return next
}

// all returns the candidates.
func (c *Choosing) all() []*Thread {
	if c.Early == Never || c.of == nil || len(c.of.alarms.threads) == 0 {
		return c.ready
	}
	c.candidates = c.of.couldWake(c.Early, append(c.candidates[:0], c.ready...))
	return c.candidates
}

func (c *Choosing) bind(s *Scheduler) { c.of = s }

func (c *Choosing) note(k key, next *Thread) {
	if len(c.deviations) == mostDeviations {
		c.incomplete = true
		return
	}
	c.deviations = append(c.deviations, k.deviation(next.id))
}

// Steps implements [Strategy].
func (c *Choosing) Steps() uint64 { return SpinSteps }

// Place returns the place of a point, as a deviation whose Next is 0.
func (p *Point) Place() Deviation { return keyOf(p).deviation(0) }

// SortDeviations brings deviations into an order by thread and place.
func SortDeviations(list []Deviation) { slices.SortFunc(list, compareDeviations) }
