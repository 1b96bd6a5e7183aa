package explore

import (
	"cmp"
	"context"
	"slices"

	"weft/threads"
)

// A schedule that fails is made shorter by leaving deviations out, as long as the same failure comes (A. Zeller, R.
// Hildebrandt: Simplifying and Isolating Failure-Inducing Input, TSE 2002). What is left is not always the least: so
// schedules with fewer deviations are searched after that.

// A replayer repeats schedules that are told by deviations.
type replayer struct {
	world    *world
	scripted scripted
	runs     int
}

// newReplayer makes one in which threads can be stopped where the deviations say, and at the sites that are wanted.
func (s *search) newReplayer(
	ctx context.Context, list []threads.Deviation, wanted func(*site) bool,
) (*replayer, error) {
	named := map[uint32]bool{}
	for _, d := range list {
		named[d.Site] = true
	}
	wants := func(t *site) bool { return named[t.offset] || wanted(t) }
	program, err := s.analysis.compile(s.engine, wants, s.looks)
	if err != nil {
		return nil, err
	}
	w, err := newWorld(ctx, s.engine, program, s.config)
	if err != nil {
		return nil, err
	}
	w.looks = s.looksAll // a schedule that fails otherwise has not been looked at everywhere
	return &replayer{world: w}, nil
}

// run repeats a schedule.
func (r *replayer) run(ctx context.Context, list []threads.Deviation, o observer) (*outcome, error) {
	r.runs++
	r.scripted.follow(list, false)
	return r.world.run(ctx, &r.scripted, 0, o)
}

// shrink returns fewer deviations with which the program fails in the same way.
func (s *search) shrink(ctx context.Context, list []threads.Deviation, failure *Failure) ([]threads.Deviation, error) {
	if len(list) > fewDeviations { // perhaps one is enough
		if one, err := s.below(ctx, list, 2, failure); one != nil || err != nil {
			return one, err
		}
	}
	r, err := s.newReplayer(ctx, list, func(*site) bool { return false })
	if err != nil {
		return nil, err
	}
	defer r.world.close()
	points := 0
	fails := func(list []threads.Deviation) (bool, error) {
		if points > mostMinimizing {
			return false, nil
		}
		o, err := r.run(ctx, list, nil)
		if err != nil {
			return false, err
		}
		points += pointsOfReset + o.points
		return failure.Same(s.fails(o)), nil
	}
	if list, err = minimize(list, fails); err != nil {
		return nil, err
	}
	if shorter, err := s.below(ctx, list, len(list), failure); shorter != nil || err != nil {
		return shorter, err
	}
	for points = 0; len(list) > 2; {
		shorter, err := r.oneForTwo(ctx, list, fails)
		if err != nil {
			return list, err
		}
		if shorter == nil {
			break
		}
		list = shorter
	}
	points = 0
	try := func(list []threads.Deviation) (bool, bool, error) {
		ok, err := fails(list)
		return ok, r.scripted.left == 0, err
	}
	if shorter, err := chain(list, try); shorter != nil || err != nil {
		return shorter, err
	}
	return list, nil
}

// oneForTwo returns a list that fails in which one deviation stands for two; nil if none was found. The new one is at
// an instruction, or of a thread, of the list.
func (r *replayer) oneForTwo(
	ctx context.Context, list []threads.Deviation, fails func([]threads.Deviation) (bool, error),
) ([]threads.Deviation, error) {
	for i := range list {
		for j := i + 1; j < len(list); j++ {
			rest := slices.Concat(list[:i], list[i+1:j], list[j+1:])
			r.scripted.everywhere = true
			_, err := r.run(ctx, rest, nil)
			r.scripted.everywhere = false
			if err != nil {
				return nil, err
			}
			for _, d := range r.scripted.alternatives {
				shorter := append(slices.Clone(rest), d)
				if ok, err := fails(shorter); ok || err != nil {
					return shorter, err
				}
			}
		}
	}
	return nil, nil
}

const (
	// fewDeviations can be left out one by one.
	fewDeviations = 16
	// mostMinimizing bounds what is spent on leaving deviations out, in scheduling points. Setting a program back takes
	// as long as some of them.
	mostMinimizing = 400_000
	pointsOfReset  = 100
)

// minimize is ddmin: it returns a part of a list that fails and of which nothing can be left out.
func minimize(
	list []threads.Deviation, fails func([]threads.Deviation) (bool, error),
) ([]threads.Deviation, error) {
	if ok, err := fails(nil); ok || err != nil {
		return nil, err
	}
	for parts := 2; len(list) >= 2; {
		size := (len(list) + parts - 1) / parts
		smaller := false
		for at := 0; at < len(list); at += size {
			rest := slices.Concat(list[:at], list[min(at+size, len(list)):])
			ok, err := fails(rest)
			if err != nil {
				return nil, err
			}
			if ok {
				list, parts, smaller = rest, max(parts-1, 2), true
				break
			}
		}
		if smaller {
			continue
		}
		if parts >= len(list) {
			break
		}
		parts = min(2*parts, len(list))
	}
	return list, nil
}

// mostBelow bounds the search for shorter schedules: by how many points they have together, and places at which others
// could depart from them.
const mostBelow = 400_000

// mostOfLevel is from how many schedules of a level on no others are looked for that depart from those.
const mostOfLevel = 1000

// below looks for a schedule with fewer than n deviations that fails in the same way; nil if there is none, or too many
// would have to be tried. First come those that depart from the default schedule at an instruction of the list, and let
// the thread go on that has failed.
func (s *search) below(
	ctx context.Context, list []threads.Deviation, n int, failure *Failure,
) ([]threads.Deviation, error) {
	if n < 2 || len(s.workers) == 0 {
		return nil, nil
	}
	sites := map[uint32]bool{}
	for _, d := range list {
		sites[d.Site] = true
	}
	merit := func(d threads.Deviation) int {
		switch {
		case !sites[d.Site]:
			return 0
		case d.Next != failure.Failed:
			return 1
		}
		return 2
	}
	w := s.workers[0]
	var b bounded
	for points := 0; points < mostBelow; {
		prefix := b.take()
		if prefix == nil {
			if !b.advance() || b.level >= n {
				return nil, nil
			}
			continue
		}
		j := job{strategy: Deviations, prefix: prefix, last: prefix.depth+1 >= n || len(b.queue) > mostOfLevel}
		if err := w.run(ctx, s, &j, nil); err != nil {
			return nil, err
		}
		if failure.Same(s.fails(j.outcome)) {
			return j.prefix.deviations(), nil
		}
		points += j.outcome.points + len(j.alternatives)
		slices.SortStableFunc(j.alternatives, func(x, y threads.Deviation) int {
			return cmp.Compare(merit(y), merit(x))
		})
		b.ran(prefix, j.alternatives)
	}
	return nil, nil
}
