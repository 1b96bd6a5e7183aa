package wasm

import (
	"fmt"
	"strings"
)

// ErrorClass says at which stage a module was found to be wrong.
type ErrorClass uint8

const (
	// Malformed: the bytes or the text are not a module (specification,
	// chapters "Binary Format" and "Text Format").
	Malformed ErrorClass = iota
	// Invalid: a module, but one that breaks a rule of the chapter "Validation".
	Invalid
	// Disabled: the module uses a proposal that is switched off.
	Disabled
	// Limit: the module is well-formed but exceeds a limit of this implementation.
	Limit
)

func (c ErrorClass) String() string {
	return [...]string{"malformed", "invalid", "disabled feature", "implementation limit"}[c]
}

// An Error says what is wrong with a module and where. Positions that are not
// known are -1 (Offset, Func) or 0 (Line, Column).
type Error struct {
	Class    ErrorClass
	Feature  Features // for Disabled: what is off; if several, any of them would do
	Offset   int      // in bytes from the start of the binary
	Line     int      // 1-based, of the text
	Column   int      // 1-based, in bytes
	Func     int      // function index
	FuncName string
	Msg      string
}

// Errorf makes an error without a position.
func Errorf(class ErrorClass, format string, args ...any) *Error {
	return &Error{Class: class, Offset: -1, Func: -1, Msg: fmt.Sprintf(format, args...)}
}

// ErrorAt makes an error at a byte offset.
func ErrorAt(class ErrorClass, offset int, format string, args ...any) *Error {
	e := Errorf(class, format, args...)
	e.Offset = offset
	return e
}

// ErrorDisabled makes the error for a use of what any of the features would
// allow, all of which are switched off.
func ErrorDisabled(features Features, offset int, what string) *Error {
	format := "%s needs the feature %s, which is not enabled"
	if len(features.List()) > 1 {
		format = "%s needs one of the features %s, of which none is enabled"
	}
	e := ErrorAt(Disabled, offset, format, what, features)
	e.Feature = features
	return e
}

func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Line > 0:
		fmt.Fprintf(&b, "%d:%d: ", e.Line, e.Column)
	case e.Offset >= 0:
		fmt.Fprintf(&b, "offset 0x%x: ", e.Offset)
	}
	if e.Func >= 0 {
		fmt.Fprintf(&b, "func %d", e.Func)
		if e.FuncName != "" {
			fmt.Fprintf(&b, " ($%s)", e.FuncName)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	return b.String()
}
