package wast_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"weft"
	"weft/internal/wast"
)

// TestScripts runs our own scripts, a proposal each, on the interpreter.
func TestScripts(t *testing.T) {
	runScripts(t, &wast.Runner{Executor: weft.Interpreter})
	runScripts(t, &wast.Runner{Executor: weft.Interpreter, CollectAlways: true})
}

// runScripts runs the scripts of testdata. All commands of all of them must pass.
func runScripts(t *testing.T, runner *wast.Runner) {
	t.Helper()
	runner.Timeout = 20 * time.Second
	files, err := filepath.Glob("testdata/*.wast")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		report, err := runner.RunFile(context.Background(), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range slices.Concat(report.Failures, report.Texts) {
			t.Error(f)
		}
		if report.Passed == 0 || len(report.Skips) > 0 {
			t.Errorf("%s: %d commands have passed, %d are skipped", file, report.Passed, len(report.Skips))
		}
	}
}
