package arm64

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
// selection takes operations together, in the functions of amd64's test, and where the moves of loops and frames are.
func TestGolden(t *testing.T) {
	for _, test := range []struct{ source, golden string }{
		{"../amd64/testdata/fusions.ssa", "testdata/fusions.golden"},
		{"testdata/frames.ssa", "testdata/frames.golden"},
	} {
		t.Run(test.golden, func(t *testing.T) { checkGolden(t, test.source, test.golden) })
	}
}

func checkGolden(t *testing.T, source, want string) {
	file, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	runtime := codegen.Runtime{FuncInstance: 8, CellSize: func(class int) uint32 { return 16 * uint32(class+1) }}
	b := Target{Features{LSE: true}}.NewBackend()
	b.Configure(&runtime)
	var got strings.Builder
	text := strings.ReplaceAll(string(file), "TYPES",
		fmt.Sprint(codegen.OffTypes)) // the other offsets are not looked at
	for _, source := range strings.SplitAfter(text, "\n\n") {
		f, err := ssa.Parse(source)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		if err := ssa.Verify(f); err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		cf, err := b.Select(f)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		if err := codegen.Allocate(cf, b.Machine()); err != nil {
			t.Fatal(err)
		}
		code, err := b.Emit(cf)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s:\n%s", f.Name, disassemble(code.Bytes))
	}
	golden.Check(t, want, got.String())
}
