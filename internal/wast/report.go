package wast

import (
	"fmt"
	"time"

	"weft/wasm"
)

// Counts says how commands ended.
type Counts struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

func (c *Counts) add(d Counts) {
	c.Passed += d.Passed
	c.Failed += d.Failed
	c.Skipped += d.Skipped
}

// Total returns the number of commands.
func (c Counts) Total() int { return c.Passed + c.Failed + c.Skipped }

// A Finding is a command that did not end as the script expects, and where it
// stands.
type Finding struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Directive string `json:"directive"`
	Expected  string `json:"expected"`
	Got       string `json:"got"`
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: expected %s, got %s", f.File, f.Line, f.Column, f.Directive, f.Expected, f.Got)
}

// A Report is the result of a script, or of several.
type Report struct {
	File string `json:"file,omitempty"`
	// Features are those that the script ran with.
	Features wasm.Features `json:"-"`
	Counts
	// Kinds counts by directive, such as assert_return.
	Kinds map[string]Counts `json:"kinds,omitempty"`
	// Skips counts the skipped commands by reason.
	Skips map[string]int `json:"skips,omitempty"`
	// Failures are the commands that failed.
	Failures []Finding `json:"failures,omitempty"`
	// Texts are the assertions that passed although the text of the error is another.
	Texts   []Finding     `json:"texts,omitempty"`
	Elapsed time.Duration `json:"elapsed"`
}

// Add adds the result of another script.
func (r *Report) Add(other *Report) {
	r.Counts.add(other.Counts)
	for kind, c := range other.Kinds {
		r.count(kind, c)
	}
	for reason, n := range other.Skips {
		r.skip(reason, n)
	}
	r.Failures = append(r.Failures, other.Failures...)
	r.Texts = append(r.Texts, other.Texts...)
	r.Elapsed += other.Elapsed
}

func (r *Report) count(kind string, c Counts) {
	if r.Kinds == nil {
		r.Kinds = map[string]Counts{}
	}
	sum := r.Kinds[kind]
	sum.add(c)
	r.Kinds[kind] = sum
}

func (r *Report) skip(reason string, n int) {
	if r.Skips == nil {
		r.Skips = map[string]int{}
	}
	r.Skips[reason] += n
}

// enter enters the outcome of a command.
func (r *Report) enter(f Finding, o outcome) {
	f.Expected, f.Got = o.expected, o.got
	var c Counts
	switch o.verdict {
	case passed:
		c.Passed = 1
		if o.otherText {
			r.Texts = append(r.Texts, f)
		}
	case failed:
		c.Failed = 1
		r.Failures = append(r.Failures, f)
	case skipped:
		c.Skipped = 1
		r.skip(o.reason, 1)
	}
	r.Counts.add(c)
	r.count(f.Directive, c)
}

type verdict uint8

const (
	passed verdict = iota
	failed
	skipped
)

// An outcome is how a command ended.
type outcome struct {
	verdict       verdict
	expected, got string // of a failure, or of a text that differs
	reason        string // why it was skipped
	otherText     bool   // passed, but the error has another text
}

func pass() outcome { return outcome{verdict: passed} }

func fail(expected, got string) outcome {
	return outcome{verdict: failed, expected: expected, got: got}
}

func skip(reason string) outcome { return outcome{verdict: skipped, reason: reason} }
