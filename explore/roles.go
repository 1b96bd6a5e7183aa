package explore

import (
	"maps"
	"slices"
)

// roleDraws are ours. Many programs have dozens of threads that do the same, and one or two that do something else.
// An even draw of the thread that comes to a place first is one of the many nearly always, and an even draw of the
// place one of those that there are for each thread. So first an instruction is drawn and then a place at which it
// was; and first a role, and then a thread that has it. Threads have one role if they run in the same functions.
type roleDraws struct {
	even    *evenDraws
	sites   []uint32 // instructions that access what threads share, in order
	places  map[uint32][]uint64
	present []int // roles with weights, of a draw
	weights []int
}

// newRoleDraws makes them for what is known. It must not change afterwards.
func newRoleDraws(k *knowledge) *roleDraws {
	d := &roleDraws{even: newEvenDraws(k), places: map[uint32][]uint64{}}
	for _, place := range d.even.places {
		for _, site := range k.events[place].sites {
			d.places[site] = append(d.places[site], place)
		}
	}
	d.sites = slices.Sorted(maps.Keys(d.places))
	return d
}

func (d *roleDraws) place(r *randomness) (uint64, bool) {
	if len(d.sites) == 0 {
		return 0, false
	}
	places := d.places[d.sites[r.IntN(len(d.sites))]]
	return places[r.IntN(len(places))], true
}

func (d *roleDraws) thread(r *randomness, weights []int, _ int) int {
	roles := d.even.known.roles
	roleOf := func(id int) int {
		if id < len(roles) {
			return roles[id]
		}
		return -1
	}
	d.present = d.present[:0]
	for id, weight := range weights {
		if role := roleOf(id); weight > 0 && !slices.Contains(d.present, role) {
			d.present = append(d.present, role)
		}
	}
	role, total := d.present[r.IntN(len(d.present))], 0
	d.weights = append(d.weights[:0], weights...)
	for id := range d.weights {
		if roleOf(id) != role {
			d.weights[id] = 0
		}
		total += d.weights[id]
	}
	return d.even.thread(r, d.weights, total)
}
