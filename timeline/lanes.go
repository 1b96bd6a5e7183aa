package timeline

import (
	"container/heap"
	"slices"
	"time"
)

// lanes gives each continuation a lane: that of one that has ended before it was made, if there is one, the
// uppermost, else a new one. Hosts have the first ones. They are in the order in which they were made.
func lanes(conts []continuation) (lane []int, count int) {
	lane = make([]int, len(conts))
	for i := range conts {
		if conts[i].host {
			lane[i] = count
			count++
		}
	}
	var busy busyLanes // by when they end
	var free freeLanes // by number
	for i := range conts {
		c := &conts[i]
		if c.host {
			continue
		}
		for len(busy) > 0 && busy[0].end <= c.begin() && c.begin() < c.finish() {
			heap.Push(&free, heap.Pop(&busy).(busyLane).lane)
		}
		if len(free) > 0 {
			lane[i] = heap.Pop(&free).(int)
		} else {
			lane[i] = count
			count++
		}
		heap.Push(&busy, busyLane{c.finish(), lane[i]})
	}
	return lane, count
}

func (c *continuation) begin() time.Duration  { return c.spans[0].from }
func (c *continuation) finish() time.Duration { return c.spans[len(c.spans)-1].to }

// total returns how long a continuation was in a state.
func (c *continuation) total(s state) time.Duration {
	var sum time.Duration
	for i := range c.spans {
		if c.spans[i].state == s {
			sum += c.spans[i].to - c.spans[i].from
		}
	}
	return sum
}

// largest returns the size of its largest stack, in bytes.
func (c *continuation) largest() uint64 {
	return slices.MaxFunc(c.spans, func(a, b span) int { return int(int64(a.stack) - int64(b.stack)) }).stack
}

// A busyLane is in use until its end.
type busyLane struct {
	end  time.Duration
	lane int
}

// busyLanes are a heap of those that end first.
type busyLanes []busyLane

func (h busyLanes) Len() int           { return len(h) }
func (h busyLanes) Less(i, j int) bool { return h[i].end < h[j].end }
func (h busyLanes) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *busyLanes) Push(x any)        { *h = append(*h, x.(busyLane)) }
func (h *busyLanes) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// freeLanes are a heap of the uppermost ones.
type freeLanes []int

func (h freeLanes) Len() int           { return len(h) }
func (h freeLanes) Less(i, j int) bool { return h[i] < h[j] }
func (h freeLanes) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *freeLanes) Push(x any)        { *h = append(*h, x.(int)) }
func (h *freeLanes) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
