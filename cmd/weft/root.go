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

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
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
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteC()
	var usage usageError
	var exit *weft.ExitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exitCode(exit.Code)
	case errors.Is(err, errReported):
		return exitFailure
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "weft: %v\nTry '%s --help'.\n", err, cmd.CommandPath())
		return exitUsage
	}
	fmt.Fprintf(stderr, "weft: %v\n", err)
	return exitFailure
}

// exitCode returns the code of a program as one that the system can report: a
// failure must not become a success because only eight bits are kept.
func exitCode(code uint32) int {
	if code > 255 {
		return exitFailure
	}
	return int(code)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "weft",
		Short: "Run, test and convert WebAssembly modules",
		Long: `Weft runs WebAssembly modules, with stack switching, without leaving Go.

Files may be in the binary or in the text format, which Weft recognises by their
content. The name - stands for the standard input or output.

Exit codes: 0 success; 1 a module or a file is wrong, a program trapped, a test
failed; 2 the command was used wrongly; of "weft run" also the code with which the
program exits, and of "weft explore" 3 for a program in which it has found something.`,
		Example: `  weft run --invoke add add.wat 1 2
  weft wast tests/
  weft parse module.wat -o module.wasm`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          usage(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(runCommand(), wastCommand(), parseCommand(), printCommand(), validateCommand(), compileCommand(),
		objdumpCommand(), exploreCommand(), retargetCommand(), mergeCommand(), versionCommand())
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

// newEngine makes an engine with the listed features, and a cache in a directory
// unless that is "", which a profiler sees, unless it is nil. Its code counts steps if that is asked for. The function
// that it returns is to be called at the end.
func newEngine(
	features, cacheDir string, executor executorFlag, steps bool, profiler *weft.CPUProfiler,
) (engine *weft.Engine, end func(), err error) {
	f, err := parseFeatures(features)
	if err != nil {
		return nil, nil, err
	}
	end = func() {}
	config := weft.NewConfig().WithFeatures(f).WithExecutor(weft.Executor(executor)).WithCPUProfiler(profiler).
		WithNativeOptions(weft.NativeOptions{InterpretFirst: true})
	if steps {
		config = config.WithSteps()
	}
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
