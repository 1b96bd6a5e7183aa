package explore

import (
	"slices"

	"weft/threads"
)

// bounded is the search by the number of deviations from the default schedule (M. Musuvathi, S. Qadeer: Iterative
// Context Bounding for Systematic Testing of Multithreaded Programs, PLDI 2007; here all departures count, not only
// preemptions): first all schedules with one, then all with two, and so on. What fails has the fewest that there are.
// Of those with as many, the first are those that depart where no other has: a thread comes to most instructions many
// times, and what goes wrong at one of them mostly does at the first or second time.
type bounded struct {
	queue []schedulePrefix // that have not run
	level int              // of the first in the queue
	next  []schedulePrefix // of the next level
	lost  bool             // something was left out
	begun bool
	open  int // schedules that have been taken and have not run
	shard Shard
}

// A schedulePrefix is a schedule told by its deviations: those of the one before it, and one more.
type schedulePrefix struct {
	before *schedulePrefix
	last   threads.Deviation
	depth  int
	rank   int // how many times its threads had been at the instructions of the deviations, in all
}

// deviations lists them, the first one first.
func (p *schedulePrefix) deviations() []threads.Deviation {
	list := make([]threads.Deviation, p.depth)
	for ; p.depth > 0; p = p.before {
		list[p.depth-1] = p.last
	}
	return list
}

// mostPrefixes is how many schedules are kept that have not run.
const mostPrefixes = 1 << 20

// take returns the next schedule; nil if there is none, for now or for ever.
func (b *bounded) take() *schedulePrefix {
	if !b.begun {
		b.begun = true
		b.open++
		return &schedulePrefix{}
	}
	if len(b.queue) == 0 {
		return nil
	}
	p := b.queue[0]
	b.queue = b.queue[1:]
	b.open++
	return &p
}

// ran adds what follows from a schedule that has run: all that depart from it once more, later.
func (b *bounded) ran(p *schedulePrefix, alternatives []threads.Deviation) {
	b.open--
	times := map[threads.Deviation]int{}
	for i, d := range alternatives {
		place := threads.Deviation{Thread: d.Thread, Site: d.Site, Next: d.Next}
		rank := p.rank + times[place]
		times[place]++
		if p.depth == 0 && !b.shard.has(i) {
			continue
		}
		if len(b.next) == mostPrefixes {
			b.lost = true
			return
		}
		b.next = append(b.next, schedulePrefix{p, d, p.depth + 1, rank})
	}
}

// advance begins the next level if the last one is done and nothing of it still runs. It reports whether there is one.
func (b *bounded) advance() bool {
	if len(b.queue) == 0 && b.open == 0 && len(b.next) > 0 {
		b.queue, b.next = b.next, nil
		slices.SortStableFunc(b.queue, func(p, q schedulePrefix) int { return p.rank - q.rank })
		b.level++
	}
	return len(b.queue) > 0
}

// complete returns up to how many deviations all schedules have run; -1 if not even the default one has.
func (b *bounded) complete() int {
	switch {
	case !b.begun || b.lost:
		return -1
	case len(b.queue) > 0 || b.open > 0:
		return b.level - 1
	}
	return b.level
}

// exhausted reports whether there are no more schedules.
func (b *bounded) exhausted() bool { return b.begun && !b.lost && b.open+len(b.queue)+len(b.next) == 0 }

// scripted is the chooser that follows deviations, and notes where else a thread could be let go on behind the last.
type scripted struct {
	wanted       map[threads.Deviation]int // by place
	left         int
	looks        bool // for alternatives
	everywhere   bool // also before the last deviation
	alternatives []threads.Deviation
}

// mostAlternatives is how many are noted of one schedule: threads that spin come to many points.
const mostAlternatives = 1 << 16

// follow makes it one for these deviations.
func (s *scripted) follow(list []threads.Deviation, looks bool) {
	if s.wanted == nil {
		s.wanted = map[threads.Deviation]int{}
	}
	clear(s.wanted)
	for _, d := range list {
		next := d.Next
		d.Next = 0
		s.wanted[d] = next
	}
	s.left, s.looks, s.alternatives = len(s.wanted), looks, nil
}

func (s *scripted) begin(uint64) {}

// Choose implements [threads.Chooser].
func (s *scripted) Choose(p *threads.Point, candidates []*threads.Thread, usual *threads.Thread) *threads.Thread {
	if s.left == 0 && !s.looks && !s.everywhere {
		return usual
	}
	place := p.Place()
	if _, wanted := s.wanted[place]; s.everywhere && !wanted {
		s.note(place, candidates, usual)
	}
	if s.left > 0 {
		id, ok := s.wanted[place]
		if !ok {
			return usual
		}
		delete(s.wanted, place)
		s.left--
		for _, t := range candidates {
			if t.ID() == id {
				return t
			}
		}
		return usual
	}
	if s.looks {
		s.note(place, candidates, usual)
	}
	return usual
}

// note adds what else there is to choose at a place.
func (s *scripted) note(place threads.Deviation, candidates []*threads.Thread, usual *threads.Thread) {
	for _, t := range candidates {
		if t != usual && len(s.alternatives) < mostAlternatives {
			place.Next = t.ID()
			s.alternatives = append(s.alternatives, place)
		}
	}
}
