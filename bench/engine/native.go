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
		&executable{single: true},
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
type executable struct {
	// single tells that Go has one processor, as it has when it is compiled for WASI. It is for programs that
	// measure themselves, which are all in Go.
	single bool
	runner string
}

// NativeProgram and NativeSingle are the names of the engines that run programs of this machine.
const (
	NativeProgram = "native program"
	NativeSingle  = "native program, GOMAXPROCS=1"
)

func (e *executable) Name() string {
	if e.single {
		return NativeSingle
	}
	return NativeProgram
}

func (e *executable) Prepare(ctx context.Context, box *tool.Box) (version string, err error) {
	e.runner, err = box.Go(ctx, "weft/bench/runner/cmd/executable")
	if e.single {
		return runtime.Version(), err
	}
	return "clang for C, " + runtime.Version() + " for Go", err
}

func (e *executable) Variants(w *workload.Workload) []workload.Variant {
	if w.Mode == job.Benchmark || w.Mode == job.Program && w.Program() && !e.single {
		return []workload.Variant{workload.Executable}
	}
	return nil
}

func (e *executable) Command(*workload.Workload, string) []string {
	if e.single {
		return []string{"env", "GOMAXPROCS=1", e.runner}
	}
	return []string{e.runner}
}
