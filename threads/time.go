package threads

import (
	"context"
	"time"

	"weft"
)

// setAlarm lets a thread go on after some time, whatever happens.
func (s *Scheduler) setAlarm(t *Thread, d time.Duration) {
	s.alarms.set(t, s.now(), d)
	if s.alarms.first() == t {
		s.setClock()
	}
}

// setClock makes somebody look when the first alarm is due.
func (s *Scheduler) setClock() {
	first := s.alarms.first()
	if s.config.Virtual || first == nil {
		return
	}
	s.due = first.alarm.when
	d := time.Duration(s.due - s.now())
	if s.clock == nil {
		s.clock = time.AfterFunc(d, s.signal)
	} else {
		s.clock.Reset(d)
	}
}

// look does what others have asked for, and what is due.
func (s *Scheduler) look() {
	if s.news.Load() {
		s.read()
	}
}

// read does that when there is something.
func (s *Scheduler) read() {
	s.turns.AskAtWait(false)
	s.news.Store(false)
	s.mu.Lock()
	inbox := s.inbox
	s.inbox, s.spare = s.spare[:0], nil
	s.mu.Unlock()
	for _, m := range inbox {
		switch m.about {
		case woken:
			s.awake(m.thread)
		case retried:
			m.thread.retries.Store(false) // what comes from now on is another reason
			s.retry(m.thread, false)
		case asked:
			s.jobs = append(s.jobs, m.do)
		default:
			s.unpark(m.thread, m.result)
		}
	}
	clear(inbox)
	s.spare = inbox
	if !s.config.Virtual {
		s.ring()
	}
}

// ring lets those go on whose alarm is due.
func (s *Scheduler) ring() {
	rang := s.due <= s.now() // perhaps for one that waits no longer
	for t := s.alarms.first(); t != nil && t.alarm.when <= s.now(); t = s.alarms.first() {
		rang = true
		s.wakeUp(t)
	}
	if rang {
		s.setClock()
	}
}

// wakeUp lets a thread go on whose time is over.
func (s *Scheduler) wakeUp(t *Thread) {
	s.alarms.clear(t)
	switch {
	case t.attempt != nil:
		s.retry(t, true)
	case t.State() == Parked:
		s.ready(t, t.onAlarm)
	case t.waiter.Leave():
		s.ready(t, uint32(weft.TimedOut))
	}
}

// rest waits until a thread may be ready.
func (s *Scheduler) rest(ctx context.Context) error {
	first, closed := s.alarms.first(), s.store.Err()
	switch {
	case closed != nil: // by who was asked or told last
		return closed
	case s.config.Virtual && first != nil:
		s.passed = max(s.passed, first.alarm.when)
		s.ring()
		return context.Cause(ctx)
	case first == nil && !s.config.Outside && !s.serving && s.allWait():
		return s.deadlock()
	}
	select {
	case <-s.wake:
		return nil
	case <-ctx.Done():
		return &weft.Interrupt{Cause: context.Cause(ctx)}
	}
}

// allWait reports whether no thread waits for the host.
func (s *Scheduler) allWait() bool {
	for _, t := range s.threads {
		if t.State() != Waiting {
			return false
		}
	}
	return true
}

// arm makes the thread that runs stop after a slice of time, if another one is ready.
func (s *Scheduler) arm() {
	if s.othersWait() && !s.armed.Load() {
		s.beginSlice()
	}
}

// beginSlice asks for a pause after a slice of time, unless that is arranged already. Any goroutine may call it.
func (s *Scheduler) beginSlice() {
	if !s.armed.CompareAndSwap(false, true) {
		return
	}
	s.turns.AskAtWake(false)
	d := s.config.Slice
	if d == 0 {
		d = defaultSlice
	}
	time.AfterFunc(d, func() {
		s.turns.AskAtWake(true)
		s.armed.Store(false)
		s.store.RequestPause()
	})
}

// disarm says that no slice runs.
func (s *Scheduler) disarm() {
	s.armed.Store(s.noSlices())
	s.turns.AskAtWake(!s.noSlices())
}

// noSlices reports whether threads are not interrupted by time.
func (s *Scheduler) noSlices() bool { return s.counts || s.config.Slice < 0 }
