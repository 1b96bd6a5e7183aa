package task

// timers is a binary heap of the tasks that sleep, the earliest first. Each task
// knows its place, so that it can be taken out when it is cancelled.
type timers []timer

type timer struct {
	when int64 // nanoseconds since the loop was made
	task *Task
}

func (h *timers) add(when int64, t *Task) {
	*h = append(*h, timer{})
	h.up(len(*h)-1, timer{when, t})
}

// remove takes out the timer at a place.
func (h *timers) remove(i int) {
	last := len(*h) - 1
	moved := (*h)[last]
	(*h)[last] = timer{}
	*h = (*h)[:last]
	if i < last {
		h.up(h.down(i, moved.when), moved)
	}
}

func (h timers) put(i int, t timer) {
	h[i] = t
	t.task.timer = int32(i)
}

// up moves a hole at i towards the root until t fits into it.
func (h timers) up(i int, t timer) {
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].when <= t.when {
			break
		}
		h.put(i, h[parent])
		i = parent
	}
	h.put(i, t)
}

// down moves a hole at i towards the leaves as long as what is below is earlier
// than when, and returns where it ends.
func (h timers) down(i int, when int64) int {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return i
		}
		if child+1 < len(h) && h[child+1].when < h[child].when {
			child++
		}
		if h[child].when >= when {
			return i
		}
		h.put(i, h[child])
		i = child
	}
}
