package explore

import (
	"math/rand/v2"

	"weft/threads"
)

// randomness is what strategies draw from. A seed makes it begin anew.
type randomness struct {
	source rand.PCG
	*rand.Rand
}

func (r *randomness) begin(seed uint64) {
	r.source.Seed(seed, 0x6578706c6f7265)
	if r.Rand == nil {
		r.Rand = rand.New(&r.source)
	}
}

// conflict reports whether the order of what two threads are about to do matters: both access the same bytes, and one
// of them writes.
func conflict(a, b *threads.Point) bool {
	return (a.Writes || b.Writes) && a.Address < b.Address+uint64(b.Size) && b.Address < a.Address+uint64(a.Size)
}

// givesWay reports whether the thread of a point asks that others run, or waits for time to pass.
func givesWay(p *threads.Point) bool {
	switch p.Kind {
	case threads.Yield, threads.Spin, threads.Sleep:
		return true
	}
	return p.Kind == threads.Wait && p.Blocked
}

// without returns the candidates without one, if there is another.
func without(candidates []*threads.Thread, t *threads.Thread, room []*threads.Thread) []*threads.Thread {
	room = room[:0]
	for _, c := range candidates {
		if c != t {
			room = append(room, c)
		}
	}
	if len(room) == 0 {
		return candidates
	}
	return room
}
