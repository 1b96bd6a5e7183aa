package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"weft/retarget"
)

func retargetCommand() *cobra.Command {
	var output string
	var verbose bool
	cmd := &cobra.Command{
		Use:   "retarget [flags] FILE",
		Short: "Rewrite a program to use stack switching",
		Long: `Retarget rewrites a program to use WebAssembly's stack switching. It recognises two kinds by their content:

Programs that official Go has compiled for GOOS=wasip1, with go1.24 to go1.27: their goroutines become continuations,
their jumps loops and branches.

Programs that drive Binaryen's Asyncify by imports from the module "asyncify", before wasm-opt --asyncify has run: what
unwound suspends. TinyGo's are such programs. TinyGo calls weft itself if the variable WASMOPT has its path; weft then
answers as wasm-opt does, and optimises nothing.

What it does not know it refuses, and says in which function what was expected.`,
		Example: `  GOOS=wasip1 GOARCH=wasm go build -o prog.wasm .
  weft retarget prog.wasm -o fast.wasm && weft run fast.wasm

  WASMOPT=$(which weft) tinygo build -target=wasip1 -o fast.wasm . && weft run fast.wasm`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := readInput(cmd, args[0])
			if err != nil {
				return err
			}
			out, report, err := retarget.Module(source, retarget.Options{Check: true})
			if err != nil {
				return fileError(args[0], err)
			}
			if verbose {
				printReport(cmd.ErrOrStderr(), report)
			}
			return writeOutput(cmd, output, out)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write the module to `FILE`")
	_ = cmd.MarkFlagRequired("output")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "say what was done")
	return cmd
}

// printReport says what was done.
func printReport(w io.Writer, r *retarget.Report) {
	if r.Producer == "Asyncify" {
		fmt.Fprintf(w, "Asyncify: %d functions suspend: %s\n", len(r.Suspending), strings.Join(r.Suspending, ", "))
		fmt.Fprintf(w, "%d functions resume: %s; %d of their calls run in continuations\n",
			len(r.Resuming), strings.Join(r.Resuming, ", "), r.Calls)
		fmt.Fprintf(w, "%d goroutines that waited for ever at their end return\n", r.Ends)
	} else {
		fmt.Fprintf(w, "%s: %d functions of %d blocks, %d jumps, %d tests whether to unwind, %d checks of the stack\n",
			r.Producer, r.Functions, r.Blocks, r.Jumps, r.Tests, r.StackChecks)
		fmt.Fprintf(w, "%d functions can be entered by recovery, %d may switch: %s\n",
			r.Recovering, len(r.Switching), strings.Join(r.Switching, ", "))
		fmt.Fprintf(w, "%d functions keep a loop with a table: %s\n", len(r.Irreducible),
			strings.Join(r.Irreducible, ", "))
	}
	if len(r.Dropped) > 0 {
		fmt.Fprintf(w, "sections that would not be true any more: %s\n", strings.Join(r.Dropped, ", "))
	}
	fmt.Fprintf(w, "%d bytes before, %d after: %.3f\n", r.Before, r.After, float64(r.After)/float64(r.Before))
}
