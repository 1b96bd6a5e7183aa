package weft

import (
	"weft/internal/store"
	"weft/wasm"
)

// A StackTrace lists the active calls of the guest, innermost first and
// across continuations.
type StackTrace struct {
	Frames []Frame
	// Omitted frames of a very deep stack stand between the first half of Frames and the second.
	Omitted int
}

// A Frame is a call in a stack trace.
type Frame struct {
	Module    string // the name that the module gives itself, or ""
	FuncIndex int    // in the module; -1 for a host function
	FuncName  string // from the module's names or exports, or ""
	// Offset is that of the instruction in the binary, and Position its place in a text; Line is 0 if there was none.
	Offset   int
	Position wasm.Position
	// Continuation is the number of the continuation that runs the call, 0 for
	// the stack on which the host called.
	Continuation uint32
	// ResumedHere marks the call whose resume runs the frames before it.
	ResumedHere bool

	inner *store.Frame // has the debug information
}

// A Place is one in the source from which a module was compiled; see [Frame.Source].
type Place struct {
	Func   string // the function there if it was inlined; "" if it was not, or has no name
	File   string // as the compiler wrote it
	Line   int    // from 1
	Column int    // counts bytes from 1; 0 if it is not known
}

// String formats the trace, a line per frame.
func (t *StackTrace) String() string {
	inner := t.toStore()
	return inner.String()
}

// String names the function and the place. Calls that were inlined follow, a line
// for each.
func (f *Frame) String() string {
	inner := f.toStore()
	return inner.String()
}

// Source returns where in the source the instruction is from, if the module has
// debug information: its own place, then those of the calls that were inlined
// around it, from the innermost out. The module's debug information is read when the
// first frame is asked, or formatted. It is safe for concurrent use.
func (f *Frame) Source() []Place {
	inner := f.toStore()
	var places []Place
	for _, p := range inner.Source() {
		places = append(places, Place(p))
	}
	return places
}

func fromStack(t store.StackTrace) StackTrace {
	if t.Frames == nil {
		return StackTrace{Omitted: t.Omitted}
	}
	frames := make([]Frame, len(t.Frames))
	for i := range t.Frames {
		frames[i] = fromFrame(&t.Frames[i])
	}
	return StackTrace{frames, t.Omitted}
}

func fromFrame(f *store.Frame) Frame {
	return Frame{f.Module, f.FuncIndex, f.FuncName, f.Offset, f.Position, f.Continuation, f.ResumedHere, f}
}

func (t *StackTrace) toStore() store.StackTrace {
	made := store.StackTrace{Omitted: t.Omitted}
	for i := range t.Frames {
		made.Frames = append(made.Frames, t.Frames[i].toStore())
	}
	return made
}

func (f *Frame) toStore() (made store.Frame) {
	if f.inner != nil {
		made = *f.inner
	}
	made.Module, made.FuncIndex, made.FuncName, made.Offset, made.Position = f.Module, f.FuncIndex, f.FuncName, f.Offset, f.Position
	made.Continuation, made.ResumedHere = f.Continuation, f.ResumedHere
	return made
}
