package threads

import "weft"

// Where nobody but RoundRobin decides, and nobody hears of points, threads are in weft.Turns: machine code hands over
// from one to the next then without asking. What a thread does (its State, what it is resumed with) is there in any
// case.

// inOrder reports whether a strategy is the scheduler's, and machine code may do as it would.
func (s *Scheduler) inOrder(r *RoundRobin) bool {
	c := &s.config
	return s.strategy == Strategy(r) && !c.Steps && !c.Virtual && c.Watch == nil && c.Trace == nil
}

// serveTurns lets machine code hand over, or not.
func (s *Scheduler) serveTurns() error {
	r, ok := s.strategy.(*RoundRobin)
	if s.served = ok && s.inOrder(r); s.served {
		return s.swap.Serve(s.turns)
	}
	return s.swap.Serve(nil)
}

// giveTurn gives a thread a turn that begins.
func (s *Scheduler) giveTurn(t *Thread) error {
	t.turn = s.turns.Add()
	if err := t.turn.SetGlobals(t.spec.Globals, t.globals); err != nil {
		t.turn.Remove()
		return err
	}
	n := t.turn.Number()
	if n == len(s.inTurns) {
		s.inTurns = append(s.inTurns, nil)
	}
	s.inTurns[n] = t
	return nil
}

// takeTurn ends the turn of a thread, which may have been stopped for good while it waits.
func (s *Scheduler) takeTurn(t *Thread) {
	t.waiter.Leave()
	t.becomes(Ready, 0)
	s.inTurns[t.turn.Number()] = nil
	t.turn.Remove()
	t.turn = weft.Turn{}
}

// runs notes that a thread goes on. Machine code may have woken it before a timeout that it had.
func (s *Scheduler) runs(t *Thread) {
	if t.alarm.place > 0 {
		s.alarms.remove(t)
	}
	t.turn.Hold(false)
	t.turn.Run()
}

// becomes notes what a thread does, and with what it goes on.
func (t *Thread) becomes(s State, result uint32) {
	t.turn.SetState(weft.TurnState(s))
	t.turn.SetResult(result)
}

// parks notes that a thread waits for what a host function has begun.
func (t *Thread) parks() { t.turn.SetState(weft.TurnState(Parked)) }

// othersWait reports whether threads are ready beside the one that runs.
func (s *Scheduler) othersWait() bool {
	if s.served {
		return s.turns.Any()
	}
	return s.waiting > 0
}
