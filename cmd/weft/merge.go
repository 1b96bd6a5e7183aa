package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"weft/merge"
)

func mergeCommand() *cobra.Command {
	var output, features string
	var options merge.Options
	var verbose bool
	cmd := &cobra.Command{
		Use:   "merge [flags] NAME=FILE...",
		Short: "Make one module of several that import from each other",
		Long: `Merge makes one module of several. An import from a module's NAME is resolved by the export of that module; all
other imports stay. The modules may be in the text or the binary format. Without NAME= a module has the name of its file,
without folder and extension.

All modules export what they did. If two export the same name, that is an error unless --rename-export-conflicts puts
the module's name before the later one's. The start functions are called in the order of the modules.`,
		Example: `  weft merge env=lib.wat main=main.wasm -o program.wasm
  weft merge env=lib.wat main=main.wasm --export main -o program.wasm && weft run program.wasm`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if options.Features, err = parseFeatures(features); err != nil {
				return err
			}
			var inputs []merge.Input
			for _, arg := range args {
				input, err := mergeInput(cmd, arg, options)
				if err != nil {
					return err
				}
				inputs = append(inputs, input)
			}
			out, report, err := merge.Modules(inputs, options)
			if err != nil {
				return err
			}
			if verbose {
				printMerge(cmd, report)
			}
			return writeOutput(cmd, output, out)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write the module to `FILE`")
	_ = cmd.MarkFlagRequired("output")
	cmd.Flags().StringSliceVar(&options.Export, "export", nil,
		"keep only the exports of the module `NAME`; may be repeated")
	cmd.Flags().BoolVar(&options.RenameExports, "rename-export-conflicts", false,
		"rename exports of a name that is taken, NAME.export")
	cmd.Flags().StringVar(&features, "features", "all", featuresUsage)
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "say what was done")
	return cmd
}

// mergeInput reads the module that an argument names.
func mergeInput(cmd *cobra.Command, arg string, options merge.Options) (merge.Input, error) {
	name, file, named := strings.Cut(arg, "=")
	if !named {
		file = arg
		name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	source, err := readInput(cmd, file)
	if err != nil {
		return merge.Input{}, err
	}
	m, err := decode(source, options.Features)
	if err == nil {
		err = validate(m, options.Features)
	}
	if err != nil {
		return merge.Input{}, fileError(file, err)
	}
	return merge.Input{Name: name, Module: m}, nil
}

// printMerge says what was done.
func printMerge(cmd *cobra.Command, r *merge.Report) {
	w := cmd.ErrOrStderr()
	fmt.Fprintf(w, "%d imports were resolved\n", r.Resolved)
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"imports that stay, though a module of that name is there", r.Missing},
		{"exports that were renamed", r.Renamed},
		{"sections that would not be true any more", r.Dropped},
	} {
		if len(list.names) > 0 {
			fmt.Fprintf(w, "%s: %s\n", list.what, strings.Join(list.names, ", "))
		}
	}
}
