package explore

import "weft/threads"

// randomWalk chooses at each point among all candidates with equal chances (P. Thomson, A. Donaldson, A. Betts:
// Concurrency Testing Using Controlled Schedulers, TOPC 2016, section 2.3).
type randomWalk struct {
	randomness
	room []*threads.Thread
}

// Choose implements [threads.Chooser].
func (r *randomWalk) Choose(p *threads.Point, candidates []*threads.Thread, _ *threads.Thread) *threads.Thread {
	if givesWay(p) {
		r.room = without(candidates, p.Thread, r.room)
		candidates = r.room
	}
	return candidates[r.IntN(len(candidates))]
}
