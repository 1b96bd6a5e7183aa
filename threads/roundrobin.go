package threads

// RoundRobin is the strategy in which threads run in turns: in the order in which they have become ready, each until it
// waits, yields, or its slice is over. Threads that compute for whole slices go on behind those that wait now and then:
// where one of them wakes another, those go on that are ready, and so get a lock before that takes it again.
// They do not starve: whoever yields, or has computed for a slice, lets one of them go on, unless it is one itself.
type RoundRobin struct {
	queue  queue
	taking takingTurns
}

// NewRoundRobin returns one that has no threads yet.
func NewRoundRobin() *RoundRobin { return &RoundRobin{} }

// Ready implements [Strategy].
func (r *RoundRobin) Ready(t *Thread) { r.queue.push(t) }

// Next implements [Strategy].
func (r *RoundRobin) Next(p *Point) *Thread { return r.taking.next(p, &r.queue) }

// A line is a list of threads, first in, first out. Its pop returns nil if there is none.
type line interface {
	push(t *Thread)
	pop() *Thread
}

// takingTurns is RoundRobin's rule, for any line of those who are ready.
type takingTurns struct {
	late    queue // those whose slice was over
	wasLate bool  // who runs was taken from there: the next one is not
}

func (r *takingTurns) next(p *Point, ready line) *Thread {
	goesOn := p.Thread != nil && !p.Blocked
	if goesOn && !p.Kind.endsTurn() {
		return p.Thread
	}
	late := p.Kind.favoursLate() && !r.wasLate
	next := r.pop(late, ready)
	if next == nil {
		late = !late
		next = r.pop(late, ready)
	}
	switch {
	case next == nil && goesOn:
		return p.Thread
	case next == nil:
		return nil
	case !goesOn:
	case p.Kind.makesLate():
		r.late.push(p.Thread)
	default:
		ready.push(p.Thread)
	}
	r.wasLate = late
	return next
}

func (r *takingTurns) pop(late bool, ready line) *Thread {
	if late {
		return r.late.pop()
	}
	return ready.pop()
}

// endsTurn reports whether a thread that could go on at a point of a kind lets others run first.
func (k Kind) endsTurn() bool { return k == Yield || k == Slice || k == Step || k == Spin || k == Wake }

// favoursLate reports whether those whose slice was over come before others there.
func (k Kind) favoursLate() bool { return k == Yield || k == Slice }

// makesLate reports whether a thread that lets others run there goes on behind those that become ready.
func (k Kind) makesLate() bool { return k == Slice || k == Wake }

// Steps implements [Strategy].
func (r *RoundRobin) Steps() uint64 { return SpinSteps }

// A queue is a line in a ring whose length is a power of two.
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
