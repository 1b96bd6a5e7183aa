package store

import (
	"fmt"
	"strings"

	"weft/internal/dwarf"
	"weft/wasm"
)

// A Trap ends an invocation because the guest did something that has no
// result (core specification, section "Administrative Instructions").
type Trap struct {
	Code wasm.TrapCode
	// Detail says more than the code, if there is more to say.
	Detail string
	Stack  StackTrace
}

func (t *Trap) Error() string {
	msg := t.Code.String()
	if t.Detail != "" {
		msg += ": " + t.Detail
	}
	return "wasm trap: " + msg + t.Stack.suffix()
}

// An UnhandledSuspension ends an invocation whose guest suspended, or
// switched, with a tag for which no resume on the way to the host has a clause.
// It is neither a trap nor an exception: nothing in Wasm can intercept it.
type UnhandledSuspension struct {
	Tag   *Tag
	Stack StackTrace
}

func (u *UnhandledSuspension) Error() string {
	return "wasm: unhandled tag: no handler for " + u.Tag.describe() + u.Stack.suffix()
}

// An Exception ends an invocation by an exception that nothing in Wasm caught.
// A host function that returns one throws it into the guest.
type Exception struct {
	Tag     *Tag
	Payload []uint64 // the slots of the tag's parameters
	Stack   StackTrace
	ref     uint64 // its object in the heap, once there is one: that is its identity
	Said    string // the payload for people, or ""
}

func (e *Exception) Error() string {
	with := ""
	if e.Said != "" {
		with = ": " + e.Said
	}
	return "wasm: uncaught exception " + e.Tag.describe() + with + e.Stack.suffix()
}

// An Interrupt ends an invocation whose context has ended.
type Interrupt struct {
	Cause error
	Stack StackTrace
}

func (i *Interrupt) Error() string {
	return "wasm: interrupted: " + i.Cause.Error() + i.Stack.suffix()
}

// Unwrap returns the cause of the context's end.
func (i *Interrupt) Unwrap() error { return i.Cause }

// A HostError ends an invocation because a host function failed.
type HostError struct {
	Func  string
	Err   error
	Stack StackTrace
}

func (h *HostError) Error() string {
	return fmt.Sprintf("host function %s: %v", h.Func, h.Err) + h.Stack.suffix()
}

// Unwrap returns what the host function returned.
func (h *HostError) Unwrap() error { return h.Err }

// StackTrace returns where in the guest the error happened.
func (t *Trap) StackTrace() *StackTrace { return &t.Stack }

// StackTrace returns where in the guest the suspension happened.
func (u *UnhandledSuspension) StackTrace() *StackTrace { return &u.Stack }

// StackTrace returns where in the guest the call was interrupted.
func (i *Interrupt) StackTrace() *StackTrace { return &i.Stack }

// StackTrace returns where in the guest the host function was called.
func (h *HostError) StackTrace() *StackTrace { return &h.Stack }

// A LinkError says why a module cannot be instantiated with the given imports.
type LinkError struct {
	Module, Name string
	Msg          string
}

func (e *LinkError) Error() string {
	return fmt.Sprintf("%s: %q %q", e.Msg, e.Module, e.Name)
}

// A StackTrace lists the active calls, innermost first, across the
// continuations of the invocation.
type StackTrace struct {
	Frames []Frame
	// Omitted frames stand between the first half of Frames and the second.
	Omitted int
}

// A Frame is an active call.
type Frame struct {
	Module    string // the name of the module, from its name section
	FuncIndex int    // -1 for a host function
	FuncName  string
	Offset    int           // of the instruction, in the binary
	Position  wasm.Position // of the instruction, in the text; Line 0 if not known
	// Continuation is the number of the continuation that runs the call, 0 for
	// the stack on which the host called.
	Continuation uint32
	// ResumedHere marks the call whose resume runs the frames before it.
	ResumedHere bool

	debug      *dwarf.Data // nil if the module can have no debug information
	codeOffset int         // of the instruction, in the code section
}

// A Place is one in the source from which a module was compiled.
type Place = dwarf.Place

// Source returns where in the source the instruction is from, if the module has
// debug information: its own place, then those of the calls that were inlined
// around it, from the innermost out. The module's debug information is read when the
// first frame is asked, or formatted. It is safe for concurrent use.
func (f *Frame) Source() []Place {
	if f.debug == nil {
		return nil
	}
	return f.debug.Places(f.codeOffset)
}

// maxFrames bounds what a stack trace keeps.
const maxFrames = 64

// Keeps reports whether a trace of total frames keeps frame i.
func (s *StackTrace) Keeps(i, total int) bool { return i < maxFrames/2 || i >= total-maxFrames/2 }

func (s *StackTrace) suffix() string {
	if text := s.String(); text != "" {
		return "\nwasm stack trace:\n" + strings.TrimSuffix(text, "\n")
	}
	return ""
}

// String formats the trace, a line per frame.
func (s *StackTrace) String() string {
	var b strings.Builder
	for i := range s.Frames {
		f := &s.Frames[i]
		if s.Omitted > 0 && i == maxFrames/2 {
			fmt.Fprintf(&b, "\t... %d frames omitted\n", s.Omitted)
		}
		if f.ResumedHere {
			b.WriteString("\t-- continuation resumed by:\n")
		}
		fmt.Fprintf(&b, "\t%s\n", f)
	}
	return b.String()
}

// String names the function and the place. Calls that were inlined follow, a line
// for each.
func (f *Frame) String() string {
	name := f.FuncName
	if name == "" {
		name = fmt.Sprintf("func[%d]", f.FuncIndex)
	}
	if f.Module != "" {
		name = f.Module + "." + name
	}
	switch {
	case f.FuncIndex < 0:
		return name + " (host)"
	case f.Position.Line > 0:
		return fmt.Sprintf("%s at %d:%d", name, f.Position.Line, f.Position.Column)
	}
	places := f.Source()
	if len(places) == 0 {
		return fmt.Sprintf("%s at offset 0x%x", name, f.Offset)
	}
	var b strings.Builder
	for i, p := range places {
		at := fmt.Sprintf("%s:%d", p.File, p.Line)
		if p.Column > 0 {
			at += fmt.Sprintf(":%d", p.Column)
		}
		if i == len(places)-1 {
			fmt.Fprintf(&b, "%s at %s (offset 0x%x)", name, at, f.Offset)
		} else {
			fmt.Fprintf(&b, "%s at %s (inlined)\n\t", p.Func, at)
		}
	}
	return b.String()
}
