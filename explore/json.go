package explore

import (
	"encoding/json"

	"weft/threads"
)

// MarshalJSON returns the report as JSON, for programs. Numbers of threads, events and bytes are numbers, addresses
// too. What is not known is left out. Links tell events by their places in the trace, from 0 on; next is -1 if the same
// thread goes on. Stacks are lists of frames (see [Frame]), innermost first. The form may get more fields.
func (r *Report) MarshalJSON() ([]byte, error) {
	s := newStory(r)
	out := jsonReport{
		Module: r.Module, Seed: r.Seed, Missing: r.Missing, Schedules: r.Schedules, Distinct: r.Distinct, Points: r.Points,
		Seconds: r.Elapsed.Seconds(), Complete: r.Complete, Exhausted: r.Exhausted, Failed: r.Failed(),
		Trace: jsonEvents(r.Trace), Links: append([]Link{}, s.links...), Races: []jsonRace{},
	}
	if r.Shard.Of > 0 {
		out.Shard = r.Shard.String()
	}
	if r.Schedule != "" {
		out.Found, out.Strategy, out.Schedule = r.Found, r.Strategy, r.Schedule
		out.Deviations, out.Unreached = jsonDeviations(r.Deviations), jsonDeviations(r.Unreached)
	}
	if r.Failure != nil {
		out.Failure = jsonFailureOf(s, r.Failure)
	}
	for i := range r.Races {
		race := &r.Races[i]
		j := jsonRace{Address: race.Address, First: jsonAccessOf(&race.First), Second: jsonAccessOf(&race.Second),
			Instructions: race.Instructions, Schedule: race.Schedule}
		if race.Harm != nil {
			j.Harm = &jsonHarm{race.Harm.Kind, race.Harm.Place, race.Harm.Message}
		}
		out.Races = append(out.Races, j)
	}
	return json.Marshal(&out)
}

type jsonReport struct {
	Module     string       `json:"module"` // the first 8 digits of its SHA-256
	Seed       uint64       `json:"seed"`
	Shard      string       `json:"shard,omitempty"`   // as "2/8"; of a whole search there is none
	Missing    []int        `json:"missing,omitempty"` // shards
	Schedules  int          `json:"schedules"`
	Distinct   int          `json:"distinct"`
	Points     int          `json:"points"`
	Seconds    float64      `json:"seconds"`
	Complete   int          `json:"complete"` // see [Report]
	Exhausted  bool         `json:"exhausted"`
	Failed     bool         `json:"failed"`
	Failure    *jsonFailure `json:"failure,omitempty"`
	Found      int          `json:"found,omitempty"`
	Strategy   Strategy     `json:"strategy,omitempty"`
	Schedule   string       `json:"schedule,omitempty"`
	Deviations []string     `json:"deviations,omitempty"`
	Unreached  []string     `json:"unreached,omitempty"` // of them: what has not come to pass
	Trace      []jsonEvent  `json:"trace"`
	Links      []Link       `json:"links"`
	Races      []jsonRace   `json:"races"`
}

type jsonFailure struct {
	jsonHarm
	Thread  *int         `json:"thread,omitempty"` // that has failed, if one alone has
	Threads []jsonThread `json:"threads"`
	Output  string       `json:"output,omitempty"`
	Errors  string       `json:"errors,omitempty"`
}

type jsonHarm struct {
	Kind    Kind   `json:"kind"`
	Place   string `json:"place"`
	Message string `json:"message"`
}

type jsonThread struct {
	Thread  int      `json:"thread"`
	Name    string   `json:"name,omitempty"` // the function that it was made for
	State   string   `json:"state"`
	Address uint64   `json:"address,omitempty"`
	Why     []string `json:"why,omitempty"` // it waits
	Stack   []Frame  `json:"stack"`
}

type jsonEvent struct {
	Thread    int     `json:"thread"`
	Kind      string  `json:"kind"`
	Address   uint64  `json:"address,omitempty"`
	Size      int     `json:"size,omitempty"`
	Writes    bool    `json:"writes,omitempty"`
	Func      string  `json:"func,omitempty"`
	Source    string  `json:"source,omitempty"`
	Offset    int     `json:"offset,omitempty"`
	Lock      string  `json:"lock,omitempty"`
	Before    bool    `json:"before,omitempty"`
	Blocked   bool    `json:"blocked,omitempty"`
	Woke      []int   `json:"woke,omitempty"`
	Made      int     `json:"made,omitempty"`
	Next      int     `json:"next"`
	Deviation string  `json:"deviation,omitempty"`
	Stack     []Frame `json:"stack,omitempty"`
}

type jsonRace struct {
	Address      uint64     `json:"address"`
	First        jsonAccess `json:"first"`
	Second       jsonAccess `json:"second"`
	Instructions [2]uint32  `json:"instructions"` // their offsets in the binary, the smaller one first
	Schedule     string     `json:"schedule"`
	Harm         *jsonHarm  `json:"harm,omitempty"`
}

type jsonAccess struct {
	Thread int     `json:"thread"`
	Writes bool    `json:"writes"`
	Atomic bool    `json:"atomic"`
	Stack  []Frame `json:"stack"`
}

// jsonEvents relies on the two types having the same fields.
func jsonEvents(trace []Event) []jsonEvent {
	list := make([]jsonEvent, len(trace))
	for i := range trace {
		list[i] = jsonEvent(trace[i])
	}
	return list
}

func jsonDeviations(deviations []threads.Deviation) []string {
	list := make([]string, len(deviations))
	for i, d := range deviations {
		list[i] = d.String()
	}
	return list
}

func jsonFailureOf(s *story, f *Failure) *jsonFailure {
	j := &jsonFailure{jsonHarm: jsonHarm{f.Kind, f.Place, f.Message}, Threads: []jsonThread{}, Output: f.Output,
		Errors: f.Errors}
	if f.Failed >= 0 {
		j.Thread = &f.Failed
	}
	for _, t := range s.ends {
		j.Threads = append(j.Threads, jsonThread{Thread: t.thread, Name: s.names[t.thread], State: t.what, Address: t.address,
			Why: t.why, Stack: append([]Frame{}, t.stack...)})
	}
	return j
}

func jsonAccessOf(a *RaceAccess) jsonAccess {
	return jsonAccess{a.Thread, a.Writes, a.Atomic, append([]Frame{}, Frames(a.Stack)...)}
}
