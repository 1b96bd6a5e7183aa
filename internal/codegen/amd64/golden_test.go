package amd64

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"weft/internal/codegen"
	"weft/internal/golden"
	"weft/internal/ssa"
)

// TestGolden compares the code of small functions with golden files: that
// selection takes operations together, and that their encodings are short.
func TestGolden(t *testing.T) {
	scalar := Features{SSE41: true, POPCNT: true, BMI1: true, LZCNT: true, BMI2: true}
	vector := scalar
	vector.AVX, vector.AVX2 = true, true
	for _, test := range []struct {
		source, golden string
		features       Features
	}{
		{"fusions.ssa", "fusions.golden", scalar},
		{"vectors.ssa", "vectors.golden", vector},
		{"vectors.ssa", "vectors-baseline.golden", Baseline()},
	} {
		t.Run(test.golden, func(t *testing.T) { checkGolden(t, "testdata/"+test.source, "testdata/"+test.golden, test.features) })
	}
}

func checkGolden(t *testing.T, source, want string, features Features) {
	file, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Features: features, Runtime: codegen.Runtime{FuncInstance: 8,
		CellSize: func(class int) uint32 { return 16 * uint32(class+1) }}}
	s, e := Selector{Config: config}, Emitter{Config: config}
	var got strings.Builder
	text := strings.ReplaceAll(string(file), "TYPES", fmt.Sprint(codegen.OffTypes)) // the other offsets are not looked at
	for _, source := range strings.SplitAfter(text, "\n\n") {
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
	golden.Check(t, want, got.String())
}

// TestInstName reads a function before registers are allocated.
func TestInstName(t *testing.T) {
	f, err := ssa.Parse("func \"f\" (i32, i32) -> (i32)\nb0(v0:i64, v1:i32, v2:i32):\n  v3:i32 = sub v1, v2\n  v4:i32 = const 1\n  trap_if 1, v3\n  v5:i32 = or v3, v4\n  return v5\n")
	if err != nil {
		t.Fatal(err)
	}
	cf, err := new(Selector).Select(f)
	if err != nil {
		t.Fatal(err)
	}
	text := cf.Text(InstName)
	last := 0
	for _, name := range []string{"entry", "sub", "cmp.imm.trap", "or.imm", "return"} {
		at := strings.Index(text[last:], name)
		if at < 0 {
			t.Fatalf("no %s behind byte %d of\n%s", name, last, text)
		}
		last += at
	}
}
