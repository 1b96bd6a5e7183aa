package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A process is a command that a test has started.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner // of its output; of a coordinator its errors
}

// start starts the command.
func start(t *testing.T, stdout io.Writer, args ...string) *process {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(executable, args...)}
	p.Env = append(os.Environ(), "FLEET_COMMAND=1")
	p.Stdout, p.Stderr = stdout, os.Stderr
	pipe := p.StdoutPipe
	if stdout != nil {
		p.Stderr, pipe = nil, p.StderrPipe
	}
	lines, err := pipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
	p.lines = bufio.NewScanner(lines)
	return p
}

// begin starts a coordinator, and returns it, where workers can join it, and what it prints.
func begin(t *testing.T, args ...string) (p *process, url string, out *strings.Builder) {
	t.Helper()
	out = &strings.Builder{}
	p = start(t, out, append([]string{"run", program, "--port", "-1", "--json", "--patience", "2s"}, args...)...)
	line, _ := p.next()
	_, url, ok := strings.Cut(line, "fleet work ")
	if !ok {
		t.Fatalf("the coordinator says %q", line)
	}
	return p, url, out
}

// next returns the next line that a process prints; false if there are no more.
func (p *process) next() (string, bool) { ok := p.lines.Scan(); return p.lines.Text(), ok }

// rest returns the lines that a process still prints, until it ends, and how that ends.
func (p *process) rest() (lines []string, err error) {
	for line, ok := p.next(); ok; line, ok = p.next() {
		lines = append(lines, line)
	}
	return lines, p.Wait()
}

// end waits for a coordinator whose search has found something, and returns its summary.
func (p *process) end(t *testing.T, out *strings.Builder) *summary {
	t.Helper()
	log, err := p.rest()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Fatalf("the coordinator ends with %v; want exit code 3\n%s", err, strings.Join(log, "\n"))
	}
	var s summary
	if err := json.Unmarshal([]byte(out.String()), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}
