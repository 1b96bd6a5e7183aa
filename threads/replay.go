package threads

import "slices"

// Replay is the strategy of the default schedule with some deviations: one that was recorded, or that somebody wants.
type Replay struct {
	ready  readySet
	wanted map[key]int
	// between has, by thread and point, the steps behind it at which something is wanted, in order.
	between map[key][]uint64
	next    *Thread
	of      *Scheduler
	missed  []Deviation
}

// NewReplay returns one with deviations, in any order.
func NewReplay(deviations ...Deviation) *Replay {
	r := &Replay{wanted: map[key]int{}, between: map[key][]uint64{}}
	for _, d := range deviations {
		if _, twice := r.wanted[d.key()]; twice {
			r.missed = append(r.missed, d) // the first one counts
			continue
		}
		r.wanted[d.key()] = d.Next
		if d.Steps > 0 {
			point := key{thread: d.Thread, point: d.Point}
			r.between[point] = append(r.between[point], d.Steps)
		}
	}
	for _, steps := range r.between {
		slices.Sort(steps)
	}
	return r
}

// Left returns the deviations that have not come to pass: there was no such point, or the thread was not ready there.
// After a run with those of the same program there are none.
func (r *Replay) Left() []Deviation {
	left := r.missed
	for k, next := range r.wanted {
		left = append(left, k.deviation(next))
	}
	slices.SortFunc(left, compareDeviations)
	return left
}

func (r *Replay) bind(s *Scheduler) { r.of = s }

// wakes lets time pass for a thread that sleeps.
func (r *Replay) wakes(id int) bool {
	t := r.of.sleeper(id)
	return t != nil && r.of.wakeEarly(t)
}

// Ready implements [Strategy].
func (r *Replay) Ready(t *Thread) { r.ready.add(t) }

// Next implements [Strategy].
func (r *Replay) Next(p *Point) *Thread {
	k := keyOf(p)
	next := r.ready.usual(p)
	if id, ok := r.wanted[k]; ok {
		delete(r.wanted, k)
		switch t := r.ready.find(id); {
		case t != nil:
			next = t
		case r.wakes(id):
			next = r.ready.find(id)
		case p.Thread == nil || p.Blocked || p.Thread.id != id:
			r.missed = append(r.missed, k.deviation(id))
		default:
			next = p.Thread
		}
	}
	r.ready.choose(p, next)
	r.next = next
	return next
}

// Steps implements [Strategy]: until the next deviation.
func (r *Replay) Steps() uint64 {
	t := r.next
	if t == nil {
		return SpinSteps
	}
	between := r.between[key{thread: t.id, point: t.points}]
	if i, _ := slices.BinarySearch(between, t.steps); i < len(between) {
		return between[i] - t.steps
	}
	return SpinSteps
}
