package measure

import (
	"context"
	"fmt"
	"time"

	"weft/bench/engine"
	"weft/bench/tool"
	"weft/bench/workload"
)

// lacks returns the features of WebAssembly that an engine does not have: those whose probes it
// cannot run. The error says that it cannot run anything.
func lacks(ctx context.Context, box *tool.Box, e engine.Engine) ([]workload.Feature, error) {
	if len(e.Variants(workload.Probe(""))) == 0 {
		return nil, nil // it does not run WebAssembly
	}
	if err := probe(ctx, box, e, ""); err != nil {
		return nil, fmt.Errorf("does not run a module that does nothing: %w", err)
	}
	var lacking []workload.Feature
	for _, f := range workload.Features {
		if probe(ctx, box, e, f) != nil {
			lacking = append(lacking, f)
		}
	}
	return lacking, nil
}

// probe runs the probe of a feature.
func probe(ctx context.Context, box *tool.Box, e engine.Engine, f workload.Feature) error {
	w := workload.Probe(f)
	program, err := box.Build(ctx, w, workload.Plain)
	if err != nil {
		return err
	}
	_, _, err = Options{Timeout: 30 * time.Second}.Execute(ctx, e.Command(w, program), w, program)
	return err
}
