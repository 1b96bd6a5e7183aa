package explore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// A Kind says in which way a program has failed.
type Kind string

// The kinds of failures.
const (
	KindTrap      Kind = "trap"      // also an abort, as of a failed assertion
	KindExit      Kind = "exit"      // with a code other than 0
	KindException Kind = "exception" // that nothing has caught
	KindDeadlock  Kind = "deadlock"  // no thread can run, and no time will pass
	KindHang      Kind = "hang"      // a schedule comes to no end
	KindOutput    Kind = "output"    // it is not what it is in other schedules
	KindRace      Kind = "race"      // threads access the same bytes, unordered, and one of them writes
	KindHeap      Kind = "heap"      // what was freed is used, or freed again
	KindNull      Kind = "null"      // a null pointer is used
)

// A Failure is how a program has failed in a schedule.
type Failure struct {
	Kind Kind
	// Place is the function in which it has failed, by its name, and what tells failures in it apart. Two failures are
	// the same if Kind and Place are.
	Place string
	// Message says it for people, without stack traces.
	Message string
	// Threads are those that there were, in the order of their numbers.
	Threads []ThreadState
	// Failed is the number of the thread that has failed; -1 if none alone has.
	Failed int
	// Output and Errors are what the program has written, at most 64 KiB each.
	Output, Errors string
}

// A ThreadState is a thread when a program has failed.
type ThreadState struct {
	ID      int
	State   string // what it does
	Address uint64 // at which it waits, if it does
	Stack   weft.StackTrace
}

// Same reports whether two failures are the same one.
func (f *Failure) Same(g *Failure) bool {
	return f != nil && g != nil && f.Kind == g.Kind && f.Place == g.Place
}

// An outcome is how a schedule has ended.
type outcome struct {
	failure    *Failure // nil if the program has ended well
	deviations []threads.Deviation
	complete   bool // there are no more deviations
	hash       uint64
	pruned     bool // it would have repeated another one, or is unfair
	points     int
	output     string
}

// outcome says how a run has ended.
func (w *world) outcome(err error) *outcome {
	o := &outcome{hash: w.scheduler.Hash(), points: w.points, output: w.out.String()}
	list, all := w.strategy.Deviations()
	o.deviations, o.complete = slices.Clone(list), all
	if o.pruned = errors.Is(err, errSeen) || errors.Is(err, errUnfair); !o.pruned {
		o.failure = w.failure(err)
	}
	return o
}

// failure returns what an error of a run means.
func (w *world) failure(err error) *Failure {
	var exit *weft.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit) && exit.Code == 0:
		return nil
	}
	stack := stackOf(err)
	f := &Failure{Failed: -1, Output: head(w.out.String()), Errors: head(w.err.String())}
	var trap *weft.Trap
	var exception *weft.Exception
	var deadlock *threads.DeadlockError
	var host *weft.HostError
	var heap *heapError
	var null *nullError
	switch {
	case errors.As(err, &heap):
		if heap.next != nil {
			stack = heap.next.Stack()
		}
		f.Kind, f.Message, f.Place = KindHeap, heap.Error(), w.placeOf(stack)
	case errors.As(err, &null):
		f.Kind, f.Message, f.Place = KindNull, null.Error(), w.placeOf(stack)
	case exit != nil:
		f.Kind, f.Place = KindExit, fmt.Sprint(exit.Code)
		f.Message = fmt.Sprintf("the program exits with code %d", exit.Code)
	case errors.As(err, &deadlock):
		f.Kind, f.Message = KindDeadlock, "deadlock: all threads wait, and nobody can wake them"
	case errors.Is(err, errHang):
		f.Kind, f.Message = KindHang, "hang: the schedule comes to no end"
	case errors.As(err, &trap):
		f.Kind, f.Place, f.Message = KindTrap, w.placeOf(trap.Stack), trapMessage(trap, f.Errors)
	case errors.As(err, &exception):
		f.Kind, f.Place, f.Message = KindException, w.placeOf(exception.Stack), "uncaught exception"
	default:
		f.Kind, f.Message = KindTrap, firstLine(err.Error())
		if errors.As(err, &host) {
			f.Place = w.placeOf(host.Stack)
		}
	}
	w.states(f, stack)
	if own := stackOf(err); heap != nil && heap.at != nil && len(own.Frames) > 0 { // otherwise it has ended
		f.add(ThreadState{ID: heap.at.ID(), State: threads.Ready.String(), Stack: own})
	}
	if f.Place == "" {
		f.Place = w.waitingPlaces(f)
	}
	return f
}

// trapMessage says what a trap is: what an assertion has printed, if it was one.
func trapMessage(t *weft.Trap, errors string) string {
	if t.Code == wasm.TrapUnreachable && strings.Contains(errors, "ssertion") {
		return firstLine(strings.TrimSpace(errors))
	}
	return firstLine(t.Error())
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// mostOutput is how much of an output a Failure keeps.
const mostOutput = 64 << 10

func head(s string) string { return s[:min(len(s), mostOutput)] }

// stackOf returns the stack trace of an error of a call.
func stackOf(err error) weft.StackTrace {
	var trap *weft.Trap
	var exception *weft.Exception
	var host *weft.HostError
	switch {
	case errors.As(err, &trap):
		return trap.Stack
	case errors.As(err, &exception):
		return exception.Stack
	case errors.As(err, &host):
		return host.Stack
	}
	return weft.StackTrace{}
}

// states notes what the threads do. The one that has failed is no longer among them: it has the stack given.
func (w *world) states(f *Failure, failed weft.StackTrace) {
	if f.Failed = w.last; f.Kind == KindDeadlock {
		f.Failed = -1
	}
	for _, t := range w.scheduler.Threads() {
		if t.ID() == f.Failed {
			continue
		}
		s := ThreadState{ID: t.ID(), State: t.State().String(), Stack: t.Stack()}
		if t.State() == threads.Waiting {
			s.Address = t.Address()
		}
		f.Threads = append(f.Threads, s)
	}
	if f.Failed >= 0 {
		f.Threads = append(f.Threads, ThreadState{ID: f.Failed, State: "failed", Stack: failed})
	}
	slices.SortFunc(f.Threads, func(a, b ThreadState) int { return a.ID - b.ID })
}

// add adds a thread, unless it is there.
func (f *Failure) add(s ThreadState) {
	i, found := slices.BinarySearchFunc(f.Threads, s.ID, func(t ThreadState, id int) int { return t.ID - id })
	if !found {
		f.Threads = slices.Insert(f.Threads, i, s)
	}
}

// placeOf returns the innermost function of a stack that is not of the C library, and where in it.
func (w *world) placeOf(stack weft.StackTrace) string {
	for i := range stack.Frames {
		f := &stack.Frames[i]
		if f.FuncIndex >= 0 && !w.program.names.isSystem(uint32(f.FuncIndex)) {
			return fmt.Sprintf("%s@%x", w.program.names.of(uint32(f.FuncIndex)), f.Offset)
		}
	}
	return ""
}

// waitingPlaces tells deadlocks and hangs apart: by the functions in which threads are.
func (w *world) waitingPlaces(f *Failure) string {
	var places []string
	for i := range f.Threads {
		place, _, _ := strings.Cut(w.placeOf(f.Threads[i].Stack), "@")
		places = append(places, place)
	}
	slices.Sort(places)
	return strings.Join(slices.Compact(places), " ")
}
