package interp_test

import (
	"context"
	"testing"

	"weft/internal/wast"
	"weft/wasm"
)

// TestVectors runs programs that carry vectors through all that moves values.
func TestVectors(t *testing.T) {
	runner := &wast.Runner{Features: func(string) wasm.Features { return wasm.AllFeatures }}
	report, err := runner.RunFile(context.Background(), "testdata/vectors.wast")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Failures {
		t.Error(f)
	}
	if report.Skipped > 0 {
		t.Error("skipped:", report.Skips)
	}
}
