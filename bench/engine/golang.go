package engine

import (
	"context"
	"runtime"
	"slices"

	"weft/bench/runner/golang"
	"weft/bench/tool"
	"weft/bench/workload"
)

// goEngines are Go's own coroutines: the workloads of package golang.
func goEngines() []Engine {
	return []Engine{
		&goEngine{variant: workload.Goroutines},
		&goEngine{variant: workload.Iterators},
	}
}

type goEngine struct {
	variant workload.Variant
	runner  string
}

func (e *goEngine) Name() string { return "Go " + string(e.variant) }

func (e *goEngine) Prepare(ctx context.Context, box *tool.Box) (version string, err error) {
	e.runner, err = box.Go(ctx, "weft/bench/runner/cmd/golang")
	return runtime.Version(), err
}

func (e *goEngine) Variants(w *workload.Workload) []workload.Variant {
	if slices.Contains(golang.Names(e.variant), w.Name) {
		return []workload.Variant{e.variant}
	}
	return nil
}

func (e *goEngine) Command(*workload.Workload, string) []string {
	return []string{e.runner, "-variant", string(e.variant)}
}
