// Package engine has the engines that are measured, one family per file. An engine is
// a command that executes jobs (package job); [All] is the list.
package engine

import (
	"context"
	"path/filepath"
	"slices"

	"weft/bench/job"
	"weft/bench/tool"
	"weft/bench/workload"
)

// An Engine runs programs.
type Engine interface {
	// Name is unique: "wazero interpreter".
	Name() string
	// Prepare installs or builds what the engine needs, and returns what was found:
	// "wazero v1.12.0". The error is the reason why the engine is absent.
	Prepare(ctx context.Context, box *tool.Box) (version string, err error)
	// Variants are those of a workload that the engine runs.
	Variants(w *workload.Workload) []workload.Variant
	// Command returns the command of the runner for a program, to which the arguments of the
	// job are added.
	Command(w *workload.Workload, program string) []string
}

// All returns the engines in the order of the report.
func All() []Engine {
	return slices.Concat(weftEngines(), wazeroEngines(), wasmtimeEngines(), javascriptEngines(), nativeEngines(), goEngines())
}

// A wasmEngine is one that runs WebAssembly.
type wasmEngine struct {
	name string
	// lacks are modes that its runner does not have.
	lacks []job.Mode
	// slow keeps it away from programs that would take minutes.
	slow bool
	// keeps is the name of the folder in which it keeps compiled modules, of programs that measure
	// themselves: compiling them each time would take longer than running them. It may be "".
	keeps string
	// onlyStartup tells that it differs from another engine only in how it starts.
	onlyStartup bool
	// onlyGo keeps it to programs of official Go.
	onlyGo  bool
	prepare preparation

	runner []string
	cache  string
}

func (e *wasmEngine) Name() string { return e.name }

func (e *wasmEngine) Prepare(ctx context.Context, box *tool.Box) (string, error) {
	runner, version, err := e.prepare(ctx, box)
	e.runner = runner
	e.cache = filepath.Join(box.Dir, "cache-"+e.keeps)
	return version, err
}

func (e *wasmEngine) Variants(w *workload.Workload) []workload.Variant {
	if slices.Contains(e.lacks, w.Mode) || e.slow && w.Heavy || e.onlyStartup && !w.Process ||
		e.onlyGo && w.Mode != job.Benchmark {
		return nil
	}
	if w.Program() {
		return []workload.Variant{workload.WASI}
	}
	var variants []workload.Variant
	for _, v := range []workload.Variant{workload.Switching, workload.Asyncify, workload.Plain} {
		if _, ok := w.SourceFile(v); ok {
			variants = append(variants, v)
		}
	}
	return variants
}

func (e *wasmEngine) Command(w *workload.Workload, _ string) []string {
	if e.keeps != "" && w.Mode == job.Benchmark {
		return slices.Concat(e.runner, []string{"-cache", e.cache})
	}
	return e.runner
}

// A preparation finds or builds the command of a runner.
type preparation = func(ctx context.Context, box *tool.Box) (runner []string, version string, err error)

// goRunner prepares an engine whose runner is a command of this module.
func goRunner(pkg, version string, options ...string) preparation {
	return func(ctx context.Context, box *tool.Box) ([]string, string, error) {
		path, err := box.Go(ctx, "weft/bench/runner/cmd/"+pkg)
		return append([]string{path}, options...), version, err
	}
}

// script is the runner of the JavaScript engines.
func script(box *tool.Box) string { return filepath.Join(box.Module, "runner", "js", "run.mjs") }
