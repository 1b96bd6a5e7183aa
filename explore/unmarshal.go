package explore

import (
	"encoding/json"
	"fmt"
	"time"

	"weft"
	"weft/threads"
)

// UnmarshalJSON reads a report that MarshalJSON has written, as of a shard that has run elsewhere: enough for [Merge].
// It leaves out what only the module can tell, the trace and the threads of the failure, which [Replay] tells again
// from Schedule. Stacks of races come back without places in the source.
func (r *Report) UnmarshalJSON(text []byte) error {
	var in jsonReport
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("explore: reading a report: %w", err)
	}
	*r = Report{Module: in.Module, Seed: in.Seed, Missing: in.Missing, Schedules: in.Schedules, Distinct: in.Distinct,
		Points: in.Points, Elapsed: time.Duration(in.Seconds * float64(time.Second)), Complete: in.Complete,
		Exhausted: in.Exhausted, Found: in.Found, Strategy: in.Strategy, Schedule: in.Schedule}
	if in.Shard != "" {
		shard, err := ParseShard(in.Shard)
		if err != nil {
			return err
		}
		r.Shard = shard
	}
	if in.Schedule != "" {
		told, err := threads.ParseSchedule(in.Schedule)
		if err != nil {
			return err
		}
		r.Deviations = told.Deviations
	}
	if in.Failure != nil {
		r.Failure = in.Failure.jsonHarm.failure()
		r.Failure.Output, r.Failure.Errors = in.Failure.Output, in.Failure.Errors
		if in.Failure.Thread != nil {
			r.Failure.Failed = *in.Failure.Thread
		}
	}
	for i := range in.Races {
		r.Races = append(r.Races, in.Races[i].race())
	}
	return nil
}

func (j *jsonHarm) failure() *Failure {
	return &Failure{Kind: j.Kind, Place: j.Place, Message: j.Message, Failed: -1}
}

func (j *jsonRace) race() Race {
	r := Race{Address: j.Address, First: j.First.access(), Second: j.Second.access(), Instructions: j.Instructions,
		Schedule: j.Schedule}
	if j.Harm != nil {
		r.Harm = j.Harm.failure()
	}
	return r
}

func (j *jsonAccess) access() RaceAccess {
	a := RaceAccess{Thread: j.Thread, Writes: j.Writes, Atomic: j.Atomic}
	for _, f := range j.Stack {
		if !f.Inlined {
			a.Stack.Frames = append(a.Stack.Frames, weft.Frame{FuncName: f.Func, Offset: f.Offset})
		}
	}
	return a
}
