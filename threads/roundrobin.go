package threads

// RoundRobin is the strategy in which threads run in turns: in the order in which they have become ready, each until it
// waits, yields, or its slice is over.
type RoundRobin struct{ queue queue }

// NewRoundRobin returns one that has no threads yet.
func NewRoundRobin() *RoundRobin { return &RoundRobin{} }

// Ready implements [Strategy].
func (r *RoundRobin) Ready(t *Thread) { r.queue.push(t) }

// Next implements [Strategy].
func (r *RoundRobin) Next(p *Point) *Thread {
	if p.Thread == nil || p.Blocked {
		return r.queue.pop()
	}
	if !p.Kind.endsTurn() {
		return p.Thread
	}
	next := r.queue.pop()
	if next == nil {
		return p.Thread
	}
	r.queue.push(p.Thread)
	return next
}

// endsTurn reports whether a thread that could go on at a point of a kind lets others run first.
func (k Kind) endsTurn() bool { return k == Yield || k == Slice || k == Step || k == Spin }

// Steps implements [Strategy].
func (r *RoundRobin) Steps() uint64 { return SpinSteps }

// A queue is a list of threads, first in, first out: a ring whose length is a power of two.
type queue struct {
	ring       []*Thread
	head, size int
}

func (q *queue) push(t *Thread) {
	if q.size == len(q.ring) {
		ring := make([]*Thread, max(16, 2*q.size))
		n := copy(ring, q.ring[q.head:])
		copy(ring[n:], q.ring[:q.head])
		q.ring, q.head = ring, 0
	}
	q.ring[(q.head+q.size)&(len(q.ring)-1)] = t
	q.size++
}

// pop returns nil if there is none.
func (q *queue) pop() *Thread {
	if q.size == 0 {
		return nil
	}
	t := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.size--
	return t
}
