package workload

import (
	"strings"

	"weft/bench/job"
)

// A Feature is something of WebAssembly that not every engine has. Whether one does is asked by a probe: a
// tiny module that uses it. An engine that cannot run the probe is not given
// the workloads that need the feature, with which it might end in the middle or not at all.
type Feature string

const (
	StackSwitching Feature = "stack switching"
	// SwitchInstruction is the instruction switch, which came into engines after the rest of stack switching.
	SwitchInstruction Feature = "switch"
	Exceptions        Feature = "exceptions"
	TailCalls         Feature = "tail calls"
	CollectedHeap     Feature = "collected heap"
	VectorCode        Feature = "vectors"
	NamedHandlers     Feature = "named handlers"
)

// Features are those that have a probe.
var Features = []Feature{StackSwitching, SwitchInstruction, Exceptions, TailCalls, CollectedHeap, VectorCode, NamedHandlers}

// Needs returns the features that a variant of the workload uses.
func (w *Workload) Needs(v Variant) []Feature {
	if v == Switching {
		return append([]Feature{StackSwitching}, w.Uses...)
	}
	if v == Plain {
		return w.Uses
	}
	return nil
}

// Probe returns the program that an engine with the feature can run. An engine that cannot run that
// of no feature, "", does not work at all.
func Probe(f Feature) *Workload {
	source := "nothing"
	if f != "" {
		source = strings.ReplaceAll(string(f), " ", "-")
	}
	return &Workload{Name: "probe of " + source, Source: source, Mode: job.Run, Export: "run",
		Sizes: []int64{1234}, Once: true, Process: true, Want: func(n int64) int64 { return n }}
}
