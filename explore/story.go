package explore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"weft/threads"
)

// A story is a report as it is told: what the forms of a report have in common.
type story struct {
	report  *Report
	threads []int          // in the order of their numbers
	names   map[int]string // of threads
	first   map[int]int    // the first event of each thread
	links   []Link
	ends    []endState
	races   map[int][]int // of the races of the report, the events that are accesses of theirs, by event
	folds   []fold
}

// A fold is a row of events in which nothing is but accesses of one thread.
type fold struct{ from, to int } // to is behind it

// Rows of accesses are folded if there are many events, and many in the row: all but the first and the last.
const (
	foldEvents = 200
	foldRow    = 6
)

func newStory(r *Report) *story {
	s := &story{report: r, names: r.threadNames(), first: map[int]int{}, links: links(r.Trace), ends: r.endStates()}
	known := map[int]bool{}
	add := func(id int) {
		if !known[id] {
			known[id] = true
			s.threads = append(s.threads, id)
		}
	}
	for i := range r.Trace {
		if _, ok := s.first[r.Trace[i].Thread]; !ok {
			s.first[r.Trace[i].Thread] = i
		}
		add(r.Trace[i].Thread)
		if r.Trace[i].Made > 0 {
			add(r.Trace[i].Made)
		}
	}
	if r.Failure != nil {
		for i := range r.Failure.Threads {
			add(r.Failure.Threads[i].ID)
		}
	}
	slices.Sort(s.threads)
	s.races = r.racing()
	s.fold()
	return s
}

// racing finds the accesses of races in the trace: by the instruction, the thread and the word.
func (r *Report) racing() map[int][]int {
	type key struct {
		offset int
		thread int
		word   uint64
	}
	wanted := map[key][]int{}
	for i := range r.Races {
		for _, a := range []*RaceAccess{&r.Races[i].First, &r.Races[i].Second} {
			if len(a.Stack.Frames) > 0 {
				k := key{a.Stack.Frames[0].Offset, a.Thread, r.Races[i].Address >> wordShift}
				wanted[k] = append(wanted[k], i)
			}
		}
	}
	list := map[int][]int{}
	for i := range r.Trace {
		e := &r.Trace[i]
		if e.Offset == 0 || e.Before {
			continue
		}
		if found := wanted[key{e.Offset, e.Thread, e.Address >> wordShift}]; found != nil {
			list[i] = slices.Compact(slices.Clone(found))
		}
	}
	return list
}

// fold finds the rows of accesses that are not told one by one.
func (s *story) fold() {
	trace := s.report.Trace
	if len(trace) < foldEvents {
		return
	}
	for from := 0; from < len(trace); {
		to := from
		for to < len(trace) && trace[to].Thread == trace[from].Thread && s.foldable(to) {
			to++
		}
		if to-from > foldRow {
			s.folds = append(s.folds, fold{from + 1, to - 1})
		}
		from = max(to, from+1)
	}
}

func (s *story) foldable(at int) bool {
	e := &s.report.Trace[at]
	return e.Next < 0 && s.races[at] == nil && !e.Blocked &&
		(isPlain(e.Kind) || e.Kind == atomicLoads.String() || e.Kind == threads.Spin.String())
}

// name returns what a thread is called: its number, and its function if that is known.
func (s *story) name(thread int) string {
	if name := s.names[thread]; name != "" {
		return fmt.Sprintf("thread %d (%s)", thread, short(name))
	}
	return fmt.Sprintf("thread %d", thread)
}

// what says what an event is, without its thread and place.
func (s *story) what(at int) string {
	e := &s.report.Trace[at]
	if e.Before {
		return "before " + s.action(at)
	}
	return s.action(at)
}

func (s *story) action(at int) string {
	e := &s.report.Trace[at]
	switch {
	case e.Lock != "":
		return fmt.Sprintf("%s [%#x]", printable(unadorned(e.Lock)), e.Address)
	case e.Made > 0:
		return "spawn " + s.name(e.Made)
	case e.Kind == threads.Call.String() && e.Func == "" && s.first[e.Thread] == at:
		return "begins"
	case e.Kind == threads.End.String():
		return "ends"
	case e.Kind == notifies.String() && !e.Before && len(e.Woke) == 0:
		return fmt.Sprintf("notify [%#x] wakes nobody", e.Address)
	case e.Kind == notifies.String() && !e.Before:
		return fmt.Sprintf("notify [%#x] wakes %s", e.Address, threadList(e.Woke))
	case e.Kind == waits.String() || e.Kind == notifies.String() || e.Size > 0:
		return fmt.Sprintf("%s [%#x]", printable(e.Kind), e.Address)
	case e.Kind == threads.Call.String():
		return "call of the host"
	}
	return printable(e.Kind)
}

// place returns where an event is: its line, or else the function and the offset of the instruction, as far as they are
// known.
func (e *Event) place() string {
	if e.Source != "" {
		return short(e.Source)
	}
	offset := e.Offset
	if f := ownFrame(e.Stack); f != nil {
		offset = f.Offset
	}
	if offset == 0 {
		return short(e.Func)
	}
	return fmt.Sprintf("%s@%x", short(e.Func), offset)
}

// grade says how bad a race is, as far as is known.
func (r *Race) grade() string {
	if r.Harm != nil {
		return "harmful: in the other order, " + printable(r.Harm.Message)
	}
	return "no failure seen in the other order"
}

// does says what an access of a race is.
func (a *RaceAccess) does() string {
	what := "reads"
	if a.Writes {
		what = "writes"
	}
	if a.Atomic {
		what += " atomically"
	}
	return what
}

// searched says in one sentence what was done.
func (r *Report) searched() string {
	var b strings.Builder
	if r.Shard.Of > 0 {
		fmt.Fprintf(&b, "shard %v: ", r.Shard)
	}
	fmt.Fprintf(&b, "%s (%d different)", plural(r.Schedules, "schedule"), r.Distinct)
	if r.Points > 0 {
		fmt.Fprintf(&b, ", up to %s", plural(r.Points, "point"))
	}
	if r.Failure != nil {
		fmt.Fprintf(&b, "; schedule %d failed, found by %s", r.Found, cmp.Or(string(r.Strategy), "an unknown strategy"))
	}
	switch {
	case r.Exhausted:
		b.WriteString("; there are no others")
	case r.Complete >= 0:
		fmt.Fprintf(&b, "; complete up to %s", plural(r.Complete, "deviation"))
	}
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, "; missing shards: %s", strings.Trim(fmt.Sprint(r.Missing), "[]"))
	}
	return b.String()
}

// replayArguments are those of the command that repeats a schedule.
func replayArguments(schedule string) string { return "--replay '" + schedule + "'" }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
