package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	tests := []struct {
		args  string
		stdin string
		want  int
	}{
		{"version", "", exitOK},
		{"validate -", "(module)", exitOK},
		{"validate -", "(module", exitFailure},
		{"validate no/such/file", "", exitFailure},
		{"run -", `(module (func (export "main") unreachable))`, exitFailure},
		{"run - 1", `(module (func (export "main")))`, exitUsage},
		{"run", "", exitUsage},
		{"nothing", "", exitUsage},
		{"run --nothing -", "", exitUsage},
		{"validate --features nothing -", "", exitUsage},
		{"wast --filter ( .", "", exitUsage},
	}
	for _, test := range tests {
		var out, errors bytes.Buffer
		got := Main(strings.Fields(test.args), strings.NewReader(test.stdin), &out, &errors)
		if got != test.want {
			t.Errorf("weft %s: exit code %d, want %d: %s", test.args, got, test.want, &errors)
		}
		if (got == exitOK) != (errors.Len() == 0) {
			t.Errorf("weft %s: exit code %d, but standard error %q", test.args, got, &errors)
		}
	}
}
