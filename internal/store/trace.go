package store

import (
	"errors"
	"slices"
)

// A Walker goes over the active calls of an engine, from the innermost out: W is its state at a call.
type Walker[W any] interface {
	*W
	// Next goes to the caller; false if that is the host.
	Next() bool
	// Describe returns what a trace tells about the call, but for continuations.
	Describe() Frame
	// Running returns the continuation that runs the call, and whether the call has resumed the one
	// before.
	Running() (c *ContRecord, resumed bool)
}

// TraceFrom describes the active calls from one on; of a very deep stack both ends. It goes over all of them once, and
// again over those from a mark on that it has left behind.
func TraceFrom[W any, P Walker[W]](s *Store, start W) StackTrace {
	type mark struct {
		w W
		i int
	}
	w := P(new(W)) // the only one whose methods are called: each such takes memory of Go's heap
	*w = start
	total := 1
	earlier, last := mark{start, 0}, mark{start, 0}
	for w.Next() {
		if total%lookInterval == 0 {
			earlier, last = last, mark{*w, total}
		}
		total++
	}
	trace := StackTrace{Frames: make([]Frame, 0, min(total, maxFrames))}
	keep := func(from mark, end int) {
		*w = from.w
		for i := from.i; i < end; i++ {
			if trace.Keeps(i, total) {
				trace.Frames = append(trace.Frames, describe[W](s, w))
			}
			w.Next()
		}
	}
	if earlier.i > 0 {
		keep(mark{start, 0}, maxFrames/2)
	}
	keep(earlier, total)
	trace.Omitted = total - len(trace.Frames)
	return trace
}

// describe returns the frame of a call.
func describe[W any, P Walker[W]](s *Store, w P) Frame {
	f := w.Describe()
	c, resumed := w.Running()
	if c.Link != nil {
		f.Continuation = s.Conts.Number(c)
	}
	f.ResumedHere = resumed
	return f
}

// A call from the host has a trace of its own. Where its error goes on, through a function of another engine or through
// the host function that has made the call, the trace goes on with the calls around.

// JoinTrace appends to the trace of an error that has just been made the calls around it.
func JoinTrace(t *StackTrace, outer StackTrace) { *t = t.joined(outer) }

// joined returns the trace with the calls around it; of a very deep stack both ends.
func (s *StackTrace) joined(outer StackTrace) StackTrace {
	t := StackTrace{Frames: slices.Concat(s.Frames, outer.Frames), Omitted: s.Omitted + outer.Omitted}
	if n := len(t.Frames) - maxFrames; n > 0 {
		t.Frames = slices.Delete(t.Frames, maxFrames/2, maxFrames/2+n)
		t.Omitted += n
	}
	return t
}

// ThroughHost returns the trace of an exception that a function, perhaps of the host, has let through.
func (s *Store) ThroughHost(f *FuncRecord, t StackTrace) StackTrace {
	if !f.IsHost() || len(t.Frames) == 0 {
		return t
	}
	return t.joined(StackTrace{Frames: []Frame{s.hostFrame(f)}})
}

func (s *Store) hostFrame(f *FuncRecord) Frame { return Frame{FuncIndex: -1, FuncName: s.FuncName(f)} }

// CallFailed returns the error of a call in which a function of the host or of another engine, called where outer
// begins, has returned err.
func (s *Store) CallFailed(f *FuncRecord, err error, outer StackTrace) error {
	if f.IsHost() {
		return s.hostFailed(f, err, outer)
	}
	var own interface{ StackTrace() *StackTrace }
	if !errors.As(err, &own) {
		return &HostError{Func: s.FuncName(f), Err: err, Stack: outer}
	}
	JoinTrace(own.StackTrace(), outer)
	return err
}

// SchedulerFailed returns the error with which a call ends because of one that a scheduler has returned.
func SchedulerFailed(err error, stack StackTrace) error {
	return &HostError{Func: "the scheduler", Err: err, Stack: stack}
}

// FromHost returns an error that the host has returned as one that engines know.
func (s *Store) FromHost(err error) error {
	if s.HostError == nil {
		return err
	}
	return s.HostError(err)
}

// hostFailed does that for the host. An error of a guest that the host function has called, as it is, stands for both
// calls: a copy, since the host may keep it, or return it again. Any other becomes a [HostError].
func (s *Store) hostFailed(f *FuncRecord, err error, outer StackTrace) error {
	through := StackTrace{Frames: append([]Frame{s.hostFrame(f)}, outer.Frames...), Omitted: outer.Omitted}
	switch e := s.FromHost(err).(type) {
	case *Trap:
		return &Trap{Code: e.Code, Detail: e.Detail, Stack: e.Stack.joined(through)}
	case *UnhandledSuspension:
		return &UnhandledSuspension{Tag: e.Tag, Stack: e.Stack.joined(through)}
	case *Interrupt:
		return &Interrupt{Cause: e.Cause, Stack: e.Stack.joined(through)}
	case *HostError:
		return &HostError{Func: e.Func, Err: e.Err, Stack: e.Stack.joined(through)}
	}
	return &HostError{Func: s.FuncName(f), Err: err, Stack: outer}
}
