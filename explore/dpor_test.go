package explore_test

import (
	"testing"

	"weft/explore"
)

// TestReduction looks at all schedules of programs by partial-order reduction: it finds what all schedules find, in far
// fewer, and finds nothing where there is nothing.
func TestReduction(t *testing.T) {
	dpor := explore.Config{Strategies: []explore.Strategy{explore.DPOR}, Schedules: 20_000, IgnoreRaces: true}
	all := dpor
	all.Strategies = []explore.Strategy{explore.Deviations}
	if report := explores(t, adders(2, 1, false), dpor); report.Failure == nil || len(report.Deviations) != 1 {
		t.Errorf("nothing found in %d schedules", report.Schedules)
	}
	few, many := explores(t, adders(1, 2, true), dpor), explores(t, adders(1, 2, true), all)
	if few.Failure != nil || !few.Exhausted || !many.Exhausted || few.Schedules*2 > many.Schedules {
		t.Errorf("%v, exhausted %v after %d schedules of %d", few.Failure, few.Exhausted, few.Schedules, many.Schedules)
	}
	if report := explores(t, adders(2, 2, true), dpor); report.Failure != nil || !report.Exhausted {
		t.Errorf("%v, exhausted %v after %d schedules", report.Failure, report.Exhausted, report.Schedules)
	}
}
