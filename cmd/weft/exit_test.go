package main

import (
	"bytes"
	"fmt"
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
		{"run -", `(module (func (export "main") unreachable))`, exitTrap},
		{"run -", `(module (tag $e) (func (export "main") (throw $e)))`, exitTrap},
		{"run -", `(module (tag $e) (func (export "main") (suspend $e)))`, exitTrap},
		{"run -", `(module (func $s unreachable) (start $s))`, exitTrap},
		{"run --timeout 1ms -", `(module (func (export "main") (loop (br 0))))`, exitTimeout},
		{"run --fuel 1k -", `(module (func (export "main") (loop (br 0))))`, exitFuel},
		{"run -", exits(0), exitOK},
		{"run -", exits(77), 77},
		{"run -", exits(256), exitFailure},
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
		program := strings.Contains(test.stdin, "proc_exit")
		if (got == exitOK || program) != (errors.Len() == 0) {
			t.Errorf("weft %s: exit code %d, but standard error %q", test.args, got, &errors)
		}
	}
}

// exits returns a program that exits with a code.
func exits(code uint32) string {
	return fmt.Sprintf(`(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
		(memory (export "memory") 1) (func (export "_start") (call $exit (i32.const %d))))`, code)
}
