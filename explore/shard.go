package explore

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A search is cut into shards by the numbers of its schedules: each has seeds of its own, and a share of the schedules
// with one deviation, with all that follow from them. What threads share all shards learn by themselves, from the same
// schedules, which the first one counts. So shards need nothing from each other, in whatever order and place they run.

// A Shard is one part, with a Number from 1 to Of.
type Shard struct{ Number, Of int }

// ParseShard reads "2/8": the second of eight.
func ParseShard(text string) (Shard, error) {
	number, of, ok := strings.Cut(text, "/")
	s := Shard{}
	var err [2]error
	s.Number, err[0] = strconv.Atoi(number)
	s.Of, err[1] = strconv.Atoi(of)
	if !ok || err[0] != nil || err[1] != nil || s.check() != nil || s.Of == 0 {
		return Shard{}, fmt.Errorf("explore: %q is not a shard, such as 2/8", text)
	}
	return s, nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Number, s.Of) }

func (s Shard) check() error {
	if s != (Shard{}) && (s.Of < 1 || s.Number < 1 || s.Number > s.Of) {
		return fmt.Errorf("explore: there is no shard %d of %d", s.Number, s.Of)
	}
	return nil
}

// of returns in how many shards the search is.
func (s Shard) of() uint64 { return uint64(max(s.Of, 1)) }

// index returns the number of the shard, from 0 on.
func (s Shard) index() uint64 { return uint64(max(s.Number, 1)) - 1 }

// has reports whether a schedule is the shard's, by its number among others of its kind.
func (s Shard) has(number int) bool { return uint64(number)%s.of() == s.index() }

// Merge makes one report of those of the shards of a search, in any order. It refuses reports of different searches,
// and two of one shard. The failure is that of the shard which has found it with the fewest schedules. What is missing
// is named by Missing.
func Merge(reports ...*Report) (*Report, error) {
	if len(reports) == 0 {
		return nil, errors.New("explore: there is no report to merge")
	}
	for _, r := range reports {
		if err := r.Shard.check(); err != nil {
			return nil, err
		}
	}
	list := slices.Clone(reports)
	slices.SortFunc(list, func(a, b *Report) int { return cmp.Compare(a.Shard.Number, b.Shard.Number) })
	first := list[0]
	all := &Report{Module: first.Module, Seed: first.Seed, Complete: first.Complete, Exhausted: true}
	seen := map[int]bool{}
	for _, r := range list {
		switch {
		case r.Module != first.Module || r.Seed != first.Seed || r.Shard.Of != first.Shard.Of:
			return nil, errors.New("explore: the reports are of different searches")
		case seen[r.Shard.Number]:
			return nil, fmt.Errorf("explore: there are two reports of shard %v", r.Shard)
		}
		seen[r.Shard.Number] = true
		all.add(r)
	}
	for n := 1; n <= first.Shard.Of; n++ {
		if !seen[n] {
			all.Missing = append(all.Missing, n)
			all.Complete, all.Exhausted = -1, false
		}
	}
	return all, nil
}

// add takes the report of a shard into that of the whole.
func (r *Report) add(s *Report) {
	r.Schedules += s.Schedules
	r.Distinct += s.Distinct
	r.Points, r.Elapsed = max(r.Points, s.Points), max(r.Elapsed, s.Elapsed)
	r.Complete, r.Exhausted = min(r.Complete, s.Complete), r.Exhausted && s.Exhausted
	if s.Failure != nil && (r.Failure == nil || s.Found < r.Found) {
		r.Failure, r.Found, r.Strategy, r.Schedule = s.Failure, s.Found, s.Strategy, s.Schedule
		r.Deviations, r.Trace = s.Deviations, s.Trace
	}
	for i := range s.Races {
		known := slices.IndexFunc(r.Races, func(o Race) bool { return o.Instructions == s.Races[i].Instructions })
		if known < 0 {
			r.Races = append(r.Races, s.Races[i])
		} else if r.Races[known].Harm == nil {
			r.Races[known].Harm = s.Races[i].Harm
		}
	}
}
