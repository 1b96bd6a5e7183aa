package interp_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"weft"
	"weft/internal/wast"
	"weft/wasm"
)

// TestScripts runs the scripts in testdata, each about a part of the interpreter, with that and with what
// executes by default.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.wast")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	features := func(file string) wasm.Features {
		if strings.Contains(file, "2023") {
			return wasm.AllFeatures | wasm.TypedContinuations2023
		}
		return wasm.AllFeatures
	}
	for name, executor := range map[string]weft.Executor{"interpreter": weft.Interpreter, "automatic": weft.Automatic} {
		runner := &wast.Runner{Features: features, Executor: executor}
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".wast")+"/"+name, func(t *testing.T) {
				report, err := runner.RunFile(context.Background(), file)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range report.Failures {
					t.Error(f)
				}
				if report.Skipped > 0 {
					t.Error("skipped:", report.Skips)
				}
			})
		}
	}
}
