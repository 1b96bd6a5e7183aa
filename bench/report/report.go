// Package report writes what was measured: tables in Markdown and plots in SVG.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"weft/bench/engine"
	"weft/bench/job"
	"weft/bench/measure"
	"weft/bench/workload"
)

// A Report is about the results of a run.
type Report struct {
	results   *measure.Results
	workloads []*workload.Workload
	baseline  string
}

// New returns a report in which ratios are to the times of the engine baseline. With
// several variants of a workload, it is the first.
func New(results *measure.Results, baseline string) *Report {
	return &Report{results: results, workloads: workload.All(), baseline: baseline}
}

// Load reads the results that Write has kept in a folder.
func Load(dir string) (*measure.Results, error) {
	data, err := os.ReadFile(filepath.Join(dir, "results.json"))
	if err != nil {
		return nil, err
	}
	var r measure.Results
	return &r, json.Unmarshal(data, &r)
}

// Write writes results.json, report.md (the summary), details.md (every figure) and
// the plots into a folder.
func (r *Report) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r.results, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "results.json"), data, 0o644); err != nil {
		return err
	}
	for name, write := range map[string]func(io.Writer){"report.md": r.summary, "details.md": r.details} {
		var text strings.Builder
		write(&text)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text.String()), 0o644); err != nil {
			return err
		}
	}
	return r.plots(dir)
}

// A section is a part of the summary.
type section struct {
	title string
	write func(io.Writer)
	// overall tells that it is about all that was measured, and not about one group.
	overall bool
}

// sections returns those that have something in them.
func (r *Report) sections() []section {
	list := []section{{"Environment", r.environment, true}}
	for _, g := range workload.Groups {
		if len(r.in(g)) > 0 {
			list = append(list, section{string(g), func(w io.Writer) { r.group(w, g) }, false})
		}
	}
	if len(r.results.HTTP) > 0 {
		list = append(list, section{"HTTP servers under load", r.http, false})
	}
	if len(r.in(workload.Coroutines)) > 0 {
		list = append(list, section{"Sizes of the modules", r.sizes, false})
	}
	if len(r.in(workload.Coroutines))+len(r.in(workload.Programs)) > 0 {
		list = append(list, section{"Peak memory", r.memory, true})
	}
	list = append(list, section{"What failed", r.failures, true})
	return list
}

// summary writes what a reader wants to know first.
func (r *Report) summary(w io.Writer) {
	fmt.Fprintf(w, "# Measurements\n\n")
	for _, s := range r.sections() {
		fmt.Fprintf(w, "## %s\n\n", s.title)
		s.write(w)
	}
}

// complete reports whether all groups were measured.
func (r *Report) complete() bool {
	return !slices.ContainsFunc(workload.Groups, func(g workload.Group) bool { return len(r.in(g)) == 0 })
}

// where says when and on what the measurements were made.
func (r *Report) where(w io.Writer) {
	e := r.results.Environment
	fmt.Fprintf(w, "%s; %d × %s, %s of memory, Linux %s, %s; Weft at %s; load before the run: %s.\n\n",
		e.Started.Format("2006-01-02 15:04 MST"), e.Cores, e.CPU, e.Memory, e.Kernel, e.Go, e.Commit, e.Load)
}

func (r *Report) environment(w io.Writer) {
	r.where(w)
	t := &table{header: []string{"engine", "version", "lacks"}}
	for _, engine := range r.results.Engines {
		version := engine.Version
		if engine.Absent != "" {
			version = "absent: " + engine.Absent
		}
		var lacks []string
		for _, f := range engine.Lacks {
			lacks = append(lacks, string(f))
		}
		t.add(engine.Name, version, strings.Join(lacks, ", "))
	}
	t.write(w)
}

// cells returns the cells of a workload.
func (r *Report) cells(w *workload.Workload) []*measure.Cell {
	var cells []*measure.Cell
	for _, c := range r.results.Cells {
		if c.Workload == w.Name {
			cells = append(cells, c)
		}
	}
	return cells
}

// in returns the workloads of a group that have cells.
func (r *Report) in(g workload.Group) []*workload.Workload {
	var found []*workload.Workload
	for _, w := range r.workloads {
		if w.Group == g && len(r.cells(w)) > 0 {
			found = append(found, w)
		}
	}
	return found
}

// base returns the cell to which the others of a workload are compared; nil if there
// is none.
func (r *Report) base(w *workload.Workload) *measure.Cell { return r.cellOf(w, r.baseline) }

// cellOf returns the first cell of a workload in an engine that has a result; nil if there is none.
func (r *Report) cellOf(w *workload.Workload, engine string) *measure.Cell {
	for _, c := range r.cells(w) {
		if c.Engine == engine && c.Error == "" {
			return c
		}
	}
	return nil
}

// A contestant is a column: an engine, with the programs as they are or through
// Asyncify.
type contestant struct {
	engine   string
	asyncify bool
}

// group writes the tables of a group: one for each set of variants that a reader
// compares, with the baseline as the first column of each.
func (r *Report) group(w io.Writer, g workload.Group) {
	workloads := r.in(g)
	var plain, asyncify []contestant
	for _, load := range workloads {
		for _, c := range r.cells(load) {
			k := contestant{c.Engine, c.Variant == workload.Asyncify}
			list := &plain
			if k.asyncify {
				list = &asyncify
			}
			if !slices.Contains(*list, k) {
				*list = append(*list, k)
			}
		}
	}
	order := func(list []contestant) []contestant {
		var sorted []contestant
		for _, e := range r.results.Engines {
			for _, k := range list {
				if k.engine == e.Name {
					sorted = append(sorted, k)
				}
			}
		}
		return sorted
	}
	fmt.Fprintf(w, "Medians, with half the distance of the quartiles where that is more than 5%%; in brackets the ratio to %s.%s\n\n", r.baseline, about[g])
	r.matrix(w, workloads, order(plain))
	if len(asyncify) > 0 {
		fmt.Fprintf(w, "The same programs in C through Asyncify; the ratio is to %s with stack switching.\n\n", r.baseline)
		r.matrix(w, workloads, order(asyncify))
	}
	if g == workload.Startup {
		r.compilation(w, workloads, order(plain))
	}
	for _, load := range workloads {
		fmt.Fprintf(w, "- %s: %s.\n", load.Name, load.About)
	}
	fmt.Fprintf(w, "\n![%s](%s)\n\n", g, plotFile(g))
}

// about says what else there is to know of a group's tables.
var about = map[workload.Group]string{
	workload.Coroutines: " Times are for one coroutine, value, effect and so on; with `alive`, bytes for one coroutine.",
	workload.Kernels:    " Times are for a unit of work, which is the same for all engines.",
	workload.Vectors:    " Times are for a unit of work, which is the same for all engines.",
	workload.GoPrograms: " The programs measure themselves, after they have run for a while.",
	workload.GoLibrary:  " The benchmarks are those that the packages have, compiled by `go test -c`.",
	workload.Startup:    " Engines that compile lazily only validate in the rows `compile`.",
}

// matrix writes a table with a row for each workload and a column for each
// contestant.
func (r *Report) matrix(w io.Writer, workloads []*workload.Workload, columns []contestant) {
	t := &table{header: []string{""}, right: 1}
	for _, k := range columns {
		t.header = append(t.header, k.engine)
	}
	ratios := make([][]float64, len(columns))
	for _, load := range workloads {
		label := load.Name
		if load.Unit != "" {
			label += ", per " + load.Unit
		}
		row := []string{label}
		base := r.base(load)
		for i, k := range columns {
			cell := r.find(load, k)
			text, ratio := r.figure(load, cell, base)
			if ratio > 0 {
				ratios[i] = append(ratios[i], ratio)
			}
			row = append(row, text)
		}
		t.add(row...)
	}
	mean := []string{"geometric mean of the ratios"}
	for i := range columns {
		mean = append(mean, geometricMean(ratios[i]))
	}
	t.add(mean...)
	for _, name := range references[workloads[0].Group] {
		if slices.Contains(columns, contestant{engine: name}) {
			t.add(r.meanTo(name, workloads, columns)...)
		}
	}
	t.write(w)
}

// references are engines beside the baseline to which a group's table has a mean of ratios.
var references = map[workload.Group][]string{
	workload.GoPrograms: {engine.NativeProgram, engine.NativeSingle},
	workload.GoLibrary:  {engine.NativeProgram, engine.NativeSingle},
}

// meanTo returns the row with the means of the ratios to an engine.
func (r *Report) meanTo(engine string, workloads []*workload.Workload, columns []contestant) []string {
	row := []string{"geometric mean of the ratios to " + engine}
	for _, k := range columns {
		var ratios []float64
		for _, load := range workloads {
			_, ratio := r.figure(load, r.find(load, k), r.cellOf(load, engine))
			if ratio > 0 {
				ratios = append(ratios, ratio)
			}
		}
		row = append(row, geometricMean(ratios))
	}
	return row
}

func (r *Report) find(w *workload.Workload, k contestant) *measure.Cell {
	for _, c := range r.cells(w) {
		if c.Engine == k.engine && (c.Variant == workload.Asyncify) == k.asyncify {
			return c
		}
	}
	return nil
}

// figure returns what stands in a matrix for a cell, and its ratio to the base.
func (r *Report) figure(w *workload.Workload, c, base *measure.Cell) (string, float64) {
	switch {
	case c == nil:
		return "–", 0
	case c.Error != "" || len(c.Samples) == 0:
		return "failed", 0
	}
	figures := c.Figures(w)
	median := figures.Median
	if median == 0 {
		return "–", 0
	}
	text := figureText(w, median) + spread(figures)
	if n := c.Size(); w.Memory && n < w.Sizes[len(w.Sizes)-1] {
		text += fmt.Sprintf(" at %d", n)
	}
	if base == nil || base.Figures(w).Median == 0 {
		return text, 0
	}
	ratio := median / base.Figures(w).Median
	return fmt.Sprintf("%s (%s)", text, ratioText(ratio)), ratio
}

// spread returns half the distance between the quartiles, if that is more than a
// twentieth of the median.
func spread(s measure.Summary) string {
	if part := (s.High - s.Low) / 2 / s.Median; part > 0.05 {
		return fmt.Sprintf(" ±%.0f%%", 100*part)
	}
	return ""
}

// figureText formats a figure of a workload: a time, or bytes.
func figureText(w *workload.Workload, v float64) string {
	if w.Memory {
		return fmt.Sprintf("%.0f B", v)
	}
	return duration(v)
}

// compilation writes a table of the speeds of compilation.
func (r *Report) compilation(w io.Writer, workloads []*workload.Workload, columns []contestant) {
	t := &table{header: []string{"ms for a megabyte"}, right: 1}
	for _, k := range columns {
		t.header = append(t.header, k.engine)
	}
	for _, load := range workloads {
		if load.Mode != job.Compile || !load.Program() {
			continue
		}
		row := []string{load.Name}
		for _, k := range columns {
			text := "–"
			if c := r.find(load, k); c != nil && c.Error == "" && c.Bytes > 0 {
				text = digits(c.Figures(load).Median / float64(c.Bytes)) // ns a byte are ms a MB
			}
			row = append(row, text)
		}
		t.add(row...)
	}
	t.dropEmpty()
	if len(t.rows) > 0 {
		t.write(w)
	}
}

// details writes every figure.
func (r *Report) details(w io.Writer) {
	fmt.Fprintf(w, "# Every figure\n\n")
	r.environment(w)
	fmt.Fprintf(w, "Times: medians and quartiles over all timed runs. Compilation and instantiation: medians over the processes.\n"+
		"Memory: the peak of the process, which includes the engine. The size is the largest that fits the time.\n\n")
	for _, g := range workload.Groups {
		for _, load := range r.in(g) {
			fmt.Fprintf(w, "## %s\n\n%s.\n\n", load.Name, upperFirst(load.About))
			unit := load.Unit
			if unit == "" {
				unit = "unit of work"
			}
			t := &table{header: []string{"engine", "variant", "size", "per " + unit, "quartiles", "runs", "ratio", "compile", "instantiate", "peak memory", "note"}, right: 2}
			base := r.base(load)
			for _, c := range r.cells(load) {
				if c.Error != "" || len(c.Samples) == 0 {
					t.add(c.Engine, string(c.Variant), "failed: "+oneLine(c.Error))
					continue
				}
				s := c.Figures(load)
				ratio := ""
				if base != nil && base.Figures(load).Median > 0 {
					ratio = ratioText(s.Median / base.Figures(load).Median)
				}
				t.add(c.Engine, string(c.Variant), fmt.Sprint(c.Size()), figureText(load, s.Median),
					figureText(load, s.Low)+" – "+figureText(load, s.High), fmt.Sprint(s.N), ratio,
					medianDuration(c.Compile), medianDuration(c.Instantiate), fmt.Sprintf("%.1f MB", float64(c.PeakKB())/1024), oneLine(c.Note))
			}
			t.write(w)
		}
	}
}

// failures says why results are missing.
func (r *Report) failures(w io.Writer) {
	t := &table{header: []string{"workload", "engine", "variant", "reason"}}
	for _, c := range r.results.Cells {
		switch {
		case c.Error != "":
			t.add(c.Workload, c.Engine, string(c.Variant), oneLine(c.Error))
		case c.Note != "":
			t.add(c.Workload, c.Engine, string(c.Variant), oneLine(c.Note))
		}
	}
	for _, s := range r.results.HTTP {
		if s.Error != "" {
			t.add("HTTP "+s.Path, s.Name, "", oneLine(s.Error))
		}
	}
	if len(t.rows) == 0 {
		fmt.Fprintf(w, "Nothing.\n\n")
		return
	}
	t.write(w)
}

// memory writes the peaks of memory where they differ most: the workloads that make
// many coroutines, and the programs.
func (r *Report) memory(w io.Writer) {
	var columns []string
	for _, e := range r.results.Engines {
		if e.Absent == "" {
			columns = append(columns, e.Name)
		}
	}
	t := &table{header: append([]string{"MB"}, columns...), right: 1}
	add := func(load *workload.Workload, label string, asyncify bool) {
		row, found := []string{label}, false
		for _, engine := range columns {
			text := "–"
			if c := r.find(load, contestant{engine, asyncify}); c != nil && c.Error == "" && c.PeakKB() > 0 {
				text, found = fmt.Sprintf("%.1f", float64(c.PeakKB())/1024), true
			}
			row = append(row, text)
		}
		if found {
			t.add(row...)
		}
	}
	for _, load := range r.workloads {
		switch {
		case load.Memory: // the number of coroutines differs
		case load.Group == workload.Coroutines:
			add(load, load.Name, false)
			add(load, load.Name+", Asyncify", true)
		case load.Group == workload.Programs:
			add(load, load.Name, false)
		}
	}
	t.dropEmpty()
	fmt.Fprintf(w, "Of the whole process, the engine included.\n\n")
	t.write(w)
}

// sizes writes the sizes of the modules of both ways to have coroutines.
func (r *Report) sizes(w io.Writer) {
	workloads := r.in(workload.Coroutines)
	t := &table{header: []string{"", "stack switching", "Asyncify", "ratio"}, right: 1}
	for _, load := range workloads {
		bytes := map[workload.Variant]int64{}
		for _, c := range r.cells(load) {
			if c.Bytes > 0 {
				bytes[c.Variant] = c.Bytes
			}
		}
		a, b := bytes[workload.Switching], bytes[workload.Asyncify]
		if a > 0 && b > 0 {
			t.add(load.Name, fmt.Sprint(a), fmt.Sprint(b), fmt.Sprintf("%.1f", float64(b)/float64(a)))
		}
	}
	fmt.Fprintf(w, "Bytes. The modules for Asyncify contain a library of coroutines in C, some 500 bytes.\n\n")
	t.write(w)
}

// http writes the table of servers.
func (r *Report) http(w io.Writer) {
	fmt.Fprintf(w, "The load is wrk, which runs on the same cores.\n\n")
	t := &table{header: []string{"server", "request", "connections", "requests/s", "median latency", "99%", "peak memory"}, right: 2}
	for _, s := range r.results.HTTP {
		if s.Error != "" {
			t.add(s.Name, s.Path, "failed: "+oneLine(s.Error))
			continue
		}
		t.add(s.Name, s.Path, fmt.Sprint(s.Connections), fmt.Sprintf("%.0f", measure.Summarize(s.Requests).Median),
			duration(measure.Summarize(s.P50).Median), duration(measure.Summarize(s.P99).Median),
			fmt.Sprintf("%.0f MB", float64(s.PeakKB)/1024))
	}
	t.write(w)
}
