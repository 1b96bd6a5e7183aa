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
	failure  *Failure // the one that is wanted
	output   *string  // of the default schedule, if others are a failure
	runs     int
}

// newReplayer makes one in which threads can be stopped where the deviations say, and at the sites that are wanted.
func (s *search) newReplayer(ctx context.Context, list []threads.Deviation, wanted func(*site) bool) (*replayer, error) {
	named := map[uint32]bool{}
	for _, d := range list {
		named[d.Site] = true
	}
	program, err := s.analysis.compile(s.engine, func(t *site) bool { return named[t.offset] || wanted(t) })
	if err != nil {
		return nil, err
	}
	w, err := newWorld(ctx, s.engine, program, s.config)
	if err != nil {
		return nil, err
	}
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
	r, err := s.newReplayer(ctx, list, func(*site) bool { return false })
	if err != nil {
		return nil, err
	}
	defer r.world.close()
	fails := func(list []threads.Deviation) (bool, error) {
		o, err := r.run(ctx, list, nil)
		return err == nil && failure.Same(s.fails(o)), err
	}
	list, err = minimize(list, fails)
	if err != nil {
		return nil, err
	}
	shorter, err := s.below(ctx, list, failure)
	if shorter != nil {
		list = shorter
	}
	return list, err
}

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

// mostBelow bounds the search for shorter schedules: by how many points they have together.
const mostBelow = 1_000_000

// below looks for a schedule with fewer deviations that fails in the same way; nil if there is none, or too many would
// have to be tried. First come those that depart from the default schedule at an instruction of the list.
func (s *search) below(
	ctx context.Context, list []threads.Deviation, failure *Failure,
) ([]threads.Deviation, error) {
	n := len(list)
	if n < 2 || len(s.workers) == 0 {
		return nil, nil
	}
	named := func(d threads.Deviation) bool {
		return slices.ContainsFunc(list, func(e threads.Deviation) bool { return e.Site == d.Site })
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
		j := job{strategy: Deviations, prefix: prefix}
		if err := w.run(ctx, s, &j, nil); err != nil {
			return nil, err
		}
		if failure.Same(s.fails(j.outcome)) {
			return j.prefix.deviations(), nil
		}
		points += j.outcome.points
		if prefix.depth+1 >= n {
			j.alternatives = nil
		}
		slices.SortStableFunc(j.alternatives, func(x, y threads.Deviation) int {
			return cmp.Compare(btoi(named(y)), btoi(named(x)))
		})
		b.ran(prefix, j.alternatives)
	}
	return nil, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
