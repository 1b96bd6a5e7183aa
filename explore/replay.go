package explore

import (
	"context"
	"errors"

	"weft/threads"
)

// Replay runs a program once, by a schedule that a search has told, and reports what happens in it. If it does not
// fail, the report has no Failure.
func Replay(ctx context.Context, source []byte, schedule string, config Config) (*Report, error) {
	told, err := threads.ParseSchedule(schedule)
	if err != nil {
		return nil, err
	}
	if err := told.Fits(source); err != nil {
		return nil, err
	}
	if told.Seeded {
		return nil, errors.New("explore: the schedule tells a seed of weft run, and no deviations")
	}
	s, err := newSearch(source, config)
	if err != nil {
		return nil, err
	}
	defer s.close()
	s.looksAll = true
	if err := s.watchAll(ctx); err != nil {
		return nil, err
	}
	if err := s.learn(ctx); err != nil {
		return nil, err
	}
	failure, traced, err := s.trace(ctx, told.Deviations)
	if err != nil {
		return nil, err
	}
	return &Report{Module: told.Module, Seed: config.Seed, Schedules: 1, Distinct: 1, Complete: -1, Failure: failure,
		Found: 1, Schedule: schedule, Deviations: told.Deviations, Trace: traced.events, Strategy: "replay",
		Unreached: traced.unreached(told.Deviations)}, nil
}
