package explore

import "weft/threads"

// exitsLast chooses as another strategy does; but in every other schedule, by chance, threads that are about to end the
// program come last. Many programs end without waiting for their threads. Where that has the chance of any other event,
// it nearly always comes before the threads have done much.
type exitsLast struct {
	chooser
	randomness
	patience int // how many choices may be made without those that end the program: others may run forever
	left     int
	room     []*threads.Thread
}

func (e *exitsLast) begin(seed uint64) {
	e.chooser.begin(seed)
	e.randomness.begin(^seed)
	e.left = e.patience * e.IntN(2)
}

// Choose implements [threads.Chooser].
func (e *exitsLast) Choose(p *threads.Point, candidates []*threads.Thread, usual *threads.Thread) *threads.Thread {
	if e.left > 0 {
		e.room = e.room[:0]
		for _, t := range candidates {
			if t.At().Kind != threads.Exit {
				e.room = append(e.room, t)
			}
		}
		if n := len(e.room); n > 0 && n < len(candidates) {
			e.left--
			candidates = e.room
		}
	}
	return e.chooser.Choose(p, candidates, usual)
}
