package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// withRun returns the arguments of the command with "run" before them if they are those of a program: they begin with a
// file, or with a flag that run has and weft itself has not.
func withRun(root *cobra.Command, args []string) []string {
	if len(args) == 0 || !startsProgram(root, args[0]) {
		return args
	}
	return slices.Concat([]string{"run"}, args)
}

func startsProgram(root *cobra.Command, arg string) bool {
	if name, ok := strings.CutPrefix(arg, "-"); ok && name != "" {
		return isRunFlag(root, arg) && root.Flags().Lookup(flagName(arg)) == nil
	}
	for _, cmd := range root.Commands() {
		if cmd.Name() == arg || cmd.HasAlias(arg) {
			return false
		}
	}
	switch filepath.Ext(arg) {
	case ".wasm", ".wat", ".weft":
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && !info.IsDir()
}

// isRunFlag reports whether an argument is a flag of run, with its value or without.
func isRunFlag(root *cobra.Command, arg string) bool {
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		return false
	}
	name := flagName(arg)
	if strings.HasPrefix(arg, "--") {
		return run.Flags().Lookup(name) != nil
	}
	return len(name) == 1 && run.Flags().ShorthandLookup(name) != nil
}

// flagName returns the name in an argument that is a flag.
func flagName(arg string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name
}
