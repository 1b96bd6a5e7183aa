package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"weft/bench/job"
	"weft/bench/tool"
	"weft/bench/workload"
)

// A target is an engine on a processor.
type target int

const (
	weftAMD64 target = iota
	weftARM64
	wazeroARM64
	targets
)

// emulations say how to run the targets. The emulated amd64 has all extensions that QEMU knows, as arm64 has by itself.
var emulations = [targets]struct {
	name, engine, arch string
	qemu               []string
}{
	weftAMD64:   {"Weft, amd64", "weft", "amd64", []string{"qemu-x86_64", "-cpu", "max"}},
	weftARM64:   {"Weft, arm64", "weft", "arm64", []string{"qemu-aarch64"}},
	wazeroARM64: {"wazero, arm64", "wazero", "arm64", []string{"qemu-aarch64"}},
}

// An emulator runs programs and counts.
type emulator struct {
	box     *tool.Box
	plugin  string
	runners [targets]string
	blocks  int    // that are printed of each program
	dir     string // for what runners and the plugin write
}

//go:embed plugin/count.c
var pluginSource string

// newEmulator builds the plugin and the runners.
func newEmulator(ctx context.Context, box *tool.Box, blocks int) (*emulator, error) {
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("QEMU runs the programs of Linux on Linux only, not on %s", runtime.GOOS)
	}
	e := &emulator{box: box, blocks: blocks}
	var err error
	if e.plugin, err = e.buildPlugin(ctx); err != nil {
		return nil, err
	}
	for t := range e.runners {
		how := &emulations[t]
		if _, err := exec.LookPath(how.qemu[0]); err != nil {
			return nil, fmt.Errorf("%w: apt-get install qemu-user", err)
		}
		if e.runners[t], err = box.Cross(ctx, "weft/bench/runner/cmd/"+how.engine, how.arch); err != nil {
			return nil, err
		}
	}
	e.dir, err = os.MkdirTemp("", "weft-count")
	return e, err
}

func (e *emulator) buildPlugin(ctx context.Context) (string, error) {
	gcc, err := e.box.Command(ctx, "gcc")
	if err != nil {
		return "", err
	}
	return e.box.Make("count.so", []string{pluginSource}, func(out string) error {
		source := filepath.Join(e.box.Module, "count", "plugin", "count.c")
		return tool.Run(ctx, e.box.Dir, nil, gcc, "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
			"-fvisibility=hidden", "-o", out, source)
	})
}

func (e *emulator) close() { os.RemoveAll(e.dir) }

// run runs a workload once with a size, and returns how many instructions its compiled code has executed and what it
// has computed.
func (e *emulator) run(ctx context.Context, t target, w *workload.Workload, v workload.Variant, size int64) (
	executed int64, value string, err error,
) {
	program, err := e.box.Build(ctx, w, v)
	if err != nil {
		return 0, "", err
	}
	result, counts := filepath.Join(e.dir, "result"), filepath.Join(e.dir, "counts")
	j := job.Job{Mode: w.Mode, Program: program, Export: w.Export, Target: time.Hour, Sizes: []int64{size}}
	argv := append([]string{}, emulations[t].qemu...)
	argv = append(argv, "-plugin", fmt.Sprintf("%s,out=%s,blocks=%d", e.plugin, counts, e.blocks), e.runners[t])
	argv = append(argv, j.Args()...)
	if err := tool.Run(ctx, e.dir, []string{job.ResultFile + "=" + result}, argv...); err != nil {
		return 0, "", fmt.Errorf("%s: %w", emulations[t].name, err)
	}
	r, err := job.ReadResult(result)
	if err != nil {
		return 0, "", err
	}
	executed, err = e.readCounts(counts, t, w)
	return executed, r.Steps[0].Value, err
}

// readCounts reads what the plugin has written: the instructions of compiled code, those of all else, and blocks.
func (e *emulator) readCounts(file string, t target, w *workload.Workload) (int64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	counts, blocks, _ := strings.Cut(string(data), "\n")
	if e.blocks > 0 {
		fmt.Printf("%s, %s:\n%s\n", w.Name, emulations[t].name, blocks)
	}
	compiled, _, _ := strings.Cut(counts, " ")
	return strconv.ParseInt(compiled, 10, 64)
}
