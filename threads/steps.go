package threads

// Where steps are counted ([Config.Steps]), who runs has fuel for as many as the strategy has said, and stands at a
// point when that is used up.

// counting is what the store asks a scheduler that counts.
type counting struct{ hooks }

// Step implements [weft.Stepper]: the thread has executed all the steps that it was given. The next one is not counted
// until it goes on. This is offer, for what is asked most often.
func (s counting) Step() error {
	t := s.current
	if t == nil || !t.isOnTop() {
		s.refuel(t)
		return nil
	}
	steps, kind := t.steps+s.given, Step
	if steps >= SpinSteps {
		steps, kind = 0, Spin
		t.points++
	}
	t.steps, t.owes, s.given = steps, 1, 0
	t.at.become(kind, false)
	if s.news.Load() {
		return s.offer(&t.at, 0)
	}
	next := s.strategy.Next(&t.at)
	if next != t || s.stopped != nil || s.config.Trace != nil {
		return s.goesTo(&t.at, s.chosenAt(&t.at, next), 0)
	}
	s.trace.add(&t.at, t.where(&t.at), t.number(), t.number())
	t.goesOn()
	s.give(t, s.strategy.Steps())
	return nil
}

// goesOn counts the step with which a thread goes on.
func (t *Thread) goesOn() {
	t.steps += t.owes
	t.owes = 0
}

// give lets a thread execute steps until the strategy wants to be asked.
func (s *Scheduler) give(t *Thread, steps uint64) {
	s.given = min(steps, SpinSteps-min(t.steps, SpinSteps))
	s.store.SetFuel(s.given)
}

// giveMost lets code execute as many steps as it ever does between points.
func (s *Scheduler) giveMost() {
	s.given = SpinSteps
	s.store.SetFuel(s.given)
}

// comes notes that a thread has come to a point, if steps are counted.
func (s *Scheduler) comes(p *Point) {
	if t := p.Thread; t != nil && s.counts {
		s.count(t)
		if p.Site == 0 {
			t.points++
			t.steps = 0
		}
	}
}

// count notes how many steps a thread has executed since it was given some.
func (s *Scheduler) count(t *Thread) {
	left, _ := s.store.Fuel()
	t.steps += s.given - min(left, s.given)
	s.given = left
}

// refuel lets code go on that cannot stop.
func (s *Scheduler) refuel(t *Thread) {
	if t != nil {
		s.count(t)
		t.steps++
	}
	s.giveMost()
}
