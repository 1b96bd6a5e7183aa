package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"weft/wasm"
)

// Shells complete by what "weft completion SHELL" writes, which asks the functions here.

// completeModules completes the name of a file with a module, the first argument.
func completeModules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return []string{"wasm", "wat", "weft"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeWords completes one of some words.
func completeWords(words ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeFeatures completes the last name of a list of features.
func completeFeatures(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	list, last := "", begun
	if at := strings.LastIndexByte(begun, ','); at >= 0 {
		list, last = begun[:at+1], begun[at+1:]
	}
	if rest, ok := strings.CutPrefix(last, "-"); ok {
		list, last = list+"-", rest
	}
	var words []string
	for _, f := range append((wasm.AllFeatures | wasm.TypedContinuations2023).List(), wasm.MVP) {
		if strings.HasPrefix(f.String(), last) {
			words = append(words, list+f.String())
		}
	}
	for _, set := range []string{"all", "default"} {
		if strings.HasPrefix(set, last) {
			words = append(words, list+set)
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeExports completes the name of an exported function: of the module that is given, or, where that stands
// behind the flag, of those in the working folder.
func completeExports(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	files := args
	if len(files) == 0 {
		for _, pattern := range []string{"*.wasm", "*.wat"} {
			found, _ := filepath.Glob(pattern) // the patterns are well-formed
			files = append(files, found...)
		}
	}
	var names []string
	for _, file := range files[:min(len(files), mostCompleted)] {
		source, err := readFile(file)
		if err != nil {
			continue // what cannot be read has nothing to complete
		}
		m, err := decode(source, wasm.AllFeatures)
		if err != nil {
			continue
		}
		for _, e := range m.Exports {
			if e.Kind == wasm.ExternFunc {
				names = append(names, e.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}

// mostCompleted is how many modules are read for the names of exports.
const mostCompleted = 20

// completeFlags registers what completes the values of a command's flags, of those that it has.
func completeFlags(cmd *cobra.Command) {
	for name, complete := range map[string]cobra.CompletionFunc{
		"engine":    completeWords(executorNames[:]...),
		"features":  completeFeatures,
		"scheduler": completeWords("parallel", "green"),
		"trace":     completeWords("calls", "wasi", "calls,wasi"),
		"invoke":    completeExports,
		"func":      completeExports,
	} {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, complete) // fails only for a flag that is not there
		}
	}
}
