package text_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden compares what is printed for the modules of testdata/golden with the
// files beside them.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.wat"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".wat"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			features := wasm.AllFeatures
			if strings.Contains(file, "2023") {
				features |= wasm.TypedContinuations2023
			}
			m, err := text.Parse(src, features)
			if err != nil {
				t.Fatal(err)
			}
			printed, err := print(m)
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".wat") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(printed), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := diffLines(string(want), printed); d != "" {
				t.Errorf("printed text differs from %s in %s", golden, d)
			}
			if d := roundTrip(m, features); d != "" {
				t.Error(d)
			}
			if d := diffModules(m, printed, features); d != "" {
				t.Errorf("the printed text is another module:\n%s", d)
			}
		})
	}
}
