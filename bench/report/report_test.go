package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weft/bench/engine"
	"weft/bench/job"
	"weft/bench/measure"
	"weft/bench/workload"
)

// results are those of three engines, of which one is absent and one fails.
func results() *measure.Results {
	cell := func(name, engine string, v workload.Variant, ns time.Duration) *measure.Cell {
		return &measure.Cell{Workload: name, Engine: engine, Variant: v, Samples: []job.Sample{{Size: 1000, Time: ns * 1000}}}
	}
	return &measure.Results{
		Engines: []measure.Engine{{Name: "Weft"}, {Name: "Other"}, {Name: "Gone", Absent: "no | npm"}},
		Cells: []*measure.Cell{
			cell("generator", "Weft", workload.Switching, 50),
			cell("generator", "Other", workload.Switching, 125),
			cell("generator", "Other", workload.Asyncify, 25),
			{Workload: "create", Engine: "Weft", Variant: workload.Switching, Error: "boom"},
		},
	}
}

func TestSummary(t *testing.T) {
	var b strings.Builder
	New(results(), "Weft").summary(&b)
	for _, want := range []string{
		"| Gone | absent: no \\| npm |  |",
		"| generator, per value | 50.0 ns (1.00×) | 125 ns (2.50×) |",
		"| generator, per value | 25.0 ns (0.50×) |",
		"| create, per coroutine | failed | – |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the summary has no line %q:\n%s", want, b.String())
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := New(results(), "Weft").Write(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(dir)
	if err != nil || len(loaded.Cells) != 4 {
		t.Errorf("loaded %+v, %v", loaded, err)
	}
}

func TestDuration(t *testing.T) {
	for ns, want := range map[float64]string{0.5: "0.50 ns", 12.34: "12.3 ns", 999: "999 ns", 1500: "1.50 µs", 2.5e6: "2.50 ms", 61e9: "61.0 s"} {
		if got := duration(ns); got != want {
			t.Errorf("duration(%v) = %q; want %q", ns, got, want)
		}
	}
}

func TestInsert(t *testing.T) {
	file := filepath.Join(t.TempDir(), "doc.md")
	const before = "# Title\n\n<!-- bench: Stack switching -->\nold\n<!-- end -->\n\nProse.\n<!-- bench: Environment -->\nof the whole\n<!-- end -->\n<!-- bench: HTTP servers under load -->\nkept\n<!-- end -->\n"
	if err := os.WriteFile(file, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it finds its own tables
		if err := New(results(), "Weft").Insert(file); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if strings.Contains(text, "old") || !strings.Contains(text, "kept") || !strings.Contains(text, "Prose.") ||
		!strings.Contains(text, "of the whole") || strings.Count(text, "; Weft at ") != 1 ||
		strings.Count(text, "125 ns (2.50×)") != 1 || !strings.Contains(text, "](doc/stack-switching.svg)") {
		t.Errorf("the document is now:\n%s", text)
	}
}

// TestReference: tables of Go programs have the mean of the ratios to native programs, too, and what an engine lacks is
// said.
func TestReference(t *testing.T) {
	cell := func(name, engine string, ns time.Duration) *measure.Cell {
		samples := []job.Sample{{Size: 1, Time: ns}}
		return &measure.Cell{Workload: name, Engine: engine, Variant: workload.WASI, Samples: samples}
	}
	r := New(&measure.Results{
		Engines: []measure.Engine{
			{Name: "Weft"},
			{Name: "Other", Lacks: []workload.Feature{workload.TailCalls, workload.Exceptions}},
			{Name: engine.NativeProgram},
		},
		Cells: []*measure.Cell{
			cell("go-fib", "Weft", 400), cell("go-fib", "Other", 800), cell("go-fib", engine.NativeProgram, 100),
			cell("go-map", "Weft", 900), cell("go-map", engine.NativeProgram, 100),
		},
	}, "Weft")
	var b strings.Builder
	r.summary(&b)
	for _, want := range []string{
		"| geometric mean of the ratios | 1.00× (of 2) | 2.00× (of 1) | 0.17× (of 2) |",
		"| geometric mean of the ratios to native program | 6.00× (of 2) | 8.00× (of 1) | 1.00× (of 2) |",
		"| Other |  | tail calls, exceptions |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the summary has no line %q:\n%s", want, b.String())
		}
	}
}
