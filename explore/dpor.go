package explore

import (
	"context"
	"errors"

	"weft/threads"
)

// dpor is dynamic partial-order reduction (C. Flanagan, P. Godefroid: Dynamic Partial-Order Reduction for Model Checking
// Software, POPL 2005) with sleep sets (P. Godefroid: Partial-Order Methods for the Verification of Concurrent Systems,
// 1996): of schedules in which only events without conflict have changed places, one runs. After each schedule, two
// events that conflict, and that nothing orders, say where to go another way: where the first was about to happen, the
// thread of the second goes first. When there is no such place left, all schedules have been looked at.
//
// Events are what threads do at scheduling points. A thread that is about to lock what another one has counts as one
// that could go on; it waits then. Each schedule depends on the one before, so they run one after the other.
type dpor struct {
	nodes []*dporNode // where there was a choice, on the path of the schedule
	at    int         // the node that the schedule comes to next
	here  *dporNode   // the last one to which it has come
	chose bool        // it has come there at the point at which it is
	steps []dporStep
	made  int // threads beside the first
	world *world
	// waiting has the calls that wait for something, by the offsets of the instructions.
	waiting map[uint32]bool
}

// A dporNode is a point with several candidates.
type dporNode struct {
	candidates []dporEvent
	chosen     int          // a thread
	backtrack  map[int]bool // threads that are to go first here, too
	done       map[int]bool // those that have
	sleep      []dporEvent  // what has been tried, and has conflicted with nothing since
}

// A dporEvent is what a thread is about to do.
type dporEvent struct {
	thread int
	point  threads.Point
}

// A dporStep is an event that has happened.
type dporStep struct {
	dporEvent
	node    *dporNode // nil where there was no choice
	spawned int       // the thread that it has made; 0 for none
	// clock has, by thread, how many of the steps up to its last one come before this in any case, itself included.
	clock []int
}

// errSeen ends a schedule that would only repeat others in another order.
var errSeen = errors.New("explore: the schedule is as good as another one")

func (d *dpor) begin(uint64) { d.at, d.here, d.chose, d.made, d.steps = 0, nil, false, 0, d.steps[:0] }

// Choose implements [threads.Chooser].
func (d *dpor) Choose(p *threads.Point, candidates []*threads.Thread, usual *threads.Thread) *threads.Thread {
	if d.at == len(d.nodes) {
		d.nodes = append(d.nodes, d.newNode(p, candidates, usual))
	}
	d.here, d.chose = d.nodes[d.at], true
	d.at++
	for _, t := range candidates {
		if t.ID() == d.here.chosen {
			return t
		}
	}
	d.world.scheduler.Stop(errSeen) // all candidates sleep
	return usual
}

// newNode makes the node of a point to which no schedule has come.
func (d *dpor) newNode(p *threads.Point, candidates []*threads.Thread, usual *threads.Thread) *dporNode {
	n := &dporNode{chosen: -1, backtrack: map[int]bool{}, done: map[int]bool{}}
	n.sleep = d.asleep()
	exiting := false // the end of the program comes last, or the events of others are not seen at all
	for _, t := range candidates {
		n.candidates = append(n.candidates, dporEvent{t.ID(), *t.At()})
		if sleeps(n.sleep, t.ID()) || givesWay(p) && t == p.Thread {
			continue
		}
		exits := t.At().Kind == threads.Exit
		if n.chosen < 0 || exiting || t == usual && !exits {
			n.chosen, exiting = t.ID(), exits
		}
	}
	if n.chosen >= 0 {
		n.backtrack[n.chosen] = true
	}
	return n
}

// asleep returns which events sleep at a new node: those of the last one that conflict with nothing that has happened
// since.
func (d *dpor) asleep() []dporEvent {
	if d.here == nil {
		return nil
	}
	var list []dporEvent
	for _, e := range d.here.sleep {
		awake := false
		for i := len(d.steps) - 1; i >= 0; i-- {
			awake = awake || d.steps[i].thread == e.thread || d.conflict(&d.steps[i].point, &e.point)
			if d.steps[i].node == d.here {
				break
			}
		}
		if !awake {
			list = append(list, e)
		}
	}
	return list
}

func sleeps(list []dporEvent, thread int) bool {
	for i := range list {
		if list[i].thread == thread {
			return true
		}
	}
	return false
}

// access implements observer: all watched instructions are points.
func (d *dpor) access(*threads.Thread, int, *site, access) bool { return true }

// point implements observer: it notes what happens.
func (d *dpor) point(p *threads.Point, next *threads.Thread) {
	if p.Kind == threads.Spawn {
		d.made++
		if n := len(d.steps); n > 0 && d.steps[n-1].thread == p.Thread.ID() {
			d.steps[n-1].spawned = d.made
		}
	}
	if next == nil {
		return
	}
	step := dporStep{dporEvent: dporEvent{next.ID(), *next.At()}}
	if d.chose {
		step.node, d.chose = d.here, false
	}
	d.steps = append(d.steps, step)
}

// conflict is [conflict] for points of which one may be in the middle of a wait: that of a condition lets go of a lock,
// and takes it again, inside the library. So waits conflict with all by which threads synchronise. The end of the
// program conflicts with what the host sees; nobody sees what else it cuts off.
func (d *dpor) conflict(a, b *threads.Point) bool {
	return conflict(a, b) || a.Kind == threads.Exit && b.Kind == threads.Call ||
		a.Kind == threads.Call && b.Kind == threads.Exit || d.waits(a) && d.synchronises(b) || d.waits(b) && d.synchronises(a)
}

func (d *dpor) waits(p *threads.Point) bool {
	return p.Kind == threads.Wait || p.Site != 0 && d.waiting[p.Site]
}

func (d *dpor) synchronises(p *threads.Point) bool {
	return p.Kind == threads.Sync || p.Kind == threads.Wait
}

// newDPOR makes one for a world.
func newDPOR(w *world) *dpor {
	d := &dpor{world: w, waiting: map[uint32]bool{}}
	for i := range w.program.watched {
		if s := &w.program.watched[i]; s.lock == waitsFor {
			d.waiting[s.offset] = true
		}
	}
	return d
}

// look finds where the schedule that has run could have gone another way.
func (d *dpor) look() {
	for _, t := range d.world.scheduler.Threads() { // what has not happened could have
		d.steps = append(d.steps, dporStep{dporEvent: dporEvent{t.ID(), *t.At()}})
	}
	last := map[int][]int{} // by thread: the clock of its last step
	for i := range d.steps {
		s := &d.steps[i]
		s.clock = last[s.thread]
		raced := false
		for j := i - 1; j >= 0; j-- {
			before := &d.steps[j]
			if before.thread == s.thread || !d.conflict(&before.point, &s.point) || at(s.clock, before.thread) > j {
				continue // the last one: it is ordered behind that already, and all that comes before it
			}
			if !raced && before.node != nil {
				before.node.mark(s.thread)
			}
			raced = true
			s.clock = joined(s.clock, before.clock)
		}
		s.clock = set(s.clock, s.thread, i+1)
		last[s.thread] = s.clock
		if s.spawned != 0 {
			last[s.spawned] = s.clock
		}
	}
}

func at(c []int, thread int) int {
	if thread < len(c) {
		return c[thread]
	}
	return 0
}

func set(c []int, thread, n int) []int {
	c = append([]int(nil), c...)
	for len(c) <= thread {
		c = append(c, 0)
	}
	c[thread] = max(c[thread], n)
	return c
}

func joined(a, b []int) []int {
	a = append([]int(nil), a...)
	for i, n := range b {
		a = set(a, i, n)
	}
	return a
}

// mark lets a thread go first at a node, or, if it could not, any.
func (n *dporNode) mark(thread int) {
	for i := range n.candidates {
		if n.candidates[i].thread == thread {
			n.backtrack[thread] = true
			return
		}
	}
	for i := range n.candidates {
		n.backtrack[n.candidates[i].thread] = true
	}
}

// next goes back to the last node from which a thread is to go first that has not; false if there is none.
func (d *dpor) next() bool {
	for len(d.nodes) > 0 {
		n := d.nodes[len(d.nodes)-1]
		for _, e := range n.candidates {
			if e.thread == n.chosen && !n.done[n.chosen] {
				n.done[n.chosen] = true
				n.sleep = append(n.sleep, e)
			}
		}
		for _, e := range n.candidates {
			if n.backtrack[e.thread] && !n.done[e.thread] && !sleeps(n.sleep, e.thread) {
				n.chosen = e.thread
				return true
			}
		}
		d.nodes = d.nodes[:len(d.nodes)-1]
	}
	return false
}

// reduce runs the search by partial-order reduction to its end.
func (s *search) reduce(ctx context.Context) error {
	w := s.workers[0]
	d := newDPOR(w.world)
	cut := false
	for !s.over() {
		o, err := w.world.run(ctx, d, 0, d)
		if err != nil {
			return err
		}
		d.look()
		cut = cut || o.failure != nil && o.failure.Kind == KindHang
		if !o.pruned {
			s.take(&job{strategy: DPOR, outcome: o}, string(DPOR))
		}
		if !d.next() {
			s.report.Exhausted = !cut
			return nil
		}
	}
	return nil
}
