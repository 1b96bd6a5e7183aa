package main

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
)

// TestRun compares the last commit with the checkout, in one workload.
func TestRun(t *testing.T) {
	if out, err := exec.Command("git", "rev-parse", "HEAD").CombinedOutput(); err != nil {
		t.Skipf("this is not a clone of the repository: %s", out)
	}
	var out bytes.Buffer
	if err := run(context.Background(), &out, []string{"HEAD"}, "^generator$", "interpreter", 2); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"checkout", "sec/op", "generator"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("benchstat says nothing of %q:\n%s", want, &out)
		}
	}
}

func TestUnknownCommit(t *testing.T) {
	err := run(context.Background(), new(bytes.Buffer), []string{"no-such-commit"}, ".", "interpreter", 1)
	if err == nil || !strings.Contains(err.Error(), "no-such-commit") && !strings.Contains(err.Error(), "git") {
		t.Errorf("error: %v", err)
	}
}
