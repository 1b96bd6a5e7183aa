package threads

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Deviation is where a schedule differs from the default one, in which each thread runs until it blocks, yields or
// spins, and then that one of the ready threads that was made first: after a Yield or Spin, first behind the one that
// stands there.
//
// It is told by a thread and its n-th point, not by how much has happened in the run: so without one of the deviations
// the others still mean what they did.
type Deviation struct {
	// Thread is the number of the one that stands at the point; -1 if none does (Idle).
	Thread int
	// Point counts the thread's points, from 1 on, but for Step points. Steps is 0 there; between two points it says
	// how many steps after the first.
	Point, Steps uint64
	// Site, unless it is 0, is the offset of a watched instruction in the binary. The point is before that, and Point
	// counts how often the thread has come to it. So such a deviation does not depend on what else is watched.
	Site uint32
	// Next is the thread that goes on.
	Next int
}

// String returns "1.7>2" for thread 1 at its 7th point, "1.7+120>2" for 120 steps behind that; "1@3fa.2>0" for before
// the 2nd time that it executes the instruction at 0x3fa; "i.3>2" for the third time that no thread ran.
func (d Deviation) String() string {
	thread := "i"
	if d.Thread >= 0 {
		thread = strconv.Itoa(d.Thread)
	}
	site, steps := "", ""
	if d.Site > 0 {
		site = fmt.Sprintf("@%x", d.Site)
	}
	if d.Steps > 0 {
		steps = fmt.Sprintf("+%d", d.Steps)
	}
	return fmt.Sprintf("%s%s.%d%s>%d", thread, site, d.Point, steps, d.Next)
}

// ParseDeviation reads what String has written.
func ParseDeviation(s string) (Deviation, error) {
	bad := func() (Deviation, error) {
		return Deviation{}, fmt.Errorf("threads: %q is not a deviation, such as 1.7>2, 1.7+120>2 or 1@3fa.2>0", s)
	}
	place, next, ok := strings.Cut(s, ">")
	thread, point, ok2 := strings.Cut(place, ".")
	if !ok || !ok2 {
		return bad()
	}
	var d Deviation
	var err [5]error
	thread, site, watched := strings.Cut(thread, "@")
	if watched {
		var n uint64
		n, err[4] = strconv.ParseUint(site, 16, 32)
		d.Site = uint32(n)
	}
	if d.Thread = -1; thread != "i" {
		d.Thread, err[0] = parseThread(thread)
	}
	point, steps, between := strings.Cut(point, "+")
	d.Point, err[1] = strconv.ParseUint(point, 10, 63)
	if between {
		d.Steps, err[2] = strconv.ParseUint(steps, 10, 63)
	}
	d.Next, err[3] = parseThread(next)
	if slices.ContainsFunc(err[:], func(e error) bool { return e != nil }) || between && d.Steps == 0 ||
		watched && (d.Site == 0 || d.Point == 0 || between || d.Thread < 0) {
		return bad()
	}
	return d, nil
}

func parseThread(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err
}

// key is the place of a deviation.
type key struct {
	thread       int
	point, steps uint64
	site         uint32
}

func (d Deviation) key() key { return key{d.Thread, d.Point, d.Steps, d.Site} }

func (k key) deviation(next int) Deviation {
	return Deviation{Thread: k.thread, Point: k.point, Steps: k.steps, Site: k.site, Next: next}
}

// A readySet has the threads that are ready, in the order of their numbers.
type readySet []*Thread

func (r readySet) place(id int) (int, bool) {
	return slices.BinarySearchFunc(r, id, func(t *Thread, id int) int { return t.id - id })
}

func (r *readySet) add(t *Thread) {
	i, _ := r.place(t.id)
	*r = slices.Insert(*r, i, t)
}

func (r *readySet) remove(t *Thread) {
	if i, ok := r.place(t.id); ok {
		*r = slices.Delete(*r, i, i+1)
	}
}

// find returns a thread by its number; nil if it is not ready.
func (r readySet) find(id int) *Thread {
	if i, ok := r.place(id); ok {
		return r[i]
	}
	return nil
}

// usual returns who goes on in the default schedule.
func (r readySet) usual(p *Point) *Thread {
	switch {
	case p.Thread == nil || p.Blocked:
		if len(r) == 0 {
			return nil
		}
		return r[0]
	case p.Kind != Yield && p.Kind != Spin || len(r) == 0:
		return p.Thread
	}
	i, _ := r.place(p.Thread.id)
	return r[i%len(r)]
}

// choose notes that a thread goes on at a point.
func (r *readySet) choose(p *Point, next *Thread) {
	if next == nil || next == p.Thread && !p.Blocked {
		return
	}
	r.remove(next)
	if p.Thread != nil && !p.Blocked {
		r.add(p.Thread)
	}
}

// keyOf returns the place of a point.
func keyOf(p *Point) key {
	if p.Thread == nil {
		return key{thread: -1, point: p.Visit}
	}
	k := key{thread: p.Thread.id, point: p.Thread.points}
	switch {
	case p.Site != 0:
		k.point, k.site = p.Visit, p.Site
	case p.Kind == Step:
		k.steps = p.Thread.steps
	}
	return k
}
