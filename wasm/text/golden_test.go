package text_test

import (
	"strings"
	"testing"

	"weft/internal/golden"
	"weft/wasm"
	"weft/wasm/text"
)

// TestGolden compares what is printed for the modules of testdata/golden with the
// files beside them.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/golden/*.wat", func(t *testing.T, file string, source []byte) string {
		features := wasm.AllFeatures
		if strings.Contains(file, "2023") {
			features |= wasm.TypedContinuations2023
		}
		m, err := text.Parse(source, features)
		if err != nil {
			t.Fatal(err)
		}
		printed, err := print(m)
		if err != nil {
			t.Fatal(err)
		}
		if d := roundTrip(m, features); d != "" {
			t.Error(d)
		}
		if d := diffModules(m, printed, features); d != "" {
			t.Errorf("the printed text is another module:\n%s", d)
		}
		return printed
	})
}
