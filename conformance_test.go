package weft_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weft/wasm"
)

// A conformanceRow is a row of the first table of docs/conformance.md.
type conformanceRow struct {
	byDefault    string
	instructions string
	tests        []string
}

// conformanceRows reads the first table of docs/conformance.md, by feature.
func conformanceRows(t *testing.T) map[string]conformanceRow {
	page, err := os.ReadFile("docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "|---|---|---|---|--:|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := map[string]conformanceRow{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "|\n "), " | ")
		if len(cells) != 6 {
			t.Fatalf("a row of %d cells: %s", len(cells), line)
		}
		if _, twice := rows[cells[2]]; twice {
			t.Errorf("%s has two rows", cells[2])
		}
		row := conformanceRow{byDefault: cells[3], instructions: cells[4]}
		for _, test := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(cells[5], -1) {
			row.tests = append(row.tests, test[1])
		}
		rows[cells[2]] = row
	}
	return rows
}

// TestConformancePage holds docs/conformance.md against the features and the table of instructions: each feature has a
// row, which says whether it is on, how many instructions it has, and what tests it.
func TestConformancePage(t *testing.T) {
	rows := conformanceRows(t)
	counts := map[wasm.Features]int{}
	for i := range wasm.Instructions {
		counts[wasm.Instructions[i].Feature]++
	}
	corpus := os.Getenv("WEFT_CORPUS")
	if corpus == "" {
		corpus = filepath.Join("..", "shared", "corpus")
	}
	_, noCorpus := os.Stat(corpus)
	features := append((wasm.AllFeatures | wasm.TypedContinuations2023).List(), wasm.MVP)
	for _, f := range features {
		row, ok := rows[f.String()]
		if !ok {
			t.Errorf("%v has no row", f)
			continue
		}
		delete(rows, f.String())
		byDefault := "off"
		if wasm.DefaultFeatures.Has(f) {
			byDefault = "on"
		}
		if row.byDefault != byDefault || row.instructions != fmt.Sprint(counts[f]) {
			t.Errorf("%v: the page says %s and %s instructions, want %s and %d",
				f, row.byDefault, row.instructions, byDefault, counts[f])
		}
		if len(row.tests) == 0 {
			t.Errorf("%v: nothing tests it", f)
		}
		for _, test := range row.tests {
			if _, err := os.Stat(test); err == nil {
				continue
			}
			if strings.Contains(test, ".") {
				t.Errorf("%v: there is no %s", f, test)
			} else if _, err := os.Stat(filepath.Join(corpus, test)); err != nil && noCorpus == nil {
				t.Errorf("%v: neither here nor in the corpus is %s", f, test)
			}
		}
	}
	for name := range rows {
		t.Errorf("there is no feature %s", name)
	}
}
