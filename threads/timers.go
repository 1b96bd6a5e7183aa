package threads

import (
	"container/heap"
	"math"
	"time"
)

// An alarm is when a thread that waits goes on in any case.
type alarm struct {
	when  int64 // nanoseconds
	order uint64
	place int // in the heap, from 1 on; 0 if it is not set
}

// alarms is a heap of the threads with an alarm, the earliest first; of equal ones that which was set first.
type alarms struct {
	threads []*Thread
	order   uint64
}

func (a *alarms) Len() int { return len(a.threads) }

func (a *alarms) Less(i, j int) bool {
	x, y := &a.threads[i].alarm, &a.threads[j].alarm
	return x.when < y.when || x.when == y.when && x.order < y.order
}

func (a *alarms) Swap(i, j int) {
	a.threads[i], a.threads[j] = a.threads[j], a.threads[i]
	a.threads[i].alarm.place, a.threads[j].alarm.place = i+1, j+1
}

func (a *alarms) Push(x any) {
	t := x.(*Thread)
	a.threads = append(a.threads, t)
	t.alarm.place = len(a.threads)
}

func (a *alarms) Pop() any {
	last := len(a.threads) - 1
	t := a.threads[last]
	a.threads[last] = nil
	a.threads = a.threads[:last]
	t.alarm.place = 0
	return t
}

// set sets the alarm of a thread to some time from now.
func (a *alarms) set(t *Thread, now int64, d time.Duration) {
	when := int64(math.MaxInt64)
	if int64(d) < math.MaxInt64-now {
		when = now + int64(d)
	}
	a.order++
	t.alarm.when, t.alarm.order = when, a.order
	heap.Push(a, t)
}

// clear takes it back, if it is set.
func (a *alarms) clear(t *Thread) {
	if t.alarm.place > 0 {
		a.remove(t)
	}
}

func (a *alarms) remove(t *Thread) { heap.Remove(a, t.alarm.place-1) }

// first returns the thread whose alarm is the earliest; nil if there is none.
func (a *alarms) first() *Thread {
	if len(a.threads) == 0 {
		return nil
	}
	return a.threads[0]
}
