// Command executable runs a job that is a program of this machine.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"weft/bench/job"
	"weft/bench/runner"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	j, err := job.Parse(args)
	if err != nil {
		return err
	}
	if j.Mode != job.Program && j.Mode != job.Benchmark {
		return fmt.Errorf("no mode %q", j.Mode)
	}
	return runner.Programs(j, &job.Result{}, func(p runner.Program) (int64, error) {
		cmd := exec.Command(j.Program, p.Args[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Stdin, p.Stdout, os.Stderr
		if p.Root != "" {
			cmd.Dir = filepath.Join(p.Root, filepath.FromSlash(runner.Folder))
		}
		if err := cmd.Run(); err != nil {
			return 0, err
		}
		return peakKB(cmd.ProcessState), nil
	})
}

// peakKB returns the peak of resident memory of a process that has ended, or of this
// one if that is more: the system does not tell them apart.
func peakKB(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss
	}
	return 0
}
