// Package workload has the programs that are measured, and what they must compute.
//
// A workload exists in variants: in the text format with stack switching
// (wat/NAME.wat), in C over a library of coroutines (c/NAME.c), which becomes a
// WebAssembly module through Asyncify and a native program through boost.context,
// and in Go. Ordinary code is one C file (kernels/NAME.c) for WebAssembly and
// native code. Each exports functions that take a size, an i32, and return an i64.
package workload

import (
	"embed"
	"io/fs"
	"strings"
	"time"

	"weft/bench/job"
)

// Files has the sources.
//
//go:embed wat c kernels plain vector probes
var Files embed.FS

// A Variant says how a program is written and built.
type Variant string

const (
	// Switching is the text format with stack switching.
	Switching Variant = "stack switching"
	// Asyncify is C, transformed by Binaryen's Asyncify.
	Asyncify Variant = "Asyncify"
	// Plain is a module without coroutines.
	Plain Variant = "plain"
	// WASI is a program for WASI, Executable the same program for this machine.
	WASI       Variant = "WASI"
	Executable Variant = "executable"
	// Boost is C over boost.context, native.
	Boost Variant = "boost.context"
	// Clang and GCC are plain C, native.
	Clang Variant = "clang"
	GCC   Variant = "gcc"
	// Goroutines and Iterators are Go: goroutines with channels, and iter.Pull.
	Goroutines Variant = "goroutines"
	Iterators  Variant = "iter.Pull"
)

// A Group is a table of the report.
type Group string

const (
	Coroutines Group = "Stack switching"
	Heap       Group = "Structs and arrays"
	Kernels    Group = "Ordinary code: kernels in C"
	Vectors    Group = "Ordinary code: kernels in C with vector instructions"
	Programs   Group = "Ordinary code: real programs"
	GoPrograms Group = "Go programs"
	GoLibrary  Group = "Go programs: benchmarks of the standard library"
	Startup    Group = "Compilation and start-up"
	Calls      Group = "Calls and interruptions"
)

// VectorFolder has the programs in C that use vector instructions, which the compiler must be told.
const VectorFolder = "vector/"

// Groups are all groups, in the order of the report.
var Groups = []Group{Coroutines, Heap, Kernels, Vectors, Programs, GoPrograms, GoLibrary, Startup, Calls}

// A Workload is a program that is measured.
type Workload struct {
	Name  string
	Group Group
	// About is a sentence for the report.
	About string
	// Unit is what a time is given for: "value", "coroutine". It is empty for a
	// unit of work that has no other name.
	Unit string
	Mode job.Mode
	// Source is the name of the program's file, if it is not Name.
	Source string
	// Export is the function that is called; for programs, their arguments.
	Export string
	// Sizes are those that are tried, ascending. Slow engines stop early.
	Sizes []int64
	// Want returns what the program must compute. Where it is nil, engines must compute
	// what most of them do.
	Want func(size int64) int64
	// Ops returns how many units a run of a size has; the size if it is nil.
	Ops func(size int64) int64
	// Repeat, if it is not 0, bounds how often a process repeats the timed run.
	Repeat int
	// Once keeps a process from repeating anything: the run of the largest size counts.
	Once bool
	// Target, if it is not 0, is what a run may take, instead of what the budget of the whole
	// gives it.
	Target time.Duration
	// Heavy keeps slow engines away.
	Heavy bool
	// Uses are features that the program needs besides what its variant says.
	Uses []Feature
	// Process tells that the figure of interest is the time of the whole process. The
	// first round does not count then if there are more: it brings files into memory,
	// and fills caches on the disk.
	Process bool
	// Rounds, if it is not 0, bounds in how many rounds the workload is measured.
	Rounds int
	// Memory tells that the figure of interest is the memory for a unit, in bytes.
	Memory bool
}

// SourceName returns the name of the program's files, without the suffix.
func (w *Workload) SourceName() string {
	if w.Source != "" {
		return w.Source
	}
	return w.Name
}

// Program reports whether the workload is a program for WASI.
func (w *Workload) Program() bool {
	switch w.SourceName() {
	case "sqlite", "standard", "esbuild", "goprograms":
		return true
	}
	_, isTest := w.TestedPackage()
	return isTest
}

// TestedPackage returns the package of the standard library whose benchmarks the program has; false
// if it is another program.
func (w *Workload) TestedPackage() (string, bool) {
	return strings.CutPrefix(w.SourceName(), testPrefix)
}

// testPrefix begins the source names of benchmarks in the standard library.
const testPrefix = "test:"

// Units returns the units of a run.
func (w *Workload) Units(size int64) int64 {
	if w.Ops != nil {
		return w.Ops(size)
	}
	return size
}

// SourceFile returns the name of the file in [Files] from which a variant is built;
// false if there is none.
func (w *Workload) SourceFile(v Variant) (string, bool) {
	var candidates []string
	switch v {
	case Switching:
		candidates = []string{"wat/" + w.SourceName() + ".wat"}
	case Asyncify, Boost:
		candidates = []string{"c/" + w.SourceName() + ".c"}
	case Plain:
		candidates = []string{"kernels/" + w.SourceName() + ".c", VectorFolder + w.SourceName() + ".c", "plain/" + w.SourceName() + ".wat", "probes/" + w.SourceName() + ".wat"}
	case Clang, GCC:
		candidates = []string{"kernels/" + w.SourceName() + ".c"}
	}
	for _, name := range candidates {
		if _, err := fs.Stat(Files, name); err == nil {
			return name, true
		}
	}
	return "", false
}

// All returns all workloads.
func All() []*Workload {
	var all []*Workload
	all = append(all, coroutines()...)
	all = append(all, heap()...)
	all = append(all, kernels()...)
	all = append(all, vectors()...)
	all = append(all, programs()...)
	all = append(all, goPrograms()...)
	all = append(all, goLibrary()...)
	all = append(all, startup()...)
	all = append(all, calls()...)
	return all
}

// decades returns first, 10*first, and so on up to last.
func decades(first, last int64) []int64 {
	var sizes []int64
	for n := first; n <= last; n *= 10 {
		sizes = append(sizes, n)
	}
	return sizes
}
