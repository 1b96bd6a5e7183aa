package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"weft"
	"weft/wasm"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of Weft, of Go, how code is executed, and the features",
		Long: `Version prints which Weft this is, the version of Go and the platform that it was
built with and for, how machine code runs here or why it does not, and the WebAssembly proposals that
it knows.`,
		Example: `  weft version`,
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(),
				"weft %s\n%s %s/%s\nmachine code: %s\nfeatures: %s\nonly if asked for: %s,%s\n",
				version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, machineCode(), wasm.DefaultFeatures,
				wasm.AllFeatures&^wasm.DefaultFeatures, wasm.TypedContinuations2023)
			return err
		},
	}
}

// machineCode says how machine code runs here, or why it does not.
func machineCode() string {
	mode, err := weft.NativeMode()
	if err != nil {
		return "none (" + strings.TrimPrefix(err.Error(), "weft: ") + ")"
	}
	return mode
}

// version returns which Weft this is, as Go's command has written it into the binary.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
