package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
	validator "weft/wasm/validate"
)

func validateCommand() *cobra.Command {
	var features string
	cmd := &cobra.Command{
		Use:   "validate [flags] FILES...",
		Short: "Check whether modules are valid",
		Long: `Validate checks modules in the binary or text format. It prints nothing for a valid
module, and for another one where and what the error is. The exit code is 1 if a
module is not valid.`,
		Example: `  weft validate *.wasm
  weft validate --features mvp module.wat`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := parseFeatures(features)
			if err != nil {
				return err
			}
			var failed bool
			for _, name := range args {
				if err := validateFile(cmd, name, f); err != nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "weft: %s\n", failureText(cmd, err))
					failed = true
				}
			}
			if failed {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&features, "features", "default", featuresUsage)
	return cmd
}

func validateFile(cmd *cobra.Command, name string, features wasm.Features) error {
	source, err := readInput(cmd, name)
	if err != nil {
		return err
	}
	m, err := decode(source, features)
	if err == nil {
		err = validate(m, features)
	}
	var path *fs.PathError
	if err == nil || errors.As(err, &path) {
		return err
	}
	return fileError(name, err)
}

func isBinary(source []byte) bool { return bytes.HasPrefix(source, []byte("\x00asm")) }

// decode reads a module in the format that its content shows.
func decode(source []byte, features wasm.Features) (*wasm.Module, error) {
	if isBinary(source) {
		return binary.Decode(source, features)
	}
	return text.Parse(source, features)
}

func validate(m *wasm.Module, features wasm.Features) error { return validator.Module(m, features) }
