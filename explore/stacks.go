package explore

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"weft"
	"weft/threads"
)

// A Frame is a call in a stack trace as a report shows it: of a function, or of one that the compiler has inlined.
type Frame struct {
	Func string `json:"func"`
	// File, Line and Column are where it is in the source, from 1 on; "" and 0 if that is not known.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Offset is that of the instruction in the binary.
	Offset  int  `json:"offset"`
	Inlined bool `json:"inlined,omitempty"` // into the next frame
	Library bool `json:"library,omitempty"` // it is a function of the C library
}

// Source returns where the frame is, as "file:line" without directories; "" if that is not known.
func (f *Frame) Source() string {
	if f.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", path.Base(f.File), f.Line)
}

// Frames returns the calls of a stack trace, innermost first. What is of the C library is guessed by the names.
func Frames(stack weft.StackTrace) []Frame {
	return framesOf(stack, func(f *weft.Frame) bool { return looksLikeLibrary(f.FuncName) })
}

// frames is Frames for a module of which it is known what is of the C library.
func (n *names) frames(stack weft.StackTrace) []Frame {
	return framesOf(stack, func(f *weft.Frame) bool { return f.FuncIndex >= 0 && n.isSystem(uint32(f.FuncIndex)) })
}

func looksLikeLibrary(name string) bool {
	return (matches(systemFunctions, name) || matches(libraryFunctions, name)) && !matches(userFunctions, name)
}

func framesOf(stack weft.StackTrace, isLibrary func(*weft.Frame) bool) []Frame {
	var list []Frame
	for i := range stack.Frames {
		list = appendFrames(list, &stack.Frames[i], isLibrary(&stack.Frames[i]))
	}
	return list
}

func appendFrames(list []Frame, f *weft.Frame, library bool) []Frame {
	own := Frame{Func: f.FuncName, Offset: f.Offset, Library: library}
	if own.Func == "" {
		own.Func = fmt.Sprintf("func[%d]", f.FuncIndex)
	}
	places := f.Source()
	if len(places) == 0 {
		return append(list, own)
	}
	for i, p := range places {
		inner := own
		inner.File, inner.Line, inner.Column = p.File, p.Line, p.Column
		if i < len(places)-1 {
			inner.Inlined = true
			if p.Func != "" {
				inner.Func = p.Func
			}
		}
		list = append(list, inner)
	}
	return list
}

// ownFrame returns the innermost frame that is not of the C library; nil if there is none.
func ownFrame(stack []Frame) *Frame {
	for i := range stack {
		if !stack[i].Library {
			return &stack[i]
		}
	}
	return nil
}

// startName returns the name of the function that a thread was made for, by its stack, or by that of a part of its
// calls: the outermost function that is not one of those through which threads begin.
func startName(stack []Frame) string {
	for i := len(stack) - 1; i >= 0; i-- {
		f := &stack[i]
		switch {
		case f.Func == "__original_main", f.Func == "__main_argc_argv", f.Func == "__main_void":
			return "main"
		case f.Library, looksLikeLibrary(f.Func), f.Func == "thread_main":
		case f.Func == "begin" && i+1 < len(stack) && stack[i+1].Func == "thread_main":
		default:
			return f.Func
		}
	}
	return ""
}

// stackPoints bounds what it takes to find the stacks of a trace: scheduling points that are run for it. A point at
// which a thread has spun counts as spinPoints.
const (
	stackPoints = 300_000
	spinPoints  = 100
)

// addStacks gives stacks to events of a trace that have none, by running the schedule again up to each.
func (r *replayer) addStacks(ctx context.Context, list []threads.Deviation, t *tracer) error {
	events := t.events
	cost := make([]int, len(events))
	for i, sum := 0, 0; i < len(events); i++ {
		sum++
		if events[i].Kind == threads.Spin.String() {
			sum += spinPoints
		}
		cost[i] = sum
	}
	left := stackPoints
	for _, plain := range []bool{false, true} {
		for i := len(events) - 1; i >= 0; i-- {
			e := &events[i]
			_, again := t.again[i]
			has := again || e.Stack != nil || e.Kind == threads.End.String()
			if has || plain != isPlain(e.Kind) || cost[i] > left {
				continue
			}
			left -= cost[i]
			stack, err := r.stackAt(ctx, list, i, e.Thread)
			if err != nil {
				return err
			}
			e.Stack = stack
		}
	}
	return nil
}

// isPlain reports whether events of a kind are accesses by which threads do not synchronise.
func isPlain(kind string) bool {
	switch kind {
	case loads.String(), stores.String(), fills.String(), copies.String():
		return true
	}
	return false
}

// stackAt runs a schedule up to an event of its trace, and returns the stack of the event's thread.
func (r *replayer) stackAt(ctx context.Context, list []threads.Deviation, event, thread int) ([]Frame, error) {
	t := newTracer(r.world, nil)
	t.stopAt = event
	o, err := r.run(ctx, list, t)
	if err != nil || o.failure == nil {
		return nil, err
	}
	if !t.stopped {
		return nil, nil
	}
	for i := range o.failure.Threads {
		if s := &o.failure.Threads[i]; s.State == "failed" && len(s.Stack.Frames) > 0 {
			return r.world.program.names.frames(s.Stack), nil
		}
	}
	for _, t := range r.world.scheduler.Threads() {
		if t.ID() == thread {
			return r.world.program.names.frames(t.Stack()), nil
		}
	}
	return nil, nil
}

// describe says of an event where it is, by its stack: in the program itself, also if the C library does it.
func (e *Event) describe() {
	f := ownFrame(e.Stack)
	if f != nil && (e.Func == "" || e.Stack[0].Library) {
		e.Func, e.Source = f.Func, f.Source()
	}
}

// printable returns a name as it can be shown in a line of a terminal: what is not printable is quoted.
func printable(name string) string {
	quoted := strconv.Quote(name)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// mostName is how many characters of a name are shown in a line.
const mostName = 40

// short is printable for a name of which only the beginning is shown if it is very long.
func short(name string) string {
	if list := []rune(name); len(list) > mostName {
		return printable(string(list[:mostName])) + "..."
	}
	return printable(name)
}
