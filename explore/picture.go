package explore

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"path"
	"slices"
	"strings"

	"weft/threads"
)

var (
	//go:embed picture/page.html
	pageSource string
	//go:embed picture/page.css
	pageStyle string
	//go:embed picture/page.js
	pageScript string
)

// colours is how many colours threads have; then they are used again.
const colours = 8

// WriteHTML writes the report as a page: a column for each thread, time downwards, with what woke, let in and made
// what. It needs no network and nothing beside it. All that comes from the module is escaped.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Parse(pageSource)
	if err != nil {
		return err
	}
	return t.Execute(w, newPage(r))
}

// Files returns the files of the source that the report is about, as the module's debug information names them: what
// [Report.Sources] can have.
func (r *Report) Files() []string {
	known := map[string]bool{}
	add := func(stack []Frame) {
		for i := range stack {
			if f := &stack[i]; f.File != "" && !f.Library {
				known[f.File] = true
			}
		}
	}
	for i := range r.Trace {
		add(r.Trace[i].Stack)
	}
	for _, end := range r.endStates() {
		add(end.stack)
	}
	for i := range r.Races {
		add(Frames(r.Races[i].First.Stack))
		add(Frames(r.Races[i].Second.Stack))
	}
	list := make([]string, 0, len(known))
	for file := range known {
		list = append(list, file)
	}
	slices.Sort(list)
	return list
}

// A page is what the template is filled with.
type page struct {
	Title, Message, In, Module, Searched string
	Kind                                 Kind
	Replay                               string
	Deviations                           int
	Lanes                                []lane
	LaneWidth                            int // in pixels
	Rows                                 []pageRow
	Ends                                 []pageEnd
	Races                                []pageRace
	Output, Errors                       string
	Data                                 pageData
	Style                                template.CSS
	Script                               template.JS
	Policy                               string // of the content: nothing but the page's own script runs
}

type lane struct {
	ID, Colour int
	Name       string
}

// A pageRow is an event, or with Folded stands for so many of them that follow.
type pageRow struct {
	At, Lane, Colour   int
	Class              string
	Thread, What, Line string
	Next, Deviation    string
	Races              []int // numbers, from 1 on
	Folded             int
	Hidden             bool // it is one of those that are folded
}

type pageEnd struct {
	Lane, Colour      int // Lane is -1 if no column is the thread's
	Name, What, Place string
	Why               []string
	Stack             []string
	Failed            bool
}

type pageRace struct {
	Number                          int
	Address, Grade, Schedule        string
	Harmful                         bool
	First, Second                   string
	FirstStack, SecondStack, Events []string
}

// pageData is for the script. The page has thousands of events, so names are short: of an event its thread, class,
// address with size, offset, function, source, next thread, deviation, stack, made and blocked.
type pageData struct {
	Events  []dataEvent       `json:"events"`
	Links   []Link            `json:"links"`
	Lanes   map[int]int       `json:"lanes"` // by thread
	Stacks  [][]int           `json:"stacks"`
	Frames  []dataFrame       `json:"frames"`
	Sources map[string]string `json:"sources"`
	Dead    []int             `json:"dead"` // events from which threads do not go on, ever
}

type dataEvent struct {
	Thread    int    `json:"t"`
	Address   string `json:"a,omitempty"`
	Offset    int    `json:"o,omitempty"`
	Func      string `json:"f,omitempty"`
	Source    string `json:"s,omitempty"`
	Next      *int   `json:"n,omitempty"`
	Deviation string `json:"d,omitempty"`
	Stack     int    `json:"k"` // -1 if it is not known
	Made      int    `json:"m,omitempty"`
	Blocked   bool   `json:"b,omitempty"`
	Ends      bool   `json:"e,omitempty"`
}

type dataFrame struct {
	Text    string `json:"x"`
	File    string `json:"f,omitempty"` // key of Sources
	Line    int    `json:"l,omitempty"`
	Library bool   `json:"y,omitempty"`
}

func newPage(r *Report) *page {
	s := newStory(r)
	b := &pageMaker{story: s, lanes: map[int]int{}, frames: map[Frame]int{}, stacks: map[string]int{}}
	sum := sha256.Sum256([]byte(pageScript))
	p := &page{Module: r.Module, Searched: r.searched(), Replay: r.Schedule, Deviations: len(r.Deviations),
		Style: template.CSS(pageStyle), Script: template.JS(pageScript), Message: "no failure found", Title: "no failure",
		Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(sum[:]) + "'"}
	if f := r.Failure; f != nil {
		p.Kind, p.Message, p.Title = f.Kind, printable(f.Message), fmt.Sprintf("%s in %s", f.Kind, r.Module)
		p.Output, p.Errors = f.Output, f.Errors
		if f.Failed >= 0 {
			p.In = s.name(f.Failed)
		}
	}
	for i, id := range s.threads {
		b.lanes[id] = i
		p.Lanes = append(p.Lanes, lane{id, i % colours, short(s.names[id])})
	}
	p.LaneWidth = laneWidth(len(p.Lanes))
	p.Rows, p.Ends, p.Races = b.rows(), b.ends(), b.races()
	p.Data = b.data()
	return p
}

// laneWidth is how wide columns are: a row has one event, whose text may lie over the columns on its right.
func laneWidth(lanes int) int {
	switch {
	case lanes <= 3:
		return 220
	case lanes <= 5:
		return 180
	case lanes <= 10:
		return 110
	}
	return 44
}

// A pageMaker makes the parts of a page.
type pageMaker struct {
	*story
	lanes     map[int]int // by thread
	frames    map[Frame]int
	frameList []dataFrame
	stacks    map[string]int
	stackList [][]int
}

func (b *pageMaker) rows() []pageRow {
	folds := b.folds
	var rows []pageRow
	for i := range b.report.Trace {
		e := &b.report.Trace[i]
		for len(folds) > 0 && folds[0].to <= i {
			folds = folds[1:]
		}
		l := b.lanes[e.Thread]
		row := pageRow{At: i, Lane: l, Colour: l % colours, Class: eventClass(e), Thread: b.name(e.Thread), What: b.what(i),
			Line: e.place(), Deviation: e.Deviation, Hidden: len(folds) > 0 && folds[0].from <= i}
		if e.Next >= 0 {
			row.Next = b.name(e.Next)
		}
		for _, race := range b.story.races[i] {
			row.Races = append(row.Races, race+1)
		}
		if row.Hidden && folds[0].from == i {
			rows = append(rows, pageRow{At: i, Lane: l, Colour: l % colours, Folded: folds[0].to - i})
		}
		rows = append(rows, row)
	}
	return rows
}

// eventClass returns how an event is drawn.
func eventClass(e *Event) string {
	switch {
	case e.Before:
		return "before"
	case e.Lock != "":
		return "lock"
	case e.Kind == threads.Wait.String() || e.Blocked && e.Kind != threads.End.String():
		return "wait"
	case e.Kind == notifies.String():
		return "notify"
	case e.Kind == threads.Spawn.String():
		return "spawn"
	case e.Kind == threads.End.String():
		return "end"
	case isPlain(e.Kind) && e.Writes:
		return "store"
	case isPlain(e.Kind):
		return "load"
	case e.Kind == atomicLoads.String() || e.Kind == atomicWrites.String() || e.Kind == fences.String():
		return "atomic"
	}
	return "call"
}

func (b *pageMaker) ends() []pageEnd {
	var list []pageEnd
	for i := range b.story.ends {
		end := &b.story.ends[i]
		l, ok := b.lanes[end.thread]
		if !ok {
			l = -1
		}
		p := pageEnd{Lane: l, Colour: max(l, 0) % colours, Name: b.name(end.thread), What: printable(end.what), Why: end.why,
			Stack: frameLines(end.stack), Failed: end.event >= 0 || end.thread == b.report.Failure.Failed}
		if f := ownFrame(end.stack); f != nil {
			p.Place = printable(f.Source())
		}
		if end.thread == b.report.Failure.Failed {
			p.What = "fails: " + printable(b.report.Failure.Message)
		}
		list = append(list, p)
	}
	return list
}

func frameLines(stack []Frame) []string {
	list := make([]string, len(stack))
	for i := range stack {
		list[i] = stack[i].String()
	}
	return list
}

func (b *pageMaker) races() []pageRace {
	var list []pageRace
	for i := range b.report.Races {
		r := &b.report.Races[i]
		list = append(list, pageRace{
			Number: i + 1, Address: fmt.Sprintf("%#x", r.Address), Grade: r.grade(), Harmful: r.Harm != nil,
			Schedule: r.Schedule, First: b.name(r.First.Thread) + " " + r.First.does(),
			Second:     b.name(r.Second.Thread) + " " + r.Second.does(),
			FirstStack: frameLines(Frames(r.First.Stack)), SecondStack: frameLines(Frames(r.Second.Stack)),
		})
	}
	return list
}

func (b *pageMaker) data() pageData {
	d := pageData{Lanes: b.lanes, Links: append([]Link{}, b.links...), Events: []dataEvent{}, Sources: b.report.Sources}
	for i := range b.report.Trace {
		e := &b.report.Trace[i]
		out := dataEvent{Thread: e.Thread, Offset: e.Offset, Func: printable(e.Func), Source: printable(e.Source),
			Deviation: e.Deviation, Stack: b.stack(e.Stack), Made: e.Made, Blocked: e.Blocked,
			Ends: e.Kind == threads.End.String()}
		if e.Size > 0 {
			out.Address = fmt.Sprintf("%#x, %s", e.Address, plural(e.Size, "byte"))
		}
		if e.Next >= 0 {
			out.Next = &e.Next
		}
		d.Events = append(d.Events, out)
	}
	for i := range b.story.ends {
		if at := b.story.ends[i].event; at >= 0 {
			d.Dead = append(d.Dead, at)
		}
	}
	d.Stacks, d.Frames = b.stackList, b.frameList
	return d
}

// stack returns the number of a stack, each of which the page has once; -1 for none.
func (b *pageMaker) stack(stack []Frame) int {
	if len(stack) == 0 {
		return -1
	}
	numbers := make([]int, len(stack))
	for i, f := range stack {
		n, ok := b.frames[f]
		if !ok {
			n = len(b.frameList)
			b.frames[f] = n
			b.frameList = append(b.frameList, dataFrame{f.String(), b.sourceKey(f.File), f.Line, f.Library})
		}
		numbers[i] = n
	}
	key := strings.Trim(fmt.Sprint(numbers), "[]")
	n, ok := b.stacks[key]
	if !ok {
		n = len(b.stackList)
		b.stacks[key] = n
		b.stackList = append(b.stackList, numbers)
	}
	return n
}

// sourceKey returns by which name the report has the text of a file; "" if it has not.
func (b *pageMaker) sourceKey(file string) string {
	for _, key := range []string{file, path.Base(file)} {
		if _, ok := b.report.Sources[key]; ok && file != "" {
			return key
		}
	}
	return ""
}
