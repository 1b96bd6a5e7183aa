package ssa

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden compares the functions of the modules in testdata after all passes with the golden
// files beside them. After an intended change: go test -run Golden -update
func TestGolden(t *testing.T) {
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
			m, err := text.Parse(source, wasm.AllFeatures)
			if err == nil {
				err = validate.Module(m, wasm.AllFeatures)
			}
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			var b Builder
			var o Optimizer
			env := testEnv(m, true)
			for i := range m.Funcs {
				f, err := b.Build(env, i)
				if err != nil {
					t.Fatal(err)
				}
				checkPasses(t, &o, f)
				got.WriteString(f.String() + "\n")
			}
			golden := strings.TrimSuffix(file, ".wat") + ".golden"
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
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}
