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

// TraceFrom describes the active calls from one on; of a very deep stack both ends.
func TraceFrom[W any, P Walker[W]](s *Store, start W) StackTrace {
	total := 1
	for w := start; P(&w).Next(); {
		total++
	}
	var trace StackTrace
	w := P(&start)
	for i := range total {
		if trace.Keeps(i, total) {
			f := w.Describe()
			c, resumed := w.Running()
			if c.Link != nil {
				f.Continuation = s.Conts.Number(c)
			}
			f.ResumedHere = resumed
			trace.Frames = append(trace.Frames, f)
		} else {
			trace.Omitted++
		}
		w.Next()
	}
	return trace
}
