package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weft"
)

// wasiOnly are the flags of run that only programs see which use WASI.
var wasiOnly = []string{"dir", "env", "env-inherit", "argv0", "listen"}

// hintNoWASI says that flags have no effect because a module imports nothing of WASI.
func hintNoWASI(cmd *cobra.Command, file string) {
	var given []string
	for _, name := range wasiOnly {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "weft: %s imports nothing of WASI: nothing sees %s\n", file, strings.Join(given, ", "))
	}
}

// hintFlagsBehind says, of a program that has failed by itself or could not be called, that flags of run stand where
// they are the program's.
func hintFlagsBehind(cmd *cobra.Command, args []string, failed error) {
	var exit *weft.ExitError
	var usage usageError
	if errors.As(failed, &exit) && exit.Code == 0 || !errors.As(failed, &exit) && !errors.As(failed, &usage) {
		return
	}
	for _, arg := range args {
		if name, ok := strings.CutPrefix(arg, "--"); !ok || cmd.Flags().Lookup(flagName(name)) == nil {
			continue
		}
		fmt.Fprintf(cmd.ErrOrStderr(),
			"weft: --%s stands behind FILE, so it was given to the program; weft's flags go before FILE\n", flagName(arg))
		return
	}
}
