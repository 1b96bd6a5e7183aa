package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"weft/wasm"
)

// readInput reads a module from a file, or from the standard input for "-". What is something else is refused.
func readInput(cmd *cobra.Command, name string) ([]byte, error) {
	source, err := readAny(cmd, name)
	if err != nil {
		return nil, err
	}
	if err := recognize(source); err != nil {
		return nil, fileError(name, err)
	}
	return source, nil
}

// readAny reads a file, or the standard input for "-", whatever it is.
func readAny(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		b, err := io.ReadAll(cmd.InOrStdin())
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return b, nil
	}
	return readFile(name)
}

// writeOutput writes a file, or the standard output for "-".
func writeOutput(cmd *cobra.Command, name string, b []byte) error {
	if name == "-" {
		_, err := cmd.OutOrStdout().Write(b)
		return err
	}
	return os.WriteFile(name, b, 0o666)
}

// fileError puts the name of a file before the error of its module:
// file:line:col, or file: offset for a binary.
func fileError(name string, err error) error {
	if name == "-" {
		name = "standard input"
	}
	var e *wasm.Error
	if errors.As(err, &e) && e.Line > 0 {
		return fmt.Errorf("%s:%w", name, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}
