package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"weft/wasm"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of Weft, of Go, and the features",
		Long: `Version prints which Weft this is, the version of Go and the platform that it was
built with and for, and the WebAssembly proposals that it knows.`,
		Example: `  weft version`,
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "weft %s\n%s %s/%s\nfeatures: %s\nonly if asked for: %s,%s\n",
				version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, wasm.DefaultFeatures,
				wasm.AllFeatures&^wasm.DefaultFeatures, wasm.TypedContinuations2023)
			return err
		},
	}
}

// version returns which Weft this is, as Go's command has written it into the binary.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
