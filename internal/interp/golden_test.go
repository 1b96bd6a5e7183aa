package interp

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

var update = flag.Bool("update", false, "write the golden files")

// TestLowering compares the register code of the modules in testdata with the
// golden files beside them. After an intended change: go test -run Lowering -update
func TestLowering(t *testing.T) {
	files, err := filepath.Glob("testdata/*.wat")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".wat"), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			features := wasm.AllFeatures
			if strings.Contains(file, "2023") {
				features |= wasm.TypedContinuations2023
			}
			got := lowerAll(t, source, features)
			golden := strings.TrimSuffix(file, ".wat") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// lowerAll returns the register code of all functions of a module.
func lowerAll(t *testing.T, source []byte, features wasm.Features) []byte {
	m, err := text.Parse(source, features)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Module(m, features); err != nil {
		t.Fatal(err)
	}
	engine, err := New()
	if err != nil {
		t.Fatal(err)
	}
	compiled := store.NewModule(m, wasm.NewTypeSet(), features, engine, nil)
	var out bytes.Buffer
	var l lowerer
	for i := range m.Funcs {
		h, err := l.lower(compiled, i)
		if err != nil {
			t.Fatal(err)
		}
		index := uint32(compiled.Space.ImportedFuncs + i)
		fmt.Fprintf(&out, "func %d %s: %s", index, compiled.FuncName(index), dump(h, l.code))
		for _, try := range l.tries {
			fmt.Fprintf(&out, "      try [%d, %d) depth %d clauses %d..%d", try.start, try.end, try.depth, try.clauses, try.clauses+try.count)
			if try.next != try.depth {
				fmt.Fprintf(&out, ", then depth %d", try.next)
			}
			out.WriteByte('\n')
		}
		for _, b := range l.barriers {
			fmt.Fprintf(&out, "      barrier [%d, %d)\n", b.start, b.end)
		}
	}
	return out.Bytes()
}
