package threads

import "math/bits"

// A traceHash tells schedules apart: a hash of the points and of who went on there.
type traceHash struct{ sum uint64 }

func (h *traceHash) word(w uint64) {
	const odd = 0x9e3779b97f4a7c15
	high, low := bits.Mul64(h.sum^w^odd, odd)
	h.sum = high ^ low
}

// Hash returns what tells the schedule so far apart from others: it is the same for the
// same points in the same order, and the same choices. It is 0 for a strategy that does not count steps.
func (s *Scheduler) Hash() uint64 { return s.trace.sum }
