package threads

import "slices"

// Virtual time passes when all threads wait. But a program may not count on that: a thread that sleeps could be the
// next one at any time, since others may take as long as they like. So a strategy can let time pass earlier, as far as a
// thread needs it that has an alarm.

// An Early says for which threads time may pass while others could run.
type Early uint8

const (
	// Never lets time pass when all threads wait.
	Never Early = iota
	// Sleepers are threads that let time pass, and wait for nothing else.
	Sleepers
	// Timeouts are also those whose wait has a timeout.
	Timeouts
)

// A bound strategy is told whose it is.
type bound interface{ bind(s *Scheduler) }

func (s *Scheduler) bind() {
	if b, ok := s.strategy.(bound); ok {
		b.bind(s)
	}
}

// couldWake adds the threads for which time may pass, in the order of their numbers.
func (s *Scheduler) couldWake(e Early, list []*Thread) []*Thread {
	if e == Never || s == nil || !s.config.Virtual {
		return list
	}
	for _, t := range s.alarms.threads {
		if e == Timeouts || t.State() == Parked && t.attempt == nil {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *Thread) int { return a.id - b.id })
	return list
}

// wakeEarly lets time pass until the alarm of a thread, and reports whether it has one.
func (s *Scheduler) wakeEarly(t *Thread) bool {
	if s == nil || !s.config.Virtual || t.alarm.place == 0 {
		return false
	}
	s.passed = max(s.passed, t.alarm.when)
	s.wakeUp(t)
	return t.State() == Ready
}

// sleeper returns the thread with a number if it has an alarm; else nil.
func (s *Scheduler) sleeper(id int) *Thread {
	if s == nil {
		return nil
	}
	for _, t := range s.alarms.threads {
		if t.id == id {
			return t
		}
	}
	return nil
}
