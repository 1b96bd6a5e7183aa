package explore

import (
	"maps"
	"slices"

	"weft/threads"
)

// Threads that all hold something and want what the next one holds are stopped one after the other at one instruction,
// before they want it. The search for fewer deviations seldom finds that: each of them alone changes nothing.

// mostChained bounds the threads of a chain: all orders of them are tried.
const mostChained = 6

// chain returns a shorter list that fails in which threads are stopped one after the other at one instruction, and each
// time the next one goes on; nil if there is none. The instructions and threads are those of the list.
func chain(list []threads.Deviation, fails func([]threads.Deviation) (bool, error)) ([]threads.Deviation, error) {
	places, ids := map[threads.Deviation]bool{}, map[int]bool{}
	for _, d := range list {
		if d.Site != 0 {
			places[threads.Deviation{Site: d.Site, Point: d.Point}] = true
		}
		ids[d.Next] = true
		if d.Thread >= 0 {
			ids[d.Thread] = true
		}
	}
	if len(ids) > mostChained {
		return nil, nil
	}
	order := slices.Collect(maps.Keys(places))
	threads.SortDeviations(order)
	for n := 2; n < min(len(list), len(ids)); n++ {
		for _, at := range order {
			c := chaining{at: at, ids: slices.Sorted(maps.Keys(ids)), fails: fails}
			if found, err := c.extend(nil, n); found != nil || err != nil {
				return found, err
			}
		}
	}
	return nil, nil
}

// A chaining tries the chains at one instruction.
type chaining struct {
	at    threads.Deviation
	ids   []int
	fails func([]threads.Deviation) (bool, error)
}

// extend makes chains of n deviations that begin with some threads.
func (c *chaining) extend(begun []int, n int) ([]threads.Deviation, error) {
	if len(begun) == n+1 {
		list := make([]threads.Deviation, n)
		for i := range list {
			list[i] = c.at
			list[i].Thread, list[i].Next = begun[i], begun[i+1]
		}
		ok, err := c.fails(list)
		if !ok {
			list = nil
		}
		return list, err
	}
	for _, id := range c.ids {
		if slices.Contains(begun, id) {
			continue
		}
		if list, err := c.extend(append(slices.Clone(begun), id), n); list != nil || err != nil {
			return list, err
		}
	}
	return nil, nil
}
