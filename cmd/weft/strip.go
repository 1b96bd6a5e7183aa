package main

import (
	"bytes"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"weft/wasm"
	"weft/wasm/binary"
)

// stripFlags choose what strip removes.
type stripFlags struct {
	all, debug bool
	keep       []string
}

func stripCommand() *cobra.Command {
	var flags stripFlags
	var output string
	cmd := &cobra.Command{
		Use:   "strip [flags] FILE",
		Short: "Remove from a module what does not change what it does",
		Long: `Strip writes a module without its custom sections, such as debug information and what tools
have noted. It keeps names, which stack traces need, hints of branches, and what linkers and components need; --all
removes these, too. All other sections stay as they are.`,
		Example: `  weft strip big.wasm -o small.wasm
  weft strip --debug module.wasm -o module.wasm
  weft strip --all --keep name module.wasm -o module.wasm`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := readInput(cmd, args[0])
			if err != nil {
				return err
			}
			m, err := decode(source, wasm.AllFeatures)
			if err != nil {
				return fileError(args[0], err)
			}
			if !isBinary(source) {
				source = binary.Encode(m)
			}
			out, err := flags.strip(source)
			if err != nil {
				return fileError(args[0], err)
			}
			return writeOutput(cmd, output, out)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write the module to `FILE`")
	_ = cmd.MarkFlagRequired("output")
	cmd.Flags().BoolVar(&flags.all, "all", false, "remove all custom sections")
	cmd.Flags().BoolVar(&flags.debug, "debug", false, "remove debug information only")
	cmd.Flags().StringSliceVar(&flags.keep, "keep", nil, "keep the custom section `NAME`; may be repeated")
	cmd.MarkFlagsMutuallyExclusive("all", "debug")
	return cmd
}

// strip returns a binary without the sections that the flags choose.
func (flags *stripFlags) strip(source []byte) ([]byte, error) {
	sections, err := readSections(source)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, len(source)))
	out.Write(source[:preambleSize])
	for i := range sections {
		if s := &sections[i]; s.id != byte(wasm.SectionCustom) || !flags.removes(s) {
			out.Write(s.all)
		}
	}
	return out.Bytes(), nil
}

func (flags *stripFlags) removes(s *section) bool {
	switch {
	case slices.Contains(flags.keep, s.name):
		return false
	case flags.all:
		return true
	case flags.debug:
		return s.isDebug()
	}
	return !isNeeded(s.name)
}

// isNeeded reports whether a custom section says something for who runs or links the module.
func isNeeded(name string) bool {
	switch name {
	case "name", "dylink", "dylink.0", "linking":
		return true
	}
	for _, prefix := range []string{"metadata.code.", "component-type", "reloc."} {
		if strings.HasPrefix(name, prefix) && !strings.HasPrefix(name, "reloc..debug_") {
			return true
		}
	}
	return false
}
