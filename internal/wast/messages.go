package wast

import (
	"errors"
	"strings"

	"weft"
	"weft/wasm"
)

// A class is a way in which a module or a call can fail.
type class string

const (
	none        class = "no error"
	malformed   class = "malformed"
	invalid     class = "invalid"
	disabled    class = "disabled feature"
	limit       class = "implementation limit"
	unlinkable  class = "unlinkable"
	trap        class = "trap"
	exhaustion  class = "exhaustion"
	exception   class = "exception"
	suspension  class = "suspension"
	interrupt   class = "timeout"
	hostFailure class = "host failure"
	other       class = "error"
)

// classify returns the way in which an error fails, and its text without
// position and stack trace.
func classify(err error) (class, string) {
	var (
		module    *wasm.Error
		link      *weft.LinkError
		trapped   *weft.Trap
		thrown    *weft.Exception
		suspended *weft.UnhandledSuspension
		ended     *weft.Interrupt
		host      *weft.HostError
	)
	switch {
	case err == nil:
		return none, ""
	case errors.As(err, &module):
		return class(module.Class.String()), module.Msg
	case errors.As(err, &link):
		return unlinkable, link.Error()
	case errors.As(err, &trapped):
		text := trapped.Code.String()
		if trapped.Detail != "" {
			text += ": " + trapped.Detail
		}
		if trapped.Code == wasm.TrapStackExhausted {
			return exhaustion, text
		}
		return trap, text
	case errors.As(err, &thrown):
		return exception, firstLine(err.Error())
	case errors.As(err, &suspended):
		return suspension, strings.TrimPrefix(firstLine(err.Error()), "wasm: ")
	case errors.As(err, &ended):
		return interrupt, firstLine(err.Error())
	case errors.As(err, &host):
		return hostFailure, firstLine(err.Error())
	}
	return other, firstLine(err.Error())
}

// movedToValidation reports whether a script from before memory64 calls malformed
// what is invalid now: the text format gives 64 bits to the limits of every memory.
func movedToValidation(want class, expected string, got class, said string) bool {
	return want == malformed && expected == "i32 constant out of range" &&
		got == invalid && strings.HasPrefix(said, "memory size must be at most")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// describe says how something failed.
func describe(c class, text string) string {
	if text == "" {
		return string(c)
	}
	return string(c) + ": " + text
}

// synonyms are pairs of texts that mean the same: how a text that a script expects
// begins, and how one of the runtime does.
var synonyms = []struct{ expected, said string }{
	// Decoders notice the end of the input in different places.
	{"unexpected end of section or function", "unexpected end"},
	// Other proposals say it so.
	{"memory types incompatible", "incompatible import type"},
}

// sameText reports whether a text says what a script expects.
func sameText(expected, said string) bool {
	if strings.Contains(said, expected) {
		return true
	}
	for _, s := range synonyms {
		if strings.HasPrefix(expected, s.expected) && strings.HasPrefix(said, s.said) {
			return true
		}
	}
	return false
}
