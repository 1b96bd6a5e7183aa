package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/ianlancetaylor/demangle"
	"github.com/spf13/cobra"

	"weft/wasm"
)

// failureText returns what the command says about the error with which it has ended.
func failureText(cmd *cobra.Command, err error) string {
	text := foldRepeated(demangled(err.Error()))
	var usage usageError
	if errors.As(err, &usage) {
		return fmt.Sprintf("%s\nTry '%s --help'.", text, cmd.CommandPath())
	}
	return text + enabling(cmd, err)
}

// enabling returns with which flag a module is accepted that uses a proposal which is off, or "".
func enabling(cmd *cobra.Command, err error) string {
	var e *wasm.Error
	flag := cmd.Flags().Lookup("features")
	if flag == nil || !errors.As(err, &e) || e.Class != wasm.Disabled || e.Feature == wasm.MVP {
		return ""
	}
	return fmt.Sprintf("; --features %s,%s enables it", flag.Value, e.Feature.List()[0])
}

// mangled matches names as compilers of C++ and of Rust write them.
var mangled = regexp.MustCompile(`\b_(Z|R)[A-Za-z0-9_.$]+`)

// demangled returns a text with the names of C++ and Rust in it as their sources have them.
func demangled(text string) string {
	return mangled.ReplaceAllStringFunc(text, func(name string) string { return demangle.Filter(name, demangle.NoParams) })
}

// longestPeriod is of how many lines a group can be that is folded: that many functions that call each other.
const longestPeriod = 8

// foldRepeated folds groups of lines of a stack trace that follow themselves. There is no line end behind the last.
func foldRepeated(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
	var b strings.Builder
	for i := 0; i < len(lines); {
		period, times := repetition(lines[i:])
		for _, line := range lines[i : i+period] {
			b.WriteString(line)
		}
		// What is said about two of them takes no fewer lines than they do.
		switch skipped := period * (times - 1); {
		case skipped < 2:
			i += period
			continue
		case period == 1:
			fmt.Fprintf(&b, "\t... the same %d more times\n", times-1)
		default:
			fmt.Fprintf(&b, "\t... the last %d lines %d more times\n", period, times-1)
		}
		i += period * times
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// repetition returns of how many lines the group is that lines begin with and that folds most, and how often it stands
// there.
func repetition(lines []string) (period, times int) {
	period, times = 1, 1
	for p := 1; p <= longestPeriod; p++ {
		n := 1
		for (n+1)*p <= len(lines) && sameFrames(lines[:p], lines[n*p:][:p]) {
			n++
		}
		if (n-1)*p > (times-1)*period {
			period, times = p, n
		}
	}
	return period, times
}

// sameFrames reports whether lines are those of calls, and the same.
func sameFrames(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] || !strings.HasPrefix(a[i], "\t") {
			return false
		}
	}
	return true
}
