package threads

import "math/rand/v2"

// RandomWalk is the strategy that chooses at each point among all threads that could go on, with equal chances. Between
// points, it lets threads run for a random number of steps: mostly few, sometimes thousands.
type RandomWalk struct {
	random *rand.Rand
	ready  []*Thread
}

// NewRandomWalk returns one whose choices follow from a seed.
func NewRandomWalk(seed uint64) *RandomWalk {
	return &RandomWalk{random: rand.New(rand.NewPCG(seed, 0x77656674))}
}

// Ready implements [Strategy].
func (r *RandomWalk) Ready(t *Thread) { r.ready = append(r.ready, t) }

// Next implements [Strategy].
func (r *RandomWalk) Next(p *Point) *Thread {
	n := len(r.ready)
	if p.Thread != nil && !p.Blocked {
		n++
	}
	if n == 0 {
		return nil
	}
	i := 0
	if n > 1 {
		i = r.random.IntN(n)
	}
	if i == len(r.ready) {
		return p.Thread
	}
	next, last := r.ready[i], len(r.ready)-1
	if p.Thread != nil && !p.Blocked {
		r.ready[i] = p.Thread
		return next
	}
	r.ready[i] = r.ready[last]
	r.ready[last] = nil
	r.ready = r.ready[:last]
	return next
}

// mostStepsLog is the logarithm of the most steps between two points.
const mostStepsLog = 14

// Steps implements [Strategy]. Each order of magnitude has the same chance.
func (r *RandomWalk) Steps() uint64 {
	return 1 + r.random.Uint64N(1<<(1+r.random.UintN(mostStepsLog)))
}
