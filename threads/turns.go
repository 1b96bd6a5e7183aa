package threads

import "weft"

// Where nobody but RoundRobin decides, and nobody hears of points, threads are in weft.Turns: machine code hands over
// from one to the next then without asking. What a thread does (its State, what it is resumed with) is there, and so is
// who runs; of other threads it is in the Thread and the Scheduler.

// inTurn is RoundRobin with the queue there, but for those that are late: machine code lets others go on before them.
type inTurn struct{ *Scheduler }

// Ready implements [Strategy].
func (s inTurn) Ready(t *Thread) { s.push(t) }

// Next implements [Strategy].
func (s inTurn) Next(p *Point) *Thread { return s.taking.next(p, s) }

func (s inTurn) push(t *Thread) {
	t.turn.SetState(weft.TurnReady)
	t.turn.Push()
}

func (s inTurn) pop() *Thread { return s.inTurns[s.turns.Pop().Number()] }

// Steps implements [Strategy].
func (s inTurn) Steps() uint64 { return SpinSteps }

// serveTurns lets machine code hand over, or not. There are no threads.
func (s *Scheduler) serveTurns() error {
	c := &s.config
	_, s.served = s.strategy.(*RoundRobin)
	if s.served = s.served && !c.Steps && !c.Virtual && c.Watch == nil && c.Trace == nil; !s.served {
		return s.swap.Serve(nil)
	}
	if s.turns == nil {
		var err error
		if s.turns, err = s.store.NewTurns(); err != nil {
			return err
		}
		s.inTurns = make([]*Thread, 1)
	}
	s.strategy = inTurn{s}
	return s.swap.Serve(s.turns)
}

// giveTurn gives a thread a turn that begins.
func (s *Scheduler) giveTurn(t *Thread) error {
	if t.served = s.served; !t.served {
		t.waiter = s.store.NewWaiter(t.wake)
		return nil
	}
	t.turn = s.turns.Add()
	t.waiter = t.turn.NewWaiter(t.wake)
	n := t.turn.Number()
	if n == len(s.inTurns) {
		s.inTurns = append(s.inTurns, nil)
	}
	s.inTurns[n] = t
	return t.turn.SetGlobals(t.spec.Globals, t.globals)
}

// wake is called when code of this store has notified the thread, or somebody else.
func (t *Thread) wake(here bool) {
	s := t.scheduler
	if !here {
		s.post(message{thread: t, about: woken})
		return
	}
	s.awake(t)
	if by := s.Current(); by != nil && by.isGreedy() {
		s.wakes = by
		s.store.RequestPauseHere()
	}
}

// takeTurn ends the turn of a thread, which may have been stopped for good while it waits.
func (s *Scheduler) takeTurn(t *Thread) {
	t.waiter.Leave()
	if t.served {
		t.become(Ready, 0)
		s.inTurns[t.turn.Number()] = nil
		t.turn.Remove()
		t.turn, t.served = weft.Turn{}, false
	}
	t.state = Ended
}

// Current returns the thread that runs; nil if none does. It is for host functions.
func (s *Scheduler) Current() *Thread {
	if s.served {
		return s.inTurns[s.turns.Running().Number()]
	}
	return s.current
}

// runs notes that a thread goes on. Machine code may have woken it before a timeout that it had.
func (s *Scheduler) runs(t *Thread) {
	if t.served {
		s.runsInTurn(t)
		return
	}
	s.current, t.state = t, Running
}

func (s *Scheduler) runsInTurn(t *Thread) {
	if t.alarm.place > 0 {
		s.alarms.remove(t)
	}
	t.turn.Hold(false)
	t.turn.Run()
}

// nobodyRuns notes that no thread runs.
func (s *Scheduler) nobodyRuns() {
	s.current = nil
	s.turns.Stop()
}

// othersWait reports whether threads are ready beside the one that runs.
func (s *Scheduler) othersWait() bool {
	if s.served {
		return s.turns.Any() || s.taking.late.size > 0
	}
	return s.waiting > 0
}

// State returns what the thread does.
func (t *Thread) State() State {
	if t.served {
		return State(t.turn.State())
	}
	return t.state
}

// become notes what a thread does, and with what it goes on.
func (t *Thread) become(s State, result uint32) {
	if t.served {
		t.becomeInTurn(s, result)
		return
	}
	t.state, t.result = s, result
	t.greedy = t.greedy && s == Ready
}

// isGreedy reports whether a thread has computed for a whole slice, and not waited since: where it wakes another, those
// go on that are ready.
func (t *Thread) isGreedy() bool {
	if t.served {
		return t.turn.AsksAtWake()
	}
	return t.greedy
}

func (t *Thread) beGreedy(yes bool) {
	if t.served {
		t.turn.AskAtWake(yes)
	}
	t.greedy = yes
}

func (t *Thread) becomeInTurn(s State, result uint32) {
	t.turn.SetState(weft.TurnState(s))
	t.turn.SetResult(result)
	if s != Ready {
		t.turn.AskAtWake(false)
	}
}

// goesOnWith returns with what a thread goes on.
func (t *Thread) goesOnWith() uint32 {
	if t.served {
		return t.turn.Result()
	}
	return t.result
}

// Address returns at which address a waiting thread waits.
func (t *Thread) Address() uint64 {
	if t.served {
		address, _ := t.turn.Place()
		return address
	}
	return t.address
}

// At returns the point at which the thread has stopped; an Idle one before it has begun. It is the scheduler's, to be
// read before the thread goes on.
func (t *Thread) At() *Point {
	if t.served {
		if address, size := t.turn.Place(); size != 0 { // machine code may have stopped it there
			p := t.stands(Wait, true)
			p.Address, p.Size = address, size
		}
	}
	return &t.at
}
