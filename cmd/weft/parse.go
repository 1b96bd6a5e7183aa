package main

import (
	"bytes"
	"errors"

	"github.com/spf13/cobra"

	"weft/wasm/binary"
	"weft/wasm/text"
)

// What parse and print say to the format that the other of them reads.
var (
	errBinary = errors.New("the module is in the binary format already; weft print reads that")
	errText   = errors.New("not a module in the binary format; weft parse reads the text format")
)

func parseCommand() *cobra.Command {
	var output, features string
	var compact bool
	cmd := &cobra.Command{
		Use:   "parse [flags] IN.wat",
		Short: "Convert a module from the text to the binary format",
		Long: `Parse reads a module in the text format, validates it and writes it in the binary
format. Identifiers go to the name section.`,
		Example: `  weft parse module.wat -o module.wasm
  weft parse - < module.wat | wasm-opt ...`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := parseFeatures(features)
			if err != nil {
				return err
			}
			source, err := readInput(cmd, args[0])
			if err != nil {
				return err
			}
			if isBinary(source) {
				return fileError(args[0], errBinary)
			}
			m, err := text.Parse(source, f)
			if err == nil {
				err = validate(m, f)
			}
			if err != nil {
				return fileError(args[0], err)
			}
			if compact {
				m.CompactImports()
			}
			return writeOutput(cmd, output, binary.Encode(m))
		},
	}
	cmd.Flags().BoolVar(&compact, "compact-imports", false, compactUsage)
	cmd.Flags().StringVarP(&output, "output", "o", "-", "write to this `FILE`")
	cmd.Flags().StringVar(&features, "features", "all", featuresUsage)
	return cmd
}

const compactUsage = "write neighbouring imports from one module as a list"

func printCommand() *cobra.Command {
	var output, features string
	var compact bool
	cmd := &cobra.Command{
		Use:   "print [flags] IN.wasm",
		Short: "Convert a module from the binary to the text format",
		Long: `Print reads a module in the binary format and writes it in the text format, with
the identifiers of its name section. The module need not be valid.`,
		Example: `  weft print module.wasm
  weft print module.wasm -o module.wat`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := parseFeatures(features)
			if err != nil {
				return err
			}
			source, err := readInput(cmd, args[0])
			if err != nil {
				return err
			}
			if !isBinary(source) {
				return fileError(args[0], errText)
			}
			m, err := binary.Decode(source, f)
			if err != nil {
				return fileError(args[0], err)
			}
			if compact {
				m.CompactImports()
			}
			var b bytes.Buffer
			if err := text.Print(&b, m); err != nil {
				return fileError(args[0], err)
			}
			return writeOutput(cmd, output, b.Bytes())
		},
	}
	cmd.Flags().BoolVar(&compact, "compact-imports", false, compactUsage)
	cmd.Flags().StringVarP(&output, "output", "o", "-", "write to this `FILE`")
	cmd.Flags().StringVar(&features, "features", "all", featuresUsage)
	return cmd
}
