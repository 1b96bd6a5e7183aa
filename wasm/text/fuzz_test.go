package text_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"weft/internal/generate"
	"weft/wasm"
	"weft/wasm/text"
)

// FuzzParse checks that parsing never panics, and that a module which parses is the
// same after printing and parsing it again.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "golden", "*.wat"))
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, false)
		f.Add(src, true)
	}
	for _, src := range generate.Seeds(4, wasm.AllFeatures) {
		f.Add([]byte(src), false)
	}
	for _, src := range []string{"", "(module)", `(func $"\u{1F600}" (@name "x"))`, "(table 0 funcref) (elem declare)",
		"(data \"\\00\") (func data.drop 0)", "(func (if (then)))", "(func (try (do) (delegate 0)))",
		"(global f32 (f32.const -nan:0x1))", "(memory i64 (data \"a\"))", "(;(;;);) ;;\r(func)"} {
		f.Add([]byte(src), false)
	}
	f.Fuzz(func(t *testing.T, src []byte, dialect bool) {
		features := wasm.AllFeatures
		if dialect {
			features |= wasm.TypedContinuations2023
		}
		m, err := text.Parse(src, features)
		var e *wasm.Error
		if err != nil {
			if !errors.As(err, &e) || e.Line == 0 {
				t.Fatalf("error without a position: %v", err)
			}
			return
		}
		printed, err := print(m)
		if err != nil {
			t.Fatalf("print: %v", err)
		}
		if d := diffModules(m, printed, features); d != "" {
			t.Fatalf("another module: %s\n%s", d, printed)
		}
		again, err := text.Parse([]byte(printed), features)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := print(again); err != nil || second != printed {
			t.Fatalf("another text: %s", diffLines(printed, second))
		}
	})
}
