package explore

import (
	"slices"

	"weft/threads"
)

// surw is the Selectively Uniform Random Walk (H. Zhao, D. Wolff, U. Mathur, A. Roychoudhury: Selectively Uniform
// Concurrency Testing, ASPLOS 2025): of the events at one place in memory, which is chosen anew for each schedule, all
// orders have the same chance. For that the next thread to come there is chosen by how many such events it has left,
// the threads that it will yet make included; until it comes, others stop before theirs. What else happens is a random
// walk.
type surw struct {
	randomness
	known *knowledge
	draws draws

	place    uint64
	hasPlace bool
	left     []int // by thread: events at the place
	made     int   // the last thread that has been made
	target   int   // the thread that is to come to the place next; -1 for none
	intended int   // the target or, as long as that has not been made, the thread that will make it
	stays    int   // points since it was drawn
	weights  []int // by thread: of the draw
	able     []bool
	room     []*threads.Thread
}

// draws are how places and threads are drawn.
type draws interface {
	// place draws a place that threads share; false if there is none.
	place(r *randomness) (uint64, bool)
	// thread draws a thread by weights, of which total, more than 0, is the sum.
	thread(r *randomness, weights []int, total int) int
}

// evenDraws are those of the paper: by how many events there are.
type evenDraws struct {
	known  *knowledge
	places []uint64 // words that threads share, in order
	total  int      // of their events
}

// newEvenDraws makes them for what is known. It must not change afterwards.
func newEvenDraws(k *knowledge) *evenDraws {
	d := &evenDraws{known: k, places: k.places()}
	for _, place := range d.places {
		d.total += k.events[place].total
	}
	return d
}

// places returns the words at which several threads have events, in order.
func (k *knowledge) places() []uint64 {
	var list []uint64
	for place, e := range k.events {
		if e.threads() > 1 {
			list = append(list, place)
		}
	}
	slices.Sort(list)
	return list
}

// threads returns how many threads have events.
func (e *wordEvents) threads() int {
	n := 0
	for _, events := range e.byThread {
		if events > 0 {
			n++
		}
	}
	return n
}

func (d *evenDraws) place(r *randomness) (uint64, bool) {
	if d.total == 0 {
		return 0, false
	}
	n := r.IntN(d.total)
	for _, place := range d.places {
		if n -= d.known.events[place].total; n < 0 {
			return place, true
		}
	}
	return 0, false
}

func (d *evenDraws) thread(r *randomness, weights []int, total int) int {
	n := r.IntN(total)
	for id, weight := range weights {
		if n -= weight; n < 0 {
			return id
		}
	}
	return -1
}

// newSURW makes one for what is known. It must not change afterwards.
func newSURW(k *knowledge, d draws) *surw { return &surw{known: k, draws: d} }

func (s *surw) begin(seed uint64) {
	s.randomness.begin(seed)
	s.target, s.intended, s.stays, s.made = -1, -1, 0, 0
	s.left = s.left[:0]
	if s.place, s.hasPlace = s.draws.place(&s.randomness); s.hasPlace {
		s.left = append(s.left, s.known.events[s.place].byThread...)
	}
}

// isThere reports whether a thread is about to do something at the place.
func (s *surw) isThere(t *threads.Thread) bool {
	p := t.At()
	return s.hasPlace && p.Site != 0 && p.Size > 0 &&
		p.Address>>wordShift <= s.place && s.place <= (p.Address+uint64(p.Size)-1)>>wordShift
}

// Choose implements [threads.Chooser].
func (s *surw) Choose(p *threads.Point, candidates []*threads.Thread, _ *threads.Thread) *threads.Thread {
	s.stays++
	if p.Kind == threads.Spawn {
		s.made++
		s.intended = s.maker(s.target)
	}
	if s.intended < 0 || s.stays > s.most() || givesWay(p) && p.Thread.ID() == s.intended {
		s.intend(candidates)
	}
	next := s.choose(p, candidates)
	if s.isThere(next) {
		if id := next.ID(); id < len(s.left) && s.left[id] > 0 {
			s.left[id]--
		}
		s.target, s.intended = -1, -1
	}
	return next
}

// most returns after how many points without it another thread is intended: the first may wait for others.
func (s *surw) most() int {
	const fewest, forEach = 200, 20
	return fewest + forEach*s.made
}

// choose returns one of those that are not about to do something at the place, and of the intended one.
func (s *surw) choose(p *threads.Point, candidates []*threads.Thread) *threads.Thread {
	s.room = s.room[:0]
	for _, t := range candidates {
		if (t.ID() == s.intended || !s.isThere(t)) && !(givesWay(p) && t == p.Thread) {
			s.room = append(s.room, t)
		}
	}
	if len(s.room) == 0 { // the intended one cannot run: one of those that are there
		s.intend(candidates)
		for _, t := range candidates {
			if t.ID() == s.intended {
				return t
			}
		}
		return candidates[s.IntN(len(candidates))]
	}
	return s.room[s.IntN(len(s.room))]
}

// intend draws the thread that comes to the place next, by how much it has left to do there: one of the candidates, or
// of those that they will yet make.
func (s *surw) intend(candidates []*threads.Thread) {
	s.stays, s.target, s.intended = 0, -1, -1
	clear(s.able)
	s.weights = append(s.weights[:0], s.left...)
	for _, t := range candidates {
		id := t.ID()
		for len(s.able) <= id {
			s.able = append(s.able, false)
		}
		s.able[id] = true
		for len(s.weights) <= id {
			s.weights = append(s.weights, 0)
		}
		if s.weights[id] == 0 && s.isThere(t) {
			s.weights[id] = 1
		}
	}
	total := 0
	for id := range s.weights {
		if maker := s.maker(id); maker >= len(s.able) || !s.able[maker] {
			s.weights[id] = 0
		}
		total += s.weights[id]
	}
	if total > 0 {
		s.target = s.draws.thread(&s.randomness, s.weights, total)
		s.intended = s.maker(s.target)
	}
}

// maker returns a thread that has been made: itself, or the one that will make it, perhaps by others.
func (s *surw) maker(id int) int {
	for id > s.made {
		id = min(s.known.parent(id), id-1)
	}
	return id
}
