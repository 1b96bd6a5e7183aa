package amd64

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden compares the code of small functions with testdata/fusions.golden: that
// selection takes operations together, and that their encodings are short.
func TestGolden(t *testing.T) {
	file, err := os.ReadFile("testdata/fusions.ssa")
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Features: Features{SSE41: true, POPCNT: true, BMI1: true, LZCNT: true, BMI2: true}, FuncInstance: 8}
	s, e := Selector{Config: config}, Emitter{Config: config}
	var got strings.Builder
	for _, source := range strings.SplitAfter(string(file), "\n\n") {
		f, err := ssa.Parse(source)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		if err := ssa.Verify(f); err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		cf, err := s.Select(f)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		if err := codegen.Allocate(cf, Machine()); err != nil {
			t.Fatal(err)
		}
		code, err := e.Emit(cf)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s:\n", f.Name)
		for _, line := range strings.Split(disassemble(t, code.Bytes), "; ") {
			fmt.Fprintf(&got, "\t%s\n", line)
		}
	}
	const golden = "testdata/fusions.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the code is\n%s", got.String())
	}
}
