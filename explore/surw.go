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
	known  *knowledge
	places []uint64 // words that threads share, in order
	total  int      // of their events

	place    uint64
	hasPlace bool
	left     []int // by thread: events at the place
	weights  []int // by thread: those, and those of the threads that it will make
	made     int   // the last thread that has been made
	intended int   // the thread that is to come to the place next; -1 for none
	stays    int   // points since it was chosen
	room     []*threads.Thread
}

// mostStays is after how many points without it another thread is intended: the first may wait for others.
const mostStays = 200

// newSURW makes one for what is known. It must not change afterwards.
func newSURW(k *knowledge) *surw {
	s := &surw{known: k}
	for place, e := range k.events {
		if e.threads() > 1 {
			s.places = append(s.places, place)
			s.total += e.total
		}
	}
	slices.Sort(s.places)
	return s
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

func (s *surw) begin(seed uint64) {
	s.randomness.begin(seed)
	s.place, s.intended, s.stays, s.made = 0, -1, 0, 0
	s.left, s.hasPlace = s.left[:0], false
	if s.total == 0 {
		return
	}
	n := s.IntN(s.total)
	for _, place := range s.places {
		e := s.known.events[place]
		if n -= e.total; n < 0 {
			s.place, s.hasPlace, s.left = place, true, append(s.left, e.byThread...)
			return
		}
	}
}

// isThere reports whether a thread is about to do something at the place.
func (s *surw) isThere(t *threads.Thread) bool {
	p := t.At()
	return s.hasPlace && p.Site != 0 && p.Size > 0 &&
		p.Address>>wordShift <= s.place && s.place <= (p.Address+uint64(p.Size)-1)>>wordShift
}

// Choose implements [threads.Chooser].
func (s *surw) Choose(p threads.Point, candidates []*threads.Thread, _ *threads.Thread) *threads.Thread {
	s.stays++
	if p.Kind == threads.Spawn {
		s.made++
	}
	if s.intended < 0 || s.stays > mostStays || givesWay(p) && p.Thread.ID() == s.intended {
		s.intend(candidates)
	}
	next := s.choose(p, candidates)
	if s.isThere(next) {
		if id := next.ID(); id < len(s.left) && s.left[id] > 0 {
			s.left[id]--
		}
		s.intended = -1
	}
	return next
}

// choose returns one of those that are not about to do something at the place, and of the intended one.
func (s *surw) choose(p threads.Point, candidates []*threads.Thread) *threads.Thread {
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

// intend chooses the thread that comes to the place next, by how much it has left to do there.
func (s *surw) intend(candidates []*threads.Thread) {
	s.stays, s.intended = 0, -1
	s.weigh()
	total := 0
	for _, t := range candidates {
		total += s.weight(t)
	}
	if total == 0 {
		return
	}
	n := s.IntN(total)
	for _, t := range candidates {
		if n -= s.weight(t); n < 0 {
			s.intended = t.ID()
			return
		}
	}
}

// weigh adds what threads that have not been made yet have to do to what those have that will make them.
func (s *surw) weigh() {
	s.weights = append(s.weights[:0], s.left...)
	for id := len(s.weights) - 1; id > s.made; id-- {
		if parent := s.known.parent(id); parent < id {
			s.weights[parent] += s.weights[id]
		}
	}
}

// weight returns how many events at the place a thread stands for, at least one if it is there.
func (s *surw) weight(t *threads.Thread) int {
	n := 0
	if t.ID() < len(s.weights) {
		n = s.weights[t.ID()]
	}
	if n == 0 && s.isThere(t) {
		n = 1
	}
	return n
}
