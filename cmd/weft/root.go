package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"weft"
	"weft/wasm"
)

// A usageError says that the command was used wrongly.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errReported is returned when what went wrong has been said already.
var errReported = errors.New("reported")

// Main runs the command and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if isWasmOpt(args) {
		return wasmOpt(args, stdout, stderr)
	}
	root := rootCommand()
	root.SetArgs(withRun(root, args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteC()
	var exit *weft.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, errReported) {
		fmt.Fprintf(stderr, "weft: %s\n", failureText(cmd, err))
	}
	return exitCode(err)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "weft",
		Short: "Run, test and convert WebAssembly modules",
		Long: `Weft runs WebAssembly modules, with stack switching, without leaving Go.

Files may be in the binary or in the text format, which Weft recognises by their
content. The name - stands for the standard input or output.

A program is run by "weft run FILE", or by "weft FILE".

Exit codes: 0 success; 1 a module or a file is wrong, or a test failed; 2 the command was
used wrongly; 3 "weft explore" has found something; of a program that is run its own, 124 if
--timeout has ended it, 125 if --fuel is used up, and 134 if it trapped or handled an
exception or a suspension nowhere.`,
		Example: `  weft run --invoke add add.wat 1 2
  weft wast tests/
  weft parse module.wat -o module.wasm`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          usage(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.Version = version()
	root.SetVersionTemplate("weft {{.Version}}\n")
	root.Flags().Bool("version", false, "print the version of Weft") // without -v, which is that of run
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	ofModules := []*cobra.Command{runCommand(), inspectCommand(), parseCommand(), printCommand(), validateCommand(),
		stripCommand(), compileCommand(), objdumpCommand(), exploreCommand(), retargetCommand()}
	for _, cmd := range ofModules {
		cmd.ValidArgsFunction = completeModules
	}
	root.AddCommand(ofModules...)
	root.AddCommand(wastCommand(), mergeCommand(), manCommand(), versionCommand())
	for _, cmd := range root.Commands() {
		completeFlags(cmd)
	}
	return root
}

// usage makes the errors of a check of arguments usage errors.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// featuresUsage describes the flag --features.
const featuresUsage = "proposals to enable: a list separated by commas of names, all, default or mvp; -name removes one"

// parseFeatures reads a list of features.
func parseFeatures(list string) (wasm.Features, error) {
	var set wasm.Features
	for i, word := range strings.Split(list, ",") {
		name, remove := strings.CutPrefix(strings.TrimSpace(word), "-")
		if remove && i == 0 {
			set = wasm.DefaultFeatures
		}
		var f wasm.Features
		switch name {
		case "all":
			f = wasm.AllFeatures
		case "default":
			f = wasm.DefaultFeatures
		case "mvp":
			f = wasm.MVP
		default:
			var ok bool
			if f, ok = wasm.FeatureByName(name); !ok {
				return 0, usagef("unknown feature %q; there are %s, %s", name, wasm.AllFeatures, wasm.TypedContinuations2023)
			}
		}
		if remove {
			set &^= f
		} else {
			set |= f
		}
	}
	return set, nil
}

// newEngine makes an engine as configured, with the listed features, and a cache in a directory unless that is "". The
// function that it returns is to be called at the end.
func newEngine(features, cacheDir string, config weft.Config) (engine *weft.Engine, end func(), err error) {
	f, err := parseFeatures(features)
	if err != nil {
		return nil, nil, err
	}
	end = func() {}
	config = config.WithFeatures(f)
	if cacheDir != "" {
		cache, err := weft.NewCache(weft.CacheOptions{Dir: cacheDir})
		if err != nil {
			return nil, nil, fmt.Errorf("cache: %w", err)
		}
		end = func() { _ = cache.Flush() } // what cannot be kept is compiled again
		config = config.WithCache(cache)
	}
	engine, err = weft.NewEngine(config)
	return engine, end, err
}
