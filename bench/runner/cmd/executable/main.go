// Command executable runs a job that is a program of this machine.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"

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
	if j.Mode != job.Program {
		return fmt.Errorf("no mode %q", j.Mode)
	}
	return runner.Programs(j, &job.Result{}, func(args []string, stdin io.Reader, stdout io.Writer) error {
		cmd := exec.Command(j.Program, args[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, os.Stderr
		return cmd.Run()
	})
}
