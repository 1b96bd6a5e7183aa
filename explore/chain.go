package explore

import (
	"cmp"
	"slices"

	"weft/threads"
)

// Threads that all hold something and want what the next one holds are stopped one after the other at one instruction,
// before they want it. The search for fewer deviations seldom finds that: each of them alone changes nothing.

// mostChained bounds the threads of a chain: all orders of them are tried.
const mostChained = 6

// A trial says of a list whether the program fails with it, and whether all of its deviations have come to pass.
type trial func(list []threads.Deviation) (fails, comes bool, err error)

// chain returns a shorter list that fails in which threads are stopped one after the other at one instruction, and each
// time the next one goes on; nil if there is none. The instructions are those of the list; the threads, too, and all
// that were made before these.
func chain(list []threads.Deviation, try trial) ([]threads.Deviation, error) {
	places, last := map[threads.Deviation]bool{}, 0
	for _, d := range list {
		if d.Site != 0 {
			places[threads.Deviation{Site: d.Site, Point: d.Point}] = true
		}
		last = max(last, d.Thread, d.Next)
	}
	if last >= mostChained {
		return nil, nil
	}
	var chains []chained
	for at := range places {
		for id := range last + 1 {
			chains = append(chains, chained{at, []int{id}})
		}
	}
	slices.SortFunc(chains, chained.compare)
	for n := 1; n < len(list) && len(chains) > 0; n++ {
		var longer []chained
		for _, c := range chains {
			for id := range last + 1 {
				if slices.Contains(c.threads, id) {
					continue
				}
				next := chained{c.at, append(slices.Clone(c.threads), id)}
				fails, comes, err := try(next.deviations())
				if fails || err != nil {
					return next.deviations(), err
				}
				if comes {
					longer = append(longer, next)
				}
			}
		}
		chains = longer
	}
	return nil, nil
}

// A chained is threads in the order in which they go on, all but the last one up to an instruction.
type chained struct {
	at      threads.Deviation
	threads []int
}

func (c chained) compare(d chained) int {
	return cmp.Or(cmp.Compare(c.at.Site, d.at.Site), cmp.Compare(c.at.Point, d.at.Point),
		slices.Compare(c.threads, d.threads))
}

func (c chained) deviations() []threads.Deviation {
	list := make([]threads.Deviation, len(c.threads)-1)
	for i := range list {
		list[i] = c.at
		list[i].Thread, list[i].Next = c.threads[i], c.threads[i+1]
	}
	return list
}
