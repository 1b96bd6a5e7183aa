package explore

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Of a schedule with more events than mostLines, only the first and the last are told in text.
const (
	mostLines = 400
	headLines = 100
)

// WriteText writes the report for a terminal: how the program fails, in which schedule, what the threads wait for, the
// string that repeats it, the races, and what was searched. Names from the module that are not printable are quoted.
func (r *Report) WriteText(w io.Writer) error { return r.writeText(w, true) }

// WriteSummary is WriteText without the events of the schedule.
func (r *Report) WriteSummary(w io.Writer) error { return r.writeText(w, false) }

func (r *Report) writeText(w io.Writer, events bool) error {
	t := &textWriter{story: newStory(r), Writer: bufio.NewWriter(w)}
	if r.Failure != nil {
		t.failure(r.Failure)
	} else if r.Schedules > 0 {
		fmt.Fprintln(t, "no failure")
	} else {
		fmt.Fprintln(t, "nothing is known: no schedule has ended in the time")
	}
	for _, d := range r.Unreached {
		fmt.Fprintf(t, "of the schedule, %v has not come to pass\n", d)
	}
	if events {
		t.schedule()
	}
	t.stacks()
	t.written()
	t.repeat()
	for i := range r.Races {
		t.race(i)
	}
	fmt.Fprintf(t, "\n%s\n", r.searched())
	return t.Flush()
}

// A textWriter writes a report as text.
type textWriter struct {
	*story
	*bufio.Writer
}

func (t *textWriter) failure(f *Failure) {
	fmt.Fprintf(t, "%s\n", printable(f.Message))
	if f.Failed >= 0 {
		fmt.Fprintf(t, "in %s\n", t.name(f.Failed))
	}
	for i := range t.ends {
		if t.ends[i].event >= 0 {
			t.reason(&t.ends[i])
		}
	}
}

func (t *textWriter) reason(w *endState) {
	fmt.Fprintf(t, "%s %s", t.name(w.thread), w.what)
	if f := ownFrame(w.stack); f != nil && f.Source() != "" {
		fmt.Fprintf(t, " at %s", printable(f.Source()))
	}
	for _, why := range w.why {
		fmt.Fprintf(t, ": %s", why)
	}
	fmt.Fprintln(t)
}

// schedule writes a line for each event, and one for each change of thread.
func (t *textWriter) schedule() {
	trace := t.report.Trace
	if len(trace) == 0 {
		return
	}
	fmt.Fprintf(t, "\nthe schedule, %s of %s, %s from the default:\n\n", plural(len(trace), "event"),
		plural(len(t.threads), "thread"), plural(len(t.report.Deviations), "deviation"))
	folds, tail := t.folds, len(trace)-(mostLines-headLines)
	for i := 0; i < len(trace); i++ {
		if i >= headLines && i < tail {
			t.skipped(tail - i)
			i = tail
		}
		for len(folds) > 0 && folds[0].to <= i {
			folds = folds[1:]
		}
		if len(folds) > 0 && folds[0].from <= i {
			t.skipped(folds[0].to - i)
			i = folds[0].to - 1
			continue
		}
		t.event(i)
	}
	if f := t.report.Failure; f != nil && f.Failed >= 0 {
		fmt.Fprintf(t, "%s fails: %s\n", t.name(f.Failed), printable(f.Message))
	}
}

func (t *textWriter) skipped(n int) { fmt.Fprintf(t, "%18s... %s\n", "", plural(n, "event")) }

func (t *textWriter) event(at int) {
	e := &t.report.Trace[at]
	who := fmt.Sprintf("%d %s", e.Thread, short(t.names[e.Thread]))
	fmt.Fprintf(t, "%6d  %-18s %-22s %s", at, who, e.place(), t.what(at))
	for _, race := range t.races[at] {
		fmt.Fprintf(t, "  (race %d)", race+1)
	}
	fmt.Fprintln(t)
	switch {
	case e.Deviation != "":
		fmt.Fprintf(t, "%6s  -> %s, deviation %s\n", "", t.name(e.Next), e.Deviation)
	case e.Next >= 0:
		fmt.Fprintf(t, "%6s  -> %s\n", "", t.name(e.Next))
	}
}

// stacks writes those of the threads that there were at the end.
func (t *textWriter) stacks() {
	for i := range t.ends {
		end := &t.ends[i]
		fmt.Fprintf(t, "\n%s: %s\n", t.name(end.thread), printable(end.what))
		t.stack(end.stack)
	}
}

func (t *textWriter) stack(frames []Frame) {
	for i := range frames {
		fmt.Fprintf(t, "    %s\n", frames[i].String())
	}
	if len(frames) == 0 {
		fmt.Fprintln(t, "    (no stack)")
	}
}

// String returns the function and the place of a frame, as one line without control characters.
func (f *Frame) String() string {
	s := printable(f.Func)
	switch {
	case f.File == "":
		return fmt.Sprintf("%s at offset %#x", s, f.Offset)
	case f.Inlined:
		return fmt.Sprintf("%s at %s (inlined)", s, printable(f.Source()))
	}
	return fmt.Sprintf("%s at %s", s, printable(f.Source()))
}

// mostWritten is how many lines are shown of what a program has written: the last ones.
const mostWritten = 20

// written writes what the program has written, if that is about the failure.
func (t *textWriter) written() {
	f := t.report.Failure
	if f == nil {
		return
	}
	t.lines("standard error", f.Errors)
	if f.Kind == KindOutput {
		t.lines("standard output", f.Output)
	}
}

func (t *textWriter) lines(name, text string) {
	if text == "" {
		return
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	fmt.Fprintf(t, "\n%s:\n", name)
	if n := len(lines) - mostWritten; n > 0 {
		fmt.Fprintf(t, "    ... %s\n", plural(n, "line"))
		lines = lines[n:]
	}
	for _, line := range lines {
		fmt.Fprintf(t, "    %s\n", printable(line))
	}
}

func (t *textWriter) repeat() {
	if s := t.report.Schedule; s != "" {
		fmt.Fprintf(t, "\nto repeat it:\n    weft %s %s FILE\n", t.report.repeater(), replayArguments(s))
	}
}

// repeater returns the command that repeats the failure. Only explore looks at what is accessed, and ends what has no
// end.
func (r *Report) repeater() string {
	if f := r.Failure; f != nil && (f.Kind == KindHang || f.isMisuse()) {
		return "explore"
	}
	return "run"
}

func (t *textWriter) race(at int) {
	r := &t.report.Races[at]
	fmt.Fprintf(t, "\nrace %d: at [%#x], %s\n", at+1, r.Address, r.grade())
	for _, a := range []*RaceAccess{&r.First, &r.Second} {
		fmt.Fprintf(t, "  %s %s\n", t.name(a.Thread), a.does())
		t.stack(Frames(a.Stack))
	}
	if r.Schedule != "" && r.Schedule != t.report.Schedule {
		fmt.Fprintf(t, "  seen with %s\n", replayArguments(r.Schedule))
	}
}
