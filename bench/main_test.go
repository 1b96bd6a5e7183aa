package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/bench/measure"
	"weft/bench/report"
	"weft/bench/tool"
	"weft/bench/workload"
)

// TestRun runs the command with what needs no installation, and looks at the report.
func TestRun(t *testing.T) {
	out := t.TempDir()
	o := &options{
		only:     regexp.MustCompile("^(generator|host-call|guest-call|trap|instantiate)$"),
		engines:  regexp.MustCompile("^(Weft|wazero|Go)"),
		budget:   time.Second,
		rounds:   1,
		out:      out,
		cache:    t.TempDir(),
		baseline: "Weft interpreter",
	}
	if err := run(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	results, err := report.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	measured := 0
	for _, c := range results.Cells {
		switch {
		case c.Variant == workload.Asyncify:
			// It needs npm, which the options do not allow, and says so; or clang.
			if c.Error == "" || !strings.Contains(c.Error, "install") {
				t.Errorf("%s in %s through Asyncify: %q", c.Workload, c.Engine, c.Error)
			}
		case c.Error != "":
			t.Errorf("%s in %s: %s", c.Workload, c.Engine, c.Error)
		default:
			measured++
		}
	}
	if measured < 12 {
		t.Errorf("%d results", measured)
	}
	for _, name := range []string{"report.md", "details.md", "stack-switching.svg"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGoProgram runs a program that measures itself, for WASI and for this machine, and a benchmark of the standard
// library that reads a file.
func TestGoProgram(t *testing.T) {
	out := t.TempDir()
	o := &options{
		only:     regexp.MustCompile("^(go-defer|go-parser)$"),
		engines:  regexp.MustCompile("^(Weft native|Weft native, retargeted|native program)$"),
		budget:   time.Second,
		rounds:   1,
		out:      out,
		cache:    t.TempDir(),
		baseline: "Weft native",
	}
	if err := run(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	results, err := report.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(results.Cells) != 6 {
		t.Errorf("%d cells", len(results.Cells))
	}
	for _, c := range results.Cells {
		if c.Error != "" || len(c.Samples) == 0 || c.PeakKB() == 0 {
			t.Errorf("%s in %s: %d samples, %d KB, %q", c.Workload, c.Engine, len(c.Samples), c.PeakKB(), c.Error)
		}
	}
}

// TestJavaScript runs a benchmark that reads a file with the runner and the WASI of the JavaScript engines.
func TestJavaScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node:", err)
	}
	box, err := tool.NewBox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	all := workload.All()
	w := all[slices.IndexFunc(all, func(w *workload.Workload) bool { return w.Name == "go-parser" })]
	program, err := box.Build(context.Background(), w, workload.WASI)
	if err != nil {
		t.Fatal(err)
	}
	command := []string{node, filepath.Join("runner", "js", "run.mjs")}
	result, _, err := measure.Options{Timeout: time.Minute}.Execute(context.Background(), command, w, program)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Runs) != 3 || result.Runs[0].Value != "PASS" || result.Runs[0].PeakKB == 0 {
		t.Errorf("measured %+v", result.Runs)
	}
}
