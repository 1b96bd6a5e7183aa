// Command count counts the instructions that compiled code executes, for amd64 and arm64, and prints them as a table
// in Markdown. It runs Weft and wazero under QEMU's emulators of a user's programs (Debian's qemu-user), with a plugin
// that gcc builds. Times under an emulator say little; these figures are of the code alone, and hardly vary.
//
//	go run ./count [-only PATTERN] [-blocks N]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"

	"weft/bench/tool"
	"weft/bench/workload"
)

func main() {
	only := flag.String("only", "", "count only workloads whose names match this `pattern`")
	blocks := flag.Int("blocks", 0, "also print the `number` of blocks of each program that execute most instructions")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "count takes no arguments, only flags: %q\n", flag.Args())
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *only, *blocks); err != nil {
		fmt.Fprintln(os.Stderr, "count:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, only string, blocks int) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	box, err := tool.NewBox("")
	if err != nil {
		return err
	}
	box.Progress = func(what string) { fmt.Fprintln(os.Stderr, what) }
	e, err := newEmulator(ctx, box, blocks)
	if err != nil {
		return err
	}
	defer e.close()
	kernels := table{group: workload.Kernels, variant: workload.Plain, size: kernelSize, peers: true}
	coroutines := table{group: workload.Coroutines, variant: workload.Switching}
	for _, w := range workload.All() {
		if w.Memory || !pattern.MatchString(w.Name) {
			continue
		}
		if err := errors.Join(kernels.add(ctx, e, w), coroutines.add(ctx, e, w)); err != nil {
			return fmt.Errorf("%s: %w", w.Name, err)
		}
	}
	if err := coroutines.addPair(ctx, e); err != nil {
		return err
	}
	kernels.print(out)
	coroutines.print(out)
	return nil
}

// kernelSize is how often kernels run what they do: up to millions of instructions each time.
const kernelSize = 3
