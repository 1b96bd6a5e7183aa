package engine

import (
	"context"
	"runtime"

	"weft/bench/job"
	"weft/bench/tool"
	"weft/bench/workload"
)

// nativeEngines are compilers of C: their programs are runners themselves.
func nativeEngines() []Engine {
	return []Engine{
		nativeEngine{"boost.context", "clang", workload.Boost},
		nativeEngine{"clang", "clang", workload.Clang},
		nativeEngine{"gcc", "gcc", workload.GCC},
		&executable{},
	}
}

type nativeEngine struct {
	name, compiler string
	variant        workload.Variant
}

func (e nativeEngine) Name() string { return "native " + e.name }

func (e nativeEngine) Prepare(ctx context.Context, box *tool.Box) (string, error) {
	path, err := box.Command(ctx, e.compiler)
	if err != nil {
		return "", err
	}
	return tool.Output(ctx, path, "--version")
}

func (e nativeEngine) Variants(w *workload.Workload) []workload.Variant {
	if _, ok := w.SourceFile(e.variant); ok {
		return []workload.Variant{e.variant}
	}
	return nil
}

func (e nativeEngine) Command(_ *workload.Workload, program string) []string {
	return []string{program}
}

// executable is the machine itself: it runs the real programs without any engine.
type executable struct{ runner string }

func (e *executable) Name() string { return "native program" }

func (e *executable) Prepare(ctx context.Context, box *tool.Box) (version string, err error) {
	e.runner, err = box.Go(ctx, "weft/bench/runner/cmd/executable")
	return "clang for C, " + runtime.Version() + " for Go", err
}

func (e *executable) Variants(w *workload.Workload) []workload.Variant {
	if w.Program() && w.Mode == job.Program {
		return []workload.Variant{workload.Executable}
	}
	return nil
}

func (e *executable) Command(*workload.Workload, string) []string { return []string{e.runner} }
