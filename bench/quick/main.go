// Command quick compares two commits of Weft in under two minutes.
//
//	go run ./quick OLD [NEW]
//
// OLD and NEW are commits; without NEW it is the checkout as it stands. Both are built, and
// a few short workloads run in both in turn. benchstat says which differences are
// more than noise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"weft/bench/measure"
	"weft/bench/tool"
	"weft/bench/workload"
)

func main() {
	only := flag.String("only", "^(generator|state|create|skynet|pingpong|nested4|cancel|deep|fib|crc32|json|quicksort|host-call|guest-call|instantiate)$",
		"compare the workloads whose names match this `pattern`")
	engine := flag.String("engine", "interpreter", "Weft's `engine`")
	rounds := flag.Int("rounds", 8, "how often each workload runs with each commit")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go run ./quick [flags] OLD [NEW]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() < 1 || flag.NArg() > 2 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, flag.Args(), *only, *engine, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "quick:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, commits []string, only, engine string, rounds int) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	box, err := tool.NewBox("")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "weft-quick")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var sides []*side
	for i, commit := range append(commits, "")[:2] {
		s, err := prepare(ctx, box, filepath.Join(dir, fmt.Sprint(i)), commit)
		if err != nil {
			return err
		}
		s.command = []string{s.runner, "-engine", engine}
		sides = append(sides, s)
	}
	options := measure.Options{Repeat: 1, Target: 100 * time.Millisecond, Timeout: 10 * time.Second}
	for _, w := range workload.All() {
		if !pattern.MatchString(w.Name) {
			continue
		}
		variant := workload.Switching
		if w.Program() {
			variant = workload.WASI
		} else if _, ok := w.SourceFile(variant); !ok {
			variant = workload.Plain
		}
		program, err := box.Build(ctx, w, variant)
		if err != nil {
			fmt.Fprintf(os.Stderr, "left out: %s: %v\n", w.Name, err)
			continue
		}
		for round := range rounds {
			for i := range sides {
				s := sides[(i+round)%2]
				if err := s.measure(ctx, options, w, program); err != nil {
					return fmt.Errorf("%s at %s: %w", w.Name, s.name, err)
				}
			}
		}
	}
	return compare(ctx, out, dir, sides)
}

// A side is one of the two that are compared.
type side struct {
	name    string
	runner  string
	command []string
	figures strings.Builder
}

// prepare builds the runner with the Weft of a commit, or of the checkout if that is "".
func prepare(ctx context.Context, box *tool.Box, dir, commit string) (*side, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	s := &side{name: "checkout", runner: filepath.Join(dir, "runner")}
	if commit == "" {
		return s, tool.Run(ctx, box.Module, nil, "go", "build", "-o", s.runner, "./runner/cmd/weft")
	}
	root := filepath.Dir(box.Module)
	name, err := tool.Output(ctx, "git", "-C", root, "rev-parse", "--short", "--verify", commit+"^{commit}")
	if err != nil {
		return nil, err
	}
	s.name = name
	source := filepath.Join(dir, "weft")
	if err := os.Mkdir(source, 0o755); err != nil {
		return nil, err
	}
	archive := filepath.Join(dir, "weft.tar")
	if err := tool.Run(ctx, root, nil, "git", "archive", "-o", archive, name); err != nil {
		return nil, err
	}
	if err := tool.Run(ctx, source, nil, "tar", "-xf", archive); err != nil {
		return nil, err
	}
	// The runner of today with the library of the commit; or, if the library was
	// another one then, the runner of the commit.
	today := s.buildWith(ctx, box.Module, source, dir)
	if today == nil {
		return s, nil
	}
	then := tool.Run(ctx, filepath.Join(source, "bench"), nil, "go", "build", "-o", s.runner, "./runner/cmd/weft")
	if then == nil {
		return s, nil
	}
	return nil, fmt.Errorf("commit %s: %w", name, errors.Join(today, then))
}

// buildWith builds the runner of this module with the library in another folder.
func (s *side) buildWith(ctx context.Context, module, library, dir string) error {
	mod := filepath.Join(dir, "go.mod")
	for from, to := range map[string]string{"go.mod": mod, "go.sum": filepath.Join(dir, "go.sum")} {
		data, err := os.ReadFile(filepath.Join(module, from))
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			return err
		}
	}
	if err := tool.Run(ctx, module, nil, "go", "mod", "edit", "-replace", "weft="+library, mod); err != nil {
		return err
	}
	return tool.Run(ctx, module, nil, "go", "build", "-modfile", mod, "-o", s.runner, "./runner/cmd/weft")
}

// measure runs a workload once and notes its figures in Go's format.
func (s *side) measure(ctx context.Context, o measure.Options, w *workload.Workload, program string) error {
	result, _, err := o.Execute(ctx, s.command, w, program)
	if err != nil {
		return err
	}
	for _, r := range result.Runs {
		fmt.Fprintf(&s.figures, "Benchmark%s 1 %.2f ns/op %d peak-bytes\n", w.Name, float64(r.Time)/float64(w.Units(r.Size)), r.PeakKB*1024)
	}
	return nil
}

// compare lets benchstat compare the figures, and writes what it says.
func compare(ctx context.Context, out io.Writer, dir string, sides []*side) error {
	args := []string{"tool", "benchstat"}
	for i, s := range sides {
		file := filepath.Join(dir, fmt.Sprintf("figures%d", i))
		if err := os.WriteFile(file, []byte(s.figures.String()), 0o644); err != nil {
			return err
		}
		args = append(args, s.name+"="+file)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	return cmd.Run()
}
