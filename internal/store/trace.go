package store

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
	total, w := 1, start
	earlier, last := mark{start, 0}, mark{start, 0}
	for P(&w).Next() {
		if total%lookInterval == 0 {
			earlier, last = last, mark{w, total}
		}
		total++
	}
	var trace StackTrace
	keep := func(from mark, end int) {
		for w, i := from.w, from.i; i < end; i++ {
			if trace.Keeps(i, total) {
				trace.Frames = append(trace.Frames, describe[W, P](s, &w))
			}
			P(&w).Next()
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
