package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"weft/retarget"
)

// TinyGo calls the program that the variable WASMOPT names, or else wasm-opt of the PATH, as it calls Binaryen's, first
// with --version, then with --asyncify -Oz -g IN --output OUT. That is how weft is called otherwise only if it is asked
// for its own version, where neither the variable is set nor the name is that.
const wasmOptVersion = "wasm-opt version 102 (no: weft, which retargets in place of " +
	"wasm-opt --asyncify; see weft version)\n"

var (
	optLevel   = regexp.MustCompile(`^-O[0-4sz]?$`)
	optFeature = regexp.MustCompile(`^(--(enable|disable)-[a-z0-9-]+|--(all|mvp|detect)-features|-all|-g|--debuginfo)$`)
)

// isWasmOpt reports whether weft is called as TinyGo calls wasm-opt.
func isWasmOpt(args []string) bool {
	switch {
	case len(args) == 0:
		return false
	case args[0] == "--version":
		return len(args) == 1 && (os.Getenv("WASMOPT") != "" || strings.HasPrefix(filepath.Base(os.Args[0]), "wasm-opt"))
	}
	return args[0] == "--asyncify" || optLevel.MatchString(args[0])
}

// wasmOpt does what TinyGo wants of wasm-opt, and returns the exit code. It optimises nothing.
func wasmOpt(args []string, stdout, stderr io.Writer) int {
	if args[0] == "--version" {
		fmt.Fprint(stdout, wasmOptVersion)
		return exitOK
	}
	if err := optimize(args); err != nil {
		fmt.Fprintf(stderr, "weft: in place of wasm-opt: %v\n", err)
		var usage usageError
		if errors.As(err, &usage) {
			return exitUsage
		}
		return exitFailure
	}
	return exitOK
}

// optimize retargets a module, or copies it if it does not drive Asyncify or is not to. Input and output may be the
// same file.
func optimize(args []string) error {
	var input, output string
	asyncify := false
	for len(args) > 0 {
		arg, rest := args[0], args[1:]
		name, value, given := strings.Cut(arg, "=")
		switch {
		case arg == "--asyncify":
			asyncify = true
		case optLevel.MatchString(arg), optFeature.MatchString(arg):
		case name == "--output" || name == "-o":
			if !given && len(rest) == 0 {
				return usagef("%s without a file", name)
			}
			if !given {
				value, rest = rest[0], rest[1:]
			}
			output = value
		case strings.HasPrefix(arg, "-") || input != "":
			return usagef("unknown argument %q", arg)
		default:
			input = arg
		}
		args = rest
	}
	if input == "" || output == "" {
		return usagef("expected an input and --output")
	}
	source, err := os.ReadFile(input)
	if err != nil {
		return err
	}
	if asyncify {
		out, _, err := retarget.Module(source, retarget.Options{Check: true})
		switch {
		case err == nil:
			source = out
		case !errors.Is(err, retarget.ErrUnknown):
			return fileError(input, err)
		}
	}
	return os.WriteFile(output, source, 0o777)
}
