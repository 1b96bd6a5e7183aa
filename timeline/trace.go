package timeline

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"weft"
)

// A traceEvent is one of the Trace Event Format, which chrome://tracing and Perfetto read. Times are in microseconds.
type traceEvent struct {
	Name  string     `json:"name"`
	Cat   string     `json:"cat,omitempty"`
	Phase string     `json:"ph"`
	Time  float64    `json:"ts"`
	Dur   *float64   `json:"dur,omitempty"`
	Store int        `json:"pid"`
	Lane  int        `json:"tid"`
	Args  *traceArgs `json:"args,omitempty"`
}

// traceArgs are what a viewer shows of a span.
type traceArgs struct {
	Name         string `json:"name,omitempty"` // of a store
	Continuation int    `json:"continuation,omitempty"`
	Where        string `json:"where,omitempty"`
	Resumes      *int   `json:"resumes,omitempty"`   // which continuation
	ResumedBy    *int   `json:"resumedBy,omitempty"` // the same
	Tag          string `json:"tag,omitempty"`
	StackBytes   uint64 `json:"stackBytes,omitempty"`
	Ended        bool   `json:"ended,omitempty"` // with this span
	Maker        *int   `json:"maker,omitempty"`
}

// WriteTrace writes what has been recorded as JSON in the Trace Event Format: a process for each store, and in it
// lanes, which continuations have one after the other. Each has an event of the phase X for each time in which it
// does the same (fresh, running, resuming, suspended: the category), with times in microseconds. What a recorder has
// no room for is counted in otherData.lostEvents.
func (r *Recorder) WriteTrace(w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"lostEvents\":%d},\"traceEvents\":[", r.lost)
	separator := "\n"
	put := func(e *traceEvent) error {
		text, err := json.Marshal(e)
		if err != nil {
			return err
		}
		out.WriteString(separator) // errors stay until Flush
		separator = ",\n"
		_, err = out.Write(text)
		return err
	}
	conts := r.finished()
	lane, _ := lanes(conts)
	for i := range conts {
		c := &conts[i]
		if c.host {
			name := &traceArgs{Name: fmt.Sprintf("store %d", c.store)}
			if err := put(&traceEvent{Name: "process_name", Phase: "M", Store: c.store, Args: name}); err != nil {
				return err
			}
		}
		for k := range c.spans {
			e := r.traceEvent(c, i, k)
			e.Lane = lane[i]
			if err := put(e); err != nil {
				return err
			}
		}
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}

func (r *Recorder) traceEvent(c *continuation, number, k int) *traceEvent {
	s := &c.spans[k]
	duration := micros(s.to - s.from)
	args := &traceArgs{Continuation: number, Where: r.where(s.place), Tag: s.tag, StackBytes: s.stack,
		Ended: c.ended && k == len(c.spans)-1}
	if c.host {
		args.Continuation = 0
	}
	switch {
	case s.state == fresh && c.maker >= 0:
		args.Maker = &c.maker
	case s.state == resuming && s.other >= 0:
		args.Resumes = &s.other
	case s.state == running && s.other >= 0:
		args.ResumedBy = &s.other
	}
	return &traceEvent{Name: c.title(), Cat: s.state.String(), Phase: "X", Time: micros(s.from), Dur: &duration,
		Store: c.store, Args: args}
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// title names a continuation.
func (c *continuation) title() string {
	if c.name == "" {
		return "(no name)"
	}
	return c.name
}

// where describes a place: as in the source if that is known.
func (r *Recorder) where(place int) string {
	if place < 0 {
		return ""
	}
	return placeText(&r.places[place])
}

func placeText(f *weft.Frame) string {
	name := f.FuncName
	switch {
	case f.FuncIndex < 0:
		return name + " (host)"
	case name == "":
		name = fmt.Sprintf("func[%d]", f.FuncIndex)
	}
	if list := f.Source(); len(list) > 0 {
		file := list[0].File
		return fmt.Sprintf("%s at %s:%d", name, file[strings.LastIndexByte(file, '/')+1:], list[0].Line)
	}
	if f.Position.Line > 0 {
		return fmt.Sprintf("%s at %d:%d", name, f.Position.Line, f.Position.Column)
	}
	return fmt.Sprintf("%s at %#x", name, f.Offset)
}
