package weft_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestPrograms builds a program that embeds Weft in the ways in which Go builds programs, and starts it in those that change
// how Go's runtime interrupts goroutines. Machine code relies on that runtime.
func TestPrograms(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("code is interpreted here")
	}
	for _, test := range []struct {
		name  string
		flags []string // of go build
		c     bool     // whether it needs a compiler for C
		runs  map[string][]string
	}{
		{name: "plain", runs: map[string][]string{
			"as usual":                {},
			"not interrupted":         {"GODEBUG=asyncpreemptoff=1"},
			"on one processor":        {"GOMAXPROCS=1"},
			"collecting all the time": {"GOGC=1"},
		}},
		{name: "position-independent", flags: []string{"-buildmode=pie"}, runs: map[string][]string{"as usual": {}}},
		{name: "with C", flags: []string{"-tags=withc"}, c: true, runs: map[string][]string{
			"as usual":        {},
			"not interrupted": {"GODEBUG=asyncpreemptoff=1"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := append(os.Environ(), "CGO_ENABLED=0")
			if test.c {
				needC(t)
				env = append(os.Environ(), "CGO_ENABLED=1")
			}
			program := filepath.Join(t.TempDir(), "program")
			build := exec.Command("go", append(append([]string{"build", "-o", program}, test.flags...), "./testdata/program")...)
			build.Env = env
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("go build: %v\n%s", err, out)
			}
			for name, env := range test.runs {
				t.Run(name, func(t *testing.T) { runProgram(t, program, env) })
			}
		})
	}
}

// needC skips a test where Go finds no compiler for C.
func needC(t *testing.T) {
	t.Helper()
	out, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	cc := strings.Fields(string(out))
	if len(cc) == 0 {
		t.Skip("Go has no compiler for C")
	}
	if _, err := exec.LookPath(cc[0]); err != nil {
		t.Skip("there is no compiler for C: ", err)
	}
}

func runProgram(t *testing.T, program string, env []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // a loop that nothing ends fails
	defer cancel()
	trace := filepath.Join(t.TempDir(), "trace")
	run := exec.CommandContext(ctx, program)
	run.Env = append(append(os.Environ(), "TRACE="+trace), env...)
	if out, err := run.CombinedOutput(); err != nil || string(out) != "fine\n" {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := exec.Command("go", "tool", "trace", "-d=parsed", trace).Output(); err != nil || !strings.Contains(string(out), "GC") {
		t.Errorf("the trace cannot be read: %v", err)
	}
}
