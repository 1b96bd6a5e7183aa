package explore

import (
	"context"

	"weft"
	"weft/threads"
)

// WebAssembly lets a program do to its memory what elsewhere ends it: use a null pointer, or memory that was freed.
// It is a failure here. To look at each access takes longer than all else, so schedules are looked at where the
// program is watched anyway: in those that learn everywhere, in others at the points, which are where threads meet,
// and where memory is allocated and freed. With [Config.Heap] it is everywhere, always. A schedule that fails is
// repeated with all of the program watched.

// misused returns what is wrong with what a thread is about to do; nil if nothing is.
func (w *world) misused(t *threads.Thread, s *site, a access, q *weft.Watched) error {
	if address, is := s.throughNull(a); is && w.nulls {
		return &nullError{address}
	}
	if err := w.heap.sees(t, s, a, &q.Operands); err != nil {
		return err
	}
	return nil
}

// stands notes the access before which a thread stands at a point: others may come first.
func (w *world) stands(t *threads.Thread, s *site, a access) {
	for len(w.pending) <= t.ID() {
		w.pending = append(w.pending, pendingAccess{})
	}
	w.pending[t.ID()] = pendingAccess{s, a}
}

// standing returns the access before which a thread stands; false if it stands before none.
func (w *world) standing(t *threads.Thread) (p pendingAccess, ok bool) {
	if t.ID() < len(w.pending) {
		p = w.pending[t.ID()]
	}
	return p, p.site != nil
}

// goesOn looks at that access again, when the thread goes on behind another one, which may have freed that memory.
func (w *world) goesOn(p *threads.Point, next *threads.Thread) {
	pending, ok := w.standing(next)
	if !ok || next == p.Thread || !w.looks || !w.heap.looksAt(next, pending.site) {
		return
	}
	if err := w.heap.uses(pending.site, pending.access); err != nil {
		err.next, err.at = next, p.Thread
		w.scheduler.Stop(err)
	}
}

// isMisuse reports whether a failure is of those that are found by looking at accesses.
func (f *Failure) isMisuse() bool { return f != nil && (f.Kind == KindNull || f.Kind == KindHeap) }

// looks reports whether a site is watched although there is no point.
func (s *search) looks(t *site) bool {
	return t.class.isHeap() || (s.config.Heap || s.looksAll) && !t.system
}

// lookAgain repeats the schedule that fails with all of the program watched. If something is wrong before it fails,
// that is the failure: at a point or not, and all stays watched from then on.
func (s *search) lookAgain(ctx context.Context) error {
	s.looksAll = true
	r, err := s.newReplayer(ctx, s.report.found, func(*site) bool { return false })
	if err != nil {
		return err
	}
	defer r.world.close()
	o, err := r.run(ctx, s.report.found, nil)
	if err != nil {
		return err
	}
	s.looksAll = o.failure.isMisuse()
	if s.looksAll {
		s.report.Failure = o.failure
	}
	if s.looksAll || len(s.workers) == 0 { // none if the search has still learned
		return s.freeze(ctx)
	}
	return nil
}
