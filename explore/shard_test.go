package explore_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weft/explore"
)

// TestParseShard reads what String writes, and refuses everything else.
func TestParseShard(t *testing.T) {
	for _, text := range []string{"1/1", "1/3", "3/3", "12/4000"} {
		shard, err := explore.ParseShard(text)
		if err != nil || shard.String() != text {
			t.Errorf("%s: %v, %v", text, shard, err)
		}
	}
	for _, text := range []string{"", "1", "/", "1/", "/1", "0/0", "0/2", "3/2", "-1/2", "1/-2", "1/2/3", "1 /2", "a/b",
		"2/8 "} {
		shard, err := explore.ParseShard(text)
		if err == nil || !strings.Contains(err.Error(), "is not a shard, such as 2/8") {
			t.Errorf("%q: %v, %v", text, shard, err)
		}
	}
}

// shards runs all shards of a search.
func shards(t *testing.T, module []byte, of int, config explore.Config) []*explore.Report {
	t.Helper()
	var list []*explore.Report
	for n := 1; n <= of; n++ {
		config.Shard = explore.Shard{Number: n, Of: of}
		list = append(list, explores(t, module, config))
	}
	return list
}

// TestMerge makes the report of all shards: sums, what they agree in, and the failure that was found with the fewest
// schedules. The order does not matter, and what has gone as JSON merges alike.
func TestMerge(t *testing.T) {
	list := shards(t, adders(3, 2, false), 3, explore.Config{Schedules: 400, Seed: 3})
	merged, err := explore.Merge(list[2], list[0], list[1])
	if err != nil {
		t.Fatal(err)
	}
	schedules, first := 0, list[0]
	for _, r := range list {
		schedules += r.Schedules
		if r.Failure == nil {
			t.Fatalf("shard %v finds nothing", r.Shard)
		}
		if r.Found < first.Found {
			first = r
		}
		if r.Distinct > r.Schedules {
			t.Errorf("shard %v: %d of %d schedules are distinct", r.Shard, r.Distinct, r.Schedules)
		}
	}
	if merged.Schedules != schedules || merged.Schedule != first.Schedule || merged.Found != first.Found ||
		merged.Found < 1 || !merged.Failure.Same(first.Failure) || merged.Shard != (explore.Shard{}) || merged.Missing != nil {
		t.Errorf("%+v", merged)
	}
	if len(merged.Races) == 0 || len(merged.Races) != len(list[0].Races) {
		t.Errorf("%d races; one shard alone has %d", len(merged.Races), len(list[0].Races))
	}
	told, err := explore.Merge(slices.Collect(overJSON(t, list))...)
	if err != nil {
		t.Fatal(err)
	}
	checkTold(t, told, merged)
}

// overJSON gives reports as somebody reads them to whom they were sent.
func overJSON(t *testing.T, list []*explore.Report) func(func(*explore.Report) bool) {
	return func(yield func(*explore.Report) bool) {
		for _, r := range list {
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var read explore.Report
			if err := json.Unmarshal(text, &read); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if !yield(&read) {
				return
			}
		}
	}
}

// checkTold compares a report from elsewhere with what it was: all but stacks and the trace are there.
func checkTold(t *testing.T, got, want *explore.Report) {
	t.Helper()
	g, w := *got, *want
	if !g.Failure.Same(w.Failure) || g.Failure.Message != w.Failure.Message || g.Failure.Failed != w.Failure.Failed {
		t.Errorf("%+v; want %+v", g.Failure, w.Failure)
	}
	for i := range w.Races {
		a, b := g.Races[i], w.Races[i]
		if a.Instructions != b.Instructions || a.Schedule != b.Schedule || a.First.Thread != b.First.Thread ||
			a.Second.Writes != b.Second.Writes || (a.Harm == nil) != (b.Harm == nil) || b.Harm != nil && !a.Harm.Same(b.Harm) ||
			len(a.First.Stack.Frames) != len(b.First.Stack.Frames) {
			t.Errorf("race %d: %+v; want %+v", i, a, b)
		}
	}
	for _, r := range []*explore.Report{&g, &w} {
		r.Failure, r.Races, r.Trace, r.Elapsed = nil, nil, nil, 0
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%+v\nwant %+v", g, w)
	}
}

// TestMergeIncomplete names what is missing, and does not claim that all has run.
func TestMergeIncomplete(t *testing.T) {
	report := func(n int) *explore.Report {
		return &explore.Report{Module: "0", Shard: explore.Shard{Number: n, Of: 4}, Schedules: 10, Complete: 2,
			Exhausted: true}
	}
	merged, err := explore.Merge(report(4), report(2))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(merged.Missing, []int{1, 3}) || merged.Complete != -1 || merged.Exhausted || merged.Schedules != 20 {
		t.Errorf("%+v", merged)
	}
	all, err := explore.Merge(report(1), report(2), report(3), report(4))
	if err != nil || all.Missing != nil || all.Complete != 2 || !all.Exhausted {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestMergeRefused checks the errors of reports that do not belong together.
func TestMergeRefused(t *testing.T) {
	one := explore.Report{Module: "a", Seed: 1, Shard: explore.Shard{Number: 1, Of: 2}}
	other := func(change func(*explore.Report)) []*explore.Report {
		two := one
		two.Shard.Number = 2
		change(&two)
		return []*explore.Report{&one, &two}
	}
	for want, list := range map[string][]*explore.Report{
		"no report to merge":             {},
		"different searches":             other(func(r *explore.Report) { r.Module = "b" }),
		"are of different searches":      other(func(r *explore.Report) { r.Seed = 2 }),
		"reports are of different":       other(func(r *explore.Report) { r.Shard.Of = 3 }),
		"two reports of shard 1/2":       other(func(r *explore.Report) { r.Shard.Number = 1 }),
		"there is no shard 9 of 2":       other(func(r *explore.Report) { r.Shard.Number = 9 }),
		"there are two reports of shard": {{Module: "a"}, {Module: "a"}},
	} {
		if _, err := explore.Merge(list...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// TestReportJSON refuses what is no report.
func TestReportJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"shard": "3/2"}`:          "not a shard",
		`{"shard": 1}`:              "reading a report",
		`{"schedule": "weft0:x:y"}`: "",
	} {
		var r explore.Report
		if err := json.Unmarshal([]byte(text), &r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
}
