package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"weft/bench/measure"
)

// A table is one in Markdown. The columns from right on are aligned to the right.
type table struct {
	header []string
	right  int
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) {
	line := func(cells []string) {
		for len(cells) < len(t.header) {
			cells = append(cells, "")
		}
		escaped := strings.ReplaceAll(strings.Join(cells, "\x00"), "|", "\\|")
		fmt.Fprintf(w, "| %s |\n", strings.ReplaceAll(escaped, "\x00", " | "))
	}
	line(t.header)
	var rule []string
	for i := range t.header {
		if t.right > 0 && i >= t.right {
			rule = append(rule, "--:")
		} else {
			rule = append(rule, "---")
		}
	}
	line(rule)
	for _, row := range t.rows {
		line(row)
	}
	fmt.Fprintln(w)
}

// dropEmpty removes the columns behind the first in which no row has a figure.
func (t *table) dropEmpty() {
	for i := len(t.header) - 1; i > 0; i-- {
		empty := !slices.ContainsFunc(t.rows, func(row []string) bool { return row[i] != "–" })
		if empty {
			t.header = slices.Delete(t.header, i, i+1)
			for j := range t.rows {
				t.rows[j] = slices.Delete(t.rows[j], i, i+1)
			}
		}
	}
}

// duration formats nanoseconds with three digits.
func duration(ns float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}} {
		if ns >= unit.size {
			return digits(ns/unit.size) + " " + unit.name
		}
	}
	return digits(ns) + " ns"
}

// digits formats a number with three digits.
func digits(v float64) string {
	switch {
	case v >= 99.95:
		return fmt.Sprintf("%.0f", v)
	case v >= 9.995:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func ratioText(r float64) string { return digits(r) + "×" }

func geometricMean(ratios []float64) string {
	if len(ratios) == 0 {
		return ""
	}
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return fmt.Sprintf("%s (of %d)", ratioText(math.Exp(sum/float64(len(ratios)))), len(ratios))
}

func medianDuration(times []time.Duration) string {
	var figures []float64
	for _, t := range times {
		figures = append(figures, float64(t))
	}
	if m := measure.Summarize(figures).Median; m > 0 {
		return duration(m)
	}
	return ""
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// oneLine shortens a message to a line of a table.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return s
}
