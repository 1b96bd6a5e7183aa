package wast_test

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/internal/wast"
)

// corpus returns the directory of the conformance corpus.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("WEFT_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("conformance corpus not found (set WEFT_CORPUS): %v", err)
	}
	return dir
}

// scripts returns the paths of the scripts under a folder of the corpus.
func scripts(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".wast" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestCorpus runs every script of the corpus. Nothing of it may be skipped.
func TestCorpus(t *testing.T) {
	runCorpus(t, &wast.Runner{Timeout: 20 * time.Second})
}

// TestCorpusCollectingAlways does the same with a collection at every allocation.
func TestCorpusCollectingAlways(t *testing.T) {
	runCorpus(t, &wast.Runner{Timeout: 20 * time.Second, CollectAlways: true})
}

func runCorpus(t *testing.T, runner *wast.Runner) {
	dir := corpus(t)
	total := &wast.Report{}
	for _, file := range scripts(t, dir) {
		name, _ := filepath.Rel(dir, file)
		name = filepath.ToSlash(name)
		t.Run(name, func(t *testing.T) {
			report, err := runner.RunFile(context.Background(), file)
			if err != nil {
				t.Fatal(err)
			}
			total.Add(report)
			const most = 10
			for i, f := range report.Failures {
				if i == most {
					t.Errorf("... and %d more", len(report.Failures)-most)
					break
				}
				t.Error(f)
			}
			if report.Skipped > 0 {
				t.Errorf("%d commands were skipped: %v", report.Skipped, report.Skips)
			}
			if report.Total() == 0 {
				t.Error("no commands")
			}
		})
	}
	t.Logf("%d passed, %d failed, %d skipped", total.Passed, total.Failed, total.Skipped)
	for _, reason := range slices.Sorted(maps.Keys(total.Skips)) {
		t.Logf("skipped %d: %s", total.Skips[reason], reason)
	}
}

// TestExamples compares what the example programs print with what they print on
// the reference interpreter.
func TestExamples(t *testing.T) {
	dir := filepath.Join(corpus(t), "stack-switching")
	for _, file := range scripts(t, filepath.Join(dir, "examples")) {
		name := strings.TrimSuffix(filepath.Base(file), ".wast")
		want, err := os.ReadFile(filepath.Join(dir, "examples-expected", name+".out"))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		runner := &wast.Runner{Print: &got, PrintResults: true, Timeout: 20 * time.Second}
		report, err := runner.RunFile(context.Background(), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Failures {
			t.Error(f)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: the output differs: got\n%s\nwant\n%s", name, &got, want)
		}
	}
}
