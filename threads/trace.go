package threads

import "math/bits"

// A traceHash tells schedules apart: a hash of the points and of who went on there.
type traceHash struct{ sum uint64 }

// add mixes by the upper and lower half of a product, as wyhash does. It takes numbers of threads.
func (h *traceHash) add(p *Point, where, from, to uint64) {
	const odd, other = 0x9e3779b97f4a7c15, 0xd1b54a32d192ed03
	high, low := bits.Mul64(h.sum^uint64(p.Kind)^from<<8^to<<36^odd, where^other)
	h.sum = high ^ low
}

// where tells apart how far threads have come that stand at a point of the same kind.
func (t *Thread) where(p *Point) uint64 {
	if t == nil {
		return 0
	}
	return t.points<<20 ^ t.steps ^ p.Address<<32
}

// Hash returns what tells the schedule so far apart from others: it is the same for the
// same points in the same order, and the same choices. It is 0 for a strategy that does not count steps.
func (s *Scheduler) Hash() uint64 { return s.trace.sum }
