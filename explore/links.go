package explore

import (
	"fmt"
	"slices"
	"strings"

	"weft/threads"
)

// A Link is from one event of a trace to a later one that it has brought about, by their indices.
type Link struct {
	Kind LinkKind `json:"kind"`
	From int      `json:"from"`
	To   int      `json:"to"`
}

// A LinkKind says how one event brings another about.
type LinkKind string

// The kinds of links. LinkNotify is from a notify to the wait that it has ended, which came before: the arrow that is
// drawn goes to the thread, at the time of the notify.
const (
	LinkSpawn  LinkKind = "spawn"
	LinkNotify LinkKind = "notify"
	LinkUnlock LinkKind = "unlock"
)

// links returns the links of a trace, in the order of their first ends.
func links(trace []Event) []Link {
	var list []Link
	made := map[int]int{}       // spawns, by the thread that was made
	waits := map[int]int{}      // the last event of each thread that has blocked
	unlocks := map[uint64]int{} // the last unlock of each object that nobody has locked since
	for i := range trace {
		e := &trace[i]
		if at, ok := made[e.Thread]; ok {
			list = append(list, Link{LinkSpawn, at, i})
			delete(made, e.Thread)
		}
		if e.Made > 0 {
			made[e.Made] = i
		}
		for _, thread := range e.Woke {
			if at, ok := waits[thread]; ok {
				list = append(list, Link{LinkNotify, i, at})
			}
		}
		if e.Blocked {
			waits[e.Thread] = i
		}
		switch op := lockFunctions[unadorned(e.Lock)]; {
		case e.Before:
		case op == releases:
			unlocks[e.Address] = i
		case op == acquires:
			if at, ok := unlocks[e.Address]; ok && trace[at].Thread != e.Thread {
				list = append(list, Link{LinkUnlock, at, i})
			}
			delete(unlocks, e.Address)
		}
	}
	slices.SortStableFunc(list, func(a, b Link) int { return a.From - b.From })
	return list
}

// An endState is what a thread does at the end of a schedule, and if it waits, why.
type endState struct {
	thread  int
	event   int // of the trace, at which it waits; -1 if that is not in it
	address uint64
	stack   []Frame
	what    string
	why     []string // who has what it waits for, who has notified there last
}

// endStates returns what the threads do when a schedule has failed, in the order of their numbers.
func (r *Report) endStates() []endState {
	if r.Failure == nil {
		return nil
	}
	last := map[int]int{}
	for i := range r.Trace {
		last[r.Trace[i].Thread] = i
	}
	var list []endState
	for i := range r.Failure.Threads {
		s := &r.Failure.Threads[i]
		if at, ok := last[s.ID]; !ok || !r.waits(at) {
			list = append(list, endState{s.ID, -1, s.Address, Frames(s.Stack), s.State, nil})
		}
	}
	for _, at := range last {
		if r.waits(at) {
			list = append(list, r.waiting(at))
		}
	}
	slices.SortFunc(list, func(a, b endState) int { return a.thread - b.thread })
	return list
}

// waits reports whether the last event of a thread in a deadlock is one at which it has blocked.
func (r *Report) waits(at int) bool {
	e := &r.Trace[at]
	return r.Failure.Kind == KindDeadlock && e.Blocked && e.Kind != threads.End.String()
}

// waiting explains the last event of a thread, at which it waits.
func (r *Report) waiting(at int) endState {
	e := &r.Trace[at]
	w := endState{thread: e.Thread, event: at, address: e.Address, stack: e.Stack,
		what: fmt.Sprintf("waits at [%#x]", e.Address)}
	call := r.callAround(at)
	if call >= 0 {
		c := &r.Trace[call]
		w.what = fmt.Sprintf("waits in %s [%#x]", unadorned(c.Lock), c.Address)
		if lockFunctions[unadorned(c.Lock)] == acquires {
			if holder := r.holder(call); holder >= 0 {
				w.why = append(w.why, r.heldBy(holder, e.Thread))
				return w
			}
		}
	}
	if call < 0 || !strings.Contains(r.Trace[call].Lock, "join") { // that is woken by the end of a thread
		w.why = append(w.why, r.lastNotify(at, call))
	}
	return w
}

// callAround returns the call of a lock function in which a thread has blocked, by its index; -1 if there is none.
func (r *Report) callAround(at int) int {
	e := &r.Trace[at]
	for i := at; i >= 0; i-- {
		c := &r.Trace[i]
		switch {
		case c.Thread != e.Thread || c.Before || i == at && c.Lock == "":
		case c.Lock != "":
			if i == at || inLibrary(e) {
				return i
			}
			return -1
		case c.Kind != threads.Wait.String() && c.Kind != notifies.String() && c.Kind != threads.Spin.String():
			return -1
		}
	}
	return -1
}

// inLibrary reports whether an event is not at an instruction of the program itself, but in a call of the C library.
func inLibrary(e *Event) bool { return e.Offset == 0 && (len(e.Stack) == 0 || e.Stack[0].Library) }

// holder returns the event at which the object was locked that a thread waits for, by another or by itself; -1 if that
// is not certain.
func (r *Report) holder(call int) int {
	object := r.Trace[call].Address
	held := map[int]int{} // by thread
	for i := range r.Trace {
		e := &r.Trace[i]
		name := unadorned(e.Lock)
		switch op := lockFunctions[name]; {
		case i == call || e.Lock == "" || e.Before:
		case op == waitsFor && (strings.HasPrefix(name, "pthread_cond") || strings.HasPrefix(name, "cnd")):
			delete(held, e.Thread) // it unlocks a mutex, perhaps this one
		case e.Address != object:
		case op == releases:
			delete(held, e.Thread)
		case op == acquires && !strings.Contains(name, "try") && !strings.Contains(name, "timed") && !r.blockedIn(i):
			held[e.Thread] = i
		}
	}
	if len(held) != 1 {
		return -1
	}
	for _, at := range held {
		return at
	}
	return -1
}

// blockedIn reports whether a call is the last thing that a thread does, and has blocked.
func (r *Report) blockedIn(call int) bool {
	thread := r.Trace[call].Thread
	for i := len(r.Trace) - 1; i > call; i-- {
		if e := &r.Trace[i]; e.Thread == thread {
			return e.Blocked && r.callAround(i) == call
		}
	}
	return true
}

func (r *Report) heldBy(at, waiter int) string {
	e := &r.Trace[at]
	if e.Thread == waiter {
		return "it has that itself, since " + r.placeOf(at)
	}
	return fmt.Sprintf("thread %d has that, since %s", e.Thread, r.placeOf(at))
}

// placeOf tells where an event is: by its line, or its number if that is not known.
func (r *Report) placeOf(at int) string {
	if s := r.Trace[at].place(); s != "" {
		return fmt.Sprintf("%s (event %d)", s, at)
	}
	return fmt.Sprintf("event %d", at)
}

// lastNotify tells of the last notify at the address at which a thread waits at an event, in a call, or -1.
func (r *Report) lastNotify(at, call int) string {
	e := &r.Trace[at]
	for i := len(r.Trace) - 1; i >= 0; i-- {
		n := &r.Trace[i]
		if n.Kind != notifies.String() || n.Address != e.Address || n.Before {
			continue
		}
		text := fmt.Sprintf("thread %d has notified last, at %s, ", n.Thread, r.placeOf(i))
		switch {
		case len(n.Woke) > 0:
			return text + "which woke " + threadList(n.Woke)
		case i < at && (call < 0 || !countsWakes(r.Trace[call].Lock)):
			return text + "which woke nobody and came before this wait: a lost wake-up"
		}
		return text + "which woke nobody"
	}
	return "nobody has notified there"
}

// countsWakes reports whether what is posted before a wait is not lost, or not seen by notify at all.
func countsWakes(function string) bool {
	name := unadorned(function)
	return strings.HasPrefix(name, "sem_") || lockFunctions[name] == acquires
}

func threadList(ids []int) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "thread %d", id)
	}
	return b.String()
}

// threadNames returns the names of the functions that threads were made for, by thread, as far as they are known.
func (r *Report) threadNames() map[int]string {
	names := map[int]string{}
	note := func(thread int, stack []Frame) {
		if name := startName(stack); name != "" && names[thread] == "" {
			names[thread] = name
		}
	}
	for i := range r.Trace {
		note(r.Trace[i].Thread, r.Trace[i].Stack)
	}
	if r.Failure != nil {
		for i := range r.Failure.Threads {
			note(r.Failure.Threads[i].ID, Frames(r.Failure.Threads[i].Stack))
		}
	}
	for i := range r.Trace { // those without a stack: the first function that does something
		e := &r.Trace[i]
		if names[e.Thread] == "" && e.Func != "" && !looksLikeLibrary(e.Func) {
			names[e.Thread] = e.Func
		}
	}
	return names
}
