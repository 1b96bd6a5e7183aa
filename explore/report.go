package explore

import (
	"context"
	"fmt"
	"time"

	"weft/threads"
)

// A Report is what a search has found.
type Report struct {
	Module    string // the first 8 digits of its SHA-256
	Seed      uint64
	Shard     Shard // zero for a whole search
	Missing   []int // shards of a merged report that are not in it
	Schedules int   // that have run
	Distinct  int   // that are different; of a merged report in each shard
	Points    int   // scheduling points of the longest
	Elapsed   time.Duration
	Cut       bool // the time was used up, or the context ended, before the search did

	// Failure is the first that was found; nil if there was none. It was found in the schedule with the number Found,
	// from 1 on, by a strategy, which may be [RaceFlip] or [Learning].
	Failure  *Failure
	Found    int
	Strategy Strategy
	// Schedule repeats the failure: for weft run --replay, [threads.ParseSchedule] and [Replay]. Deviations are what it
	// says: where threads were stopped, beside where they block.
	Schedule   string
	Deviations []threads.Deviation
	Trace      []Event // of that schedule
	// Unreached are the deviations of a schedule that was replayed which have not come to pass.
	Unreached []threads.Deviation

	// Races are the data races that were seen, in any schedule.
	Races []Race
	// Complete is up to which number of deviations all schedules have run that depart from the default one at the
	// scheduling points there are; -1 if not even that one has. With Exhausted there are no others.
	Complete  int
	Exhausted bool

	// Sources are texts of files of the source for the picture, by their names in the debug information (see
	// [Report.Files]), or those without directories. Whoever has the report fills them in.
	Sources map[string]string

	found []threads.Deviation // as it was found
}

// Learning is the strategy of the first schedules, which learn what threads share. RaceFlip tries races in the other
// order.
const (
	Learning Strategy = "learning"
	RaceFlip Strategy = "race"
)

// Failed reports whether anything is wrong with the program.
func (r *Report) Failed() bool { return r.Failure != nil || len(r.Races) > 0 }

// finish completes the report.
func (s *search) finish(ctx context.Context) (*Report, error) {
	r := s.report
	r.Complete, r.Exhausted = s.bounded.complete(), r.Exhausted || s.bounded.exhausted()
	if r.Failure != nil {
		if err := s.explain(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.explainRaces(ctx); err != nil {
		return nil, err
	}
	r.Elapsed = time.Since(s.begun)
	return r, nil
}

// explain makes the schedule that fails shorter, and looks at it.
func (s *search) explain(ctx context.Context) error {
	r := s.report
	if err := s.lookAgain(ctx); err != nil {
		return err
	}
	list := r.found
	if !s.config.KeepFirst {
		shorter, err := s.shrink(ctx, list, r.Failure)
		if err != nil {
			return err
		}
		list = shorter
	}
	s.looksAll = true
	again, traced, err := s.trace(ctx, list)
	if err != nil {
		return err
	}
	if !r.Failure.Same(again) && !again.isMisuse() {
		return fmt.Errorf("explore: the schedule fails differently when it is repeated: %v, then %v", r.Failure, again)
	}
	r.Failure, r.Trace, r.Deviations = again, traced.events, list
	r.Schedule = s.schedule(list)
	return nil
}

// schedule returns the string that repeats a schedule.
func (s *search) schedule(list []threads.Deviation) string {
	return (&threads.Schedule{Module: s.report.Module, Deviations: list}).String()
}

func (f *Failure) String() string {
	if f == nil {
		return "no failure"
	}
	return f.Message
}

// explainRaces tells where the accesses of races are.
func (s *search) explainRaces(ctx context.Context) error {
	if s.races == nil {
		return nil
	}
	for _, raw := range s.races.found {
		race := Race{Address: raw.word << wordShift, Instructions: raw.instructions(),
			Schedule: s.schedule(raw.schedule), Harm: raw.harm}
		r, err := s.newReplayer(ctx, raw.schedule, func(t *site) bool {
			return t.offset == raw.first.site || t.offset == raw.second.site
		})
		if err != nil {
			return err
		}
		race.First, err = r.at(ctx, raw.schedule, raw.first)
		if err == nil {
			race.Second, err = r.at(ctx, raw.schedule, raw.second)
		}
		r.world.close()
		if err != nil {
			return err
		}
		s.report.Races = append(s.report.Races, race)
	}
	return nil
}

// at runs a schedule up to an access, and tells where that is.
func (r *replayer) at(ctx context.Context, list []threads.Deviation, t touch) (RaceAccess, error) {
	a := RaceAccess{Thread: t.thread, Writes: t.writes, Atomic: t.atomic}
	o, err := r.run(ctx, list, &stopAt{r.world, t})
	if err != nil {
		return a, err
	}
	if f := o.failure; f != nil {
		for i := range f.Threads {
			if f.Threads[i].ID == t.thread {
				a.Stack = f.Threads[i].Stack
			}
		}
	}
	return a, nil
}

// stopAt is the observer that ends a schedule at an access.
type stopAt struct {
	world *world
	touch touch
}

func (s *stopAt) access(t *threads.Thread, index int, site *site, _ access) bool {
	if site.offset == s.touch.site && t.ID() == s.touch.thread {
		s.touch.visit--
		if s.touch.visit == 0 {
			s.world.scheduler.Stop(errHang)
		}
	}
	return true
}

func (s *stopAt) point(*threads.Point, *threads.Thread) {}
