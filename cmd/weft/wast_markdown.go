package main

import (
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"weft/internal/wast"
	"weft/wasm"
)

// writeMarkdown writes the results by folder, as a page for people. It says
// nothing that differs from run to run.
func writeMarkdown(w io.Writer, roots []string, reports []*wast.Report) {
	folders := map[string]*wast.Report{}
	scripts := map[string]int{}
	total := &wast.Report{}
	for _, r := range reports {
		folder := path.Dir(below(r.File, roots))
		if folders[folder] == nil {
			folders[folder] = &wast.Report{}
		}
		folders[folder].Add(r)
		scripts[folder]++
		total.Add(r)
	}
	fmt.Fprint(w, "## The corpus\n\n"+
		"The results of the scripts of the conformance corpus (see development.md), by folder. A command of a script\n"+
		"is a module, a call or an assertion. From its headline on, this part of the page is made by\n\n"+
		"    go run ./cmd/weft wast --markdown ../shared/corpus\n\n"+
		"How something fails must be what a script asserts; *texts* are the assertions whose error has another text.\n\n"+
		"| folder | scripts | passed | failed | skipped | texts |\n|---|--:|--:|--:|--:|--:|\n")
	row := func(name string, scripts int, r *wast.Report) {
		fmt.Fprintf(w, "| %s | %d | %d | %d | %d | %d |\n", name, scripts, r.Passed, r.Failed, r.Skipped, len(r.Texts))
	}
	for _, folder := range sortedKeys(folders) {
		row(folder, scripts[folder], folders[folder])
	}
	row("**all**", len(reports), total)
	writeFeatures(w, roots, reports)
	if total.Skipped == 0 {
		fmt.Fprint(w, "\nNothing is skipped.\n")
		return
	}
	fmt.Fprint(w, "\n| folder | skipped | because |\n|---|--:|---|\n")
	for _, folder := range sortedKeys(folders) {
		for _, reason := range sortedKeys(folders[folder].Skips) {
			fmt.Fprintf(w, "| %s | %d | %s |\n", folder, folders[folder].Skips[reason], reason)
		}
	}
}

// writeFeatures lists the scripts that ran with other features than all.
func writeFeatures(w io.Writer, roots []string, reports []*wast.Report) {
	names := map[string][]string{} // by folder and features: the scripts
	for _, r := range reports {
		if r.Features != wasm.AllFeatures {
			script := below(r.File, roots)
			key := fmt.Sprintf("| %s | %s", path.Dir(script), describeFeatures(r.Features))
			names[key] = append(names[key], path.Base(script))
		}
	}
	if len(names) == 0 {
		return
	}
	fmt.Fprint(w, "\nScripts that are written for other features than all of them:\n\n| folder | features | scripts |\n|---|---|---|\n")
	for _, key := range sortedKeys(names) {
		fmt.Fprintf(w, "%s | %s |\n", key, strings.Join(names[key], ", "))
	}
}

// describeFeatures says how features differ from all.
func describeFeatures(f wasm.Features) string {
	on, off := f&^wasm.AllFeatures, wasm.AllFeatures&^f
	list := func(what string, f wasm.Features) string {
		return what + strings.ReplaceAll(f.String(), ",", ", ")
	}
	switch {
	case off == 0:
		return list("with ", on)
	case on == 0 && len(off.List()) < len(f.List()):
		return list("without ", off)
	}
	return list("only ", f)
}

// below returns the path of a script below that of the roots which it was found in.
func below(file string, roots []string) string {
	for _, root := range roots {
		if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) && rel != "." {
			file = rel
			break
		}
	}
	return filepath.ToSlash(file)
}
