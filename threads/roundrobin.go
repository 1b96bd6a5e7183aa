package threads

// RoundRobin is the strategy in which threads run in turns: in the order in which they have become ready, each until it
// waits, yields, or its slice is over.
type RoundRobin struct {
	queue queue
	in    *Scheduler // in whose turns the threads are; nil if they are in the queue
}

// NewRoundRobin returns one that has no threads yet.
func NewRoundRobin() *RoundRobin { return &RoundRobin{} }

// Ready implements [Strategy].
func (r *RoundRobin) Ready(t *Thread) { r.push(t) }

// Next implements [Strategy].
func (r *RoundRobin) Next(p *Point) *Thread {
	if p.Thread == nil || p.Blocked {
		return r.pop()
	}
	switch p.Kind {
	case Yield, Slice, Step, Spin:
		next := r.pop()
		if next == nil {
			return p.Thread
		}
		r.push(p.Thread)
		return next
	}
	return p.Thread
}

// Steps implements [Strategy].
func (r *RoundRobin) Steps() uint64 { return SpinSteps }

func (r *RoundRobin) bind(s *Scheduler) {
	r.in = nil
	if s.inOrder(r) {
		r.in = s
	}
}

func (r *RoundRobin) push(t *Thread) {
	if r.in == nil {
		r.queue.push(t)
		return
	}
	t.turn.Push()
}

func (r *RoundRobin) pop() *Thread {
	if r.in == nil {
		return r.queue.pop()
	}
	return r.in.inTurns[r.in.turns.Pop().Number()]
}

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
